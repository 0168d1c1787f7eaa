"""What a conversation's events say, read the same way in the Rasa server and in the action server."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Danger", "dangers_told", "last_offer", "last_utterance", "own_words"]


@dataclass(frozen=True)
class Danger:
    """What one message described: its urgency, and the ids of its red flags."""

    urgency: str
    red_flags: frozenset[str]


def _since_forgotten(events: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The events after the person last asked to be forgotten."""
    kept: list[Mapping[str, Any]] = []
    for event in events:
        if event.get("event") == "reset_slots":
            kept.clear()
        kept.append(event)
    return kept


def last_offer(events: Iterable[Mapping[str, Any]]) -> set[str]:
    """The quick replies under the last message of the assistant, as their texts; empty where it offered none."""
    last: Mapping[str, Any] | None = None
    for event in _since_forgotten(events):
        if event.get("event") == "bot":
            last = event
    buttons = ((last or {}).get("data") or {}).get("buttons") or []
    return {button["title"] for button in buttons}


def last_utterance(events: Iterable[Mapping[str, Any]]) -> str | None:
    """The name of the fixed text said last (such as "utter_greet"); None after an action's own words."""
    said = [event for event in _since_forgotten(events) if event.get("event") == "bot"]
    return (said[-1].get("metadata") or {}).get("utter_action") if said else None


def own_words(events: Iterable[Mapping[str, Any]]) -> list[str]:
    """What the person wrote, message by message."""
    return [event.get("text") or "" for event in _since_forgotten(events) if event.get("event") == "user"]


def dangers_told(events: Iterable[Mapping[str, Any]]) -> list[Danger]:
    """The danger in each message of the person that described one, in order."""
    parses = [event.get("parse_data") or {} for event in _since_forgotten(events) if event.get("event") == "user"]
    return [
        Danger(parsed["urgency"], frozenset(flag["id"] for flag in parsed["red_flags"]))
        for parsed in parses
        if parsed.get("red_flags")
    ]
