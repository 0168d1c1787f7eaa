"""What the actions' tests share: a conversation put together by hand, and what an action says and remembers of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import base
from actions.base import SafeAction

_SETTINGS = ("COUNTRY", "CARE_LINE", "CARE_TEAM", "LOCALE", "ENVIRONMENT")


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The settings of whoever runs the tests do not change what a patient sees."""
    for name in _SETTINGS:
        monkeypatch.delenv(f"COMPANION_{name}", raising=False)
    base.writer.cache_clear()
    yield
    base.writer.cache_clear()


@dataclass
class Said:
    """What an action said, and the events it gave back."""

    messages: list[dict[str, Any]]
    events: list[dict[str, Any]]

    @property
    def text(self) -> str:
        """All words, as the patient reads them."""
        return "\n\n".join(message["text"] for message in self.messages)

    @property
    def buttons(self) -> list[str]:
        """The quick replies under the last message."""
        return [button["title"] for button in self.messages[-1]["buttons"]]

    @property
    def slots(self) -> dict[str, Any]:
        """What is remembered from now on."""
        return {event["name"]: event["value"] for event in self.events if event["event"] == "slot"}


@dataclass
class Talk:
    """A conversation up to the message that is to be answered."""

    slots: dict[str, Any] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    latest: dict[str, Any] = field(default_factory=dict)

    def bot(self, text: str = "…", buttons: tuple[str, ...] = (), utterance: str | None = None) -> Talk:
        """The assistant said something; `utterance` is its name where it was a fixed text."""
        offered = [{"title": title, "payload": title} for title in buttons]
        metadata = {"utter_action": utterance} if utterance else {}
        self.events.append({"event": "bot", "text": text, "data": {"buttons": offered or None}, "metadata": metadata})
        return self

    def user(self, text: str, intent: str = "nlu_fallback", **parsed: Any) -> Talk:
        """The person wrote something; it is the message to be answered."""
        self.latest = {"text": text, "intent": {"name": intent, "confidence": 1.0}, "entities": [], **parsed}
        self.events.append({"event": "user", "text": text, "parse_data": self.latest})
        return self

    def run(self, action: SafeAction) -> Said:
        """What the action says and gives back."""
        tracker = Tracker("somebody", self.slots, self.latest, self.events, False, None, {}, "action_listen")
        dispatcher = CollectingDispatcher()
        events = asyncio.run(action.run(dispatcher, tracker, {}))
        return Said(dispatcher.messages, events)


def text_of(notice: str, country: str | None = None) -> str:
    """A fixed text as a patient reads it."""
    return base.writer().notice(notice, country=country).text
