"""Slack does not take a message."""

from __future__ import annotations

import pytest

from tests.platforms.events import direct
from tests.platforms.world import World


@pytest.mark.parametrize("error", ["channel_not_found", "is_archived", "account_inactive", "token_revoked"])
def test_where_nobody_is_no_more_is_sent(world: World, error: str) -> None:
    world.slack.refuse(200, {"ok": False, "error": error})
    world.event(direct("hello"))
    world.settle()
    world.settle()
    assert [fault.permanent for fault in world.undelivered] == [True]
    assert world.slack.calls == []


@pytest.mark.parametrize("status", [500, 503])
def test_a_fault_of_slacks_is_tried_again(world: World, status: int) -> None:
    world.slack.refuse(status, {})
    world.event(direct("hello"))
    world.settle()
    assert [(fault.permanent, fault.retry_after) for fault in world.undelivered] == [(False, None)]
    world.settle()
    assert len(world.slack.made("chat.postMessage")) == 1


def test_when_slack_asks_for_a_pause_it_is_known_how_long(world: World) -> None:
    world.slack.refuse(429, {"ok": False, "error": "ratelimited"}, retry_after="30")
    world.event(direct("hello"))
    world.settle()
    assert [(fault.permanent, fault.retry_after) for fault in world.undelivered] == [(False, 30.0)]
    world.settle()
    assert len(world.slack.made("chat.postMessage")) == 1


@pytest.mark.parametrize("error", ["invalid_blocks", "msg_blocks_too_long"])
def test_where_the_form_displeases_the_words_alone_are_sent(world: World, error: str) -> None:
    world.slack.refuse(200, {"ok": False, "error": error})
    world.event(direct("hello"))
    world.settle()
    [sent] = world.slack.made("chat.postMessage")
    assert sent["text"] == "You wrote: hello"
    assert "blocks" not in sent
    assert world.undelivered == []
