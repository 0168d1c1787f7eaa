"""Somebody edits or deletes what they wrote."""

from __future__ import annotations

from typing import Any

from tests.platforms.events import DIRECT, direct, mention
from tests.platforms.world import World


def changed(text: str, **fields: Any) -> dict[str, Any]:
    """A message_changed event (https://docs.slack.dev/reference/events/message/message_changed)."""
    inner = {"type": "message", "user": "U0PERSON", "text": text, "ts": "1700000000.000100"}
    inner["edited"] = {"user": "U0PERSON", "ts": "1700000050.000000"}  # type: ignore[assignment]
    return {
        "type": "message",
        "subtype": "message_changed",
        "hidden": True,
        "channel": "D0TEST",
        "channel_type": "im",
        "ts": "1700000050.000100",
        "message": inner,
        "previous_message": {"type": "message", "user": "U0PERSON", "text": "before", "ts": "1700000000.000100"},
        **fields,
    }


def test_an_edit_that_says_something_else_is_answered_and_marked_as_seen(world: World) -> None:
    world.event(direct("I have no fever"))
    world.settle()
    world.event(changed("I have a fever of 39"))
    world.settle()
    assert world.heard == ["I have no fever", "I have a fever of 39"]
    eyes = {"channel": "D0TEST", "timestamp": "1700000000.000100", "name": "eyes"}
    assert world.slack_soon("reactions.add") == [eyes]
    assert world.chat(DIRECT)[2].content["edited"] is True


def test_a_preview_that_slack_adds_says_nothing_new(world: World) -> None:
    world.event(direct("look at https://example.org"))
    world.settle()
    world.event(changed("look at <https://example.org>"))
    world.settle()
    assert world.heard == ["look at https://example.org"]
    assert world.slack.made("reactions.add") == []


def test_a_mention_that_is_edited_is_answered_once_more(world: World) -> None:
    world.event(mention("<@U0BOT> what is letrozol"))
    world.settle()
    edited = {"user": "U0PERSON", "ts": "1700000050.000000"}
    world.event(mention("<@U0BOT> what is letrozole", edited=edited))
    inner = mention("<@U0BOT> what is letrozole", edited=edited, type="message")
    world.event(changed("", message=inner, channel="C0TEST", channel_type="channel"))
    world.settle()
    assert world.heard == ["what is letrozol", "what is letrozole"]


def test_an_edit_in_a_thread_of_others_is_not_heard(world: World) -> None:
    world.event(changed("lunch at one", channel="C0TEST", channel_type="channel"))
    world.settle()
    assert world.heard == []


def test_a_deleted_message_is_left_as_it_was_answered(world: World) -> None:
    world.event(direct("hello"))
    world.settle()
    deleted = {
        "type": "message",
        "subtype": "message_deleted",
        "hidden": True,
        "channel": "D0TEST",
        "channel_type": "im",
        "ts": "1700000060.000100",
        "deleted_ts": "1700000000.000100",
        "previous_message": direct("hello"),
    }
    assert world.event(deleted).status_code == 200
    world.settle()
    assert world.heard == ["hello"]
    assert len(world.slack.calls) == 1
