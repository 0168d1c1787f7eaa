"""What a conversation's events say, read the same way in the Rasa server and in the action server."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from companion.safety.model import Urgency

__all__ = [
    "Danger",
    "before_the_last_message",
    "dangers_told",
    "flagged_words",
    "last_offer",
    "last_utterance",
    "own_words",
    "worst_urgency",
]


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


def before_the_last_message(events: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The events up to the person's last message, without it: what they had before them when they wrote it."""
    known = list(events)
    for place in range(len(known) - 1, -1, -1):
        if known[place].get("event") == "user":
            return known[:place]
    return known


def last_utterance(events: Iterable[Mapping[str, Any]]) -> str | None:
    """The name of the fixed text said last (such as "utter_greet"); None after an action's own words."""
    said = [event for event in _since_forgotten(events) if event.get("event") == "bot"]
    return (said[-1].get("metadata") or {}).get("utter_action") if said else None


def own_words(events: Iterable[Mapping[str, Any]]) -> list[str]:
    """What the person wrote, message by message."""
    return [event.get("text") or "" for event in _since_forgotten(events) if event.get("event") == "user"]


def flagged_words(events: Iterable[Mapping[str, Any]]) -> list[str]:
    """The messages in which the person described danger or distress, in order."""
    users = [event for event in _since_forgotten(events) if event.get("event") == "user"]
    return [event.get("text") or "" for event in users if (event.get("parse_data") or {}).get("red_flags")]


def dangers_told(events: Iterable[Mapping[str, Any]]) -> list[Danger]:
    """The danger in each message of the person that described one, in order."""
    parses = [event.get("parse_data") or {} for event in _since_forgotten(events) if event.get("event") == "user"]
    return [
        Danger(parsed["urgency"], frozenset(flag["id"] for flag in parsed["red_flags"]))
        for parsed in parses
        if parsed.get("red_flags")
    ]


def worst_urgency(events: Iterable[Mapping[str, Any]]) -> str:
    """The most urgent of all that the person told; "none" where they told of no danger."""
    told = {danger.urgency for danger in dangers_told(events)}
    return next(level.value for level in Urgency if level.value in told or level is Urgency.none)
