"""What a conversation's events say, read the same way in the Rasa server and in the action server."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

__all__ = ["earlier_red_flags", "last_offer", "own_words"]


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


def own_words(events: Iterable[Mapping[str, Any]]) -> list[str]:
    """What the person wrote, message by message."""
    return [event.get("text") or "" for event in _since_forgotten(events) if event.get("event") == "user"]


def earlier_red_flags(events: Iterable[Mapping[str, Any]]) -> list[set[str]]:
    """The red flags of each message of the person, in order, as ids; empty sets for messages without."""
    return [
        {flag["id"] for flag in (event.get("parse_data") or {}).get("red_flags") or ()}
        for event in _since_forgotten(events)
        if event.get("event") == "user"
    ]
