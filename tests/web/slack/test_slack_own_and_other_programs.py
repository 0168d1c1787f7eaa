"""Messages that no person wrote: taken without an answer."""

from __future__ import annotations

from typing import Any

import pytest

from tests.platforms.events import direct
from tests.platforms.world import World

EVENTS: dict[str, dict[str, Any]] = {
    "its own": direct("You wrote: hello", bot_id="B0TEST", user="U0BOT"),
    "its own without a bot id": direct("You wrote: hello", user="U0BOT"),
    "another bot": direct("buy now", subtype="bot_message", bot_id="B0OTHER"),
    "slackbot": direct("a reminder", user="USLACKBOT"),
    "its own, edited": {**direct(""), "subtype": "message_changed", "message": direct("x", bot_id="B0TEST")},
    "joined": direct("<@U0PERSON> has joined", subtype="channel_join"),
    "topic": direct("set the topic", subtype="channel_topic"),
    "a reply was counted": {**direct(""), "subtype": "message_replied", "message": direct("hello")},
    "reaction": {"type": "reaction_added", "user": "U0PERSON", "item": {"channel": "D0TEST"}},
    "messages tab": {"type": "app_home_opened", "user": "U0PERSON", "channel": "D0TEST", "tab": "messages"},
    "token": {"type": "tokens_revoked", "tokens": {"bot": ["U0BOT"]}},
    "no words": direct(""),
    "no person": {**direct("hello"), "user": None},
    "nothing": {},
}


@pytest.mark.parametrize("name", EVENTS)
def test_it_is_taken_in_silence(silent_world: World, name: str) -> None:
    answer = silent_world.event(EVENTS[name])
    assert (answer.status_code, answer.content) == (200, b"")
    silent_world.settle()
    assert silent_world.slack.calls == []
    assert silent_world.heard == []
