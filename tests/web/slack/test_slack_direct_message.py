"""A direct message."""

from __future__ import annotations

import json
import time

import pytest

from companion.platforms.words import ATTACHMENTS
from tests.platforms.events import DIRECT, direct
from tests.platforms.world import World


def test_it_is_answered_where_it_was_written(world: World) -> None:
    assert world.event(direct("what is hormone therapy?")).status_code == 200
    world.settle()
    assert world.texts(DIRECT, "patient") == ["what is hormone therapy?"]
    sent = world.slack.made("chat.postMessage")
    assert [(one["channel"], one["text"]) for one in sent] == [("D0TEST", "You wrote: what is hormone therapy?")]
    assert "thread_ts" not in sent[0]


def test_slack_does_not_wait_for_the_answer(world: World) -> None:
    def slow(text: str) -> list[tuple[str, dict]]:
        time.sleep(3.5)
        return [("At last", {})]

    world.reply = slow
    start = time.monotonic()
    world.event(direct("hello"))
    assert time.monotonic() - start < 3, "seconds, after which Slack sends it again"
    world.settle()
    assert world.texts(DIRECT, "assistant") == ["At last"]


def test_a_thread_in_it_is_a_chat_of_its_own(world: World) -> None:
    world.event(direct("hello"))
    world.event(direct("about this", ts="1700000009.000100", thread_ts="1700000000.000100"))
    world.settle()
    assert world.texts(DIRECT, "patient") == ["hello"]
    assert world.texts(f"{DIRECT}-1700000000.000100", "patient") == ["about this"]
    assert {one.get("thread_ts") for one in world.slack.made("chat.postMessage")} == {None, "1700000000.000100"}


def test_slacks_marks_become_words_again(world: World) -> None:
    links = "<https://example.org/a|this page> or <https://example.org/b>"
    world.event(direct(f"is 5 &lt; 6 &amp;amp; {links} ok, <@U0BOT>? <!here> <#C1|ward>"))
    world.settle()
    assert world.heard == ["is 5 < 6 &amp; this page or https://example.org/b ok, ?  #ward"]


@pytest.mark.parametrize(
    "kind", ["application/json", "application/json; charset=utf-8", "Application/JSON;charset=UTF-8"]
)
def test_the_charset_in_the_content_type_does_no_harm(world: World, kind: str) -> None:
    body = {"type": "event_callback", "team_id": "T0TEST", "event_id": "Ev1", "event": direct("hello")}
    assert world.slack_post(json.dumps(body).encode(), kind).status_code == 200
    world.settle()
    assert world.heard == ["hello"]


def test_a_file_cannot_be_opened_but_the_words_with_it_are_answered(world: World) -> None:
    world.event(direct("", subtype="file_share", files=[{"id": "F0SECRET", "name": "scan.png"}]))
    world.event(direct("is it red?", ts="1700000005.000100", subtype="file_share", files=[{"id": "F0SECRET"}]))
    world.settle()
    assert world.heard == ["is it red?"]
    assert world.texts(DIRECT, "patient") == [ATTACHMENTS["document"], "is it red?"]
    assert world.texts(DIRECT, "notice") == [world.notice("only_words")] * 2
    assert "F0SECRET" not in str(world.chat(DIRECT))


def test_what_a_nurse_writes_comes_under_her_name(world: World) -> None:
    world.event(direct("hello"))
    world.settle()
    world.journal.say(DIRECT, "person", "How are you *now*?", name="Anna, breast care nurse", send=True)
    world.settle()
    [section] = world.slack.made("chat.postMessage")[-1]["blocks"]
    assert section["text"]["text"] == "*Anna, breast care nurse:*\n\nHow are you *now*?"
