"""What a chat is made of, as its readers see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

__all__ = ["Entry", "Head", "Holder", "Received", "Sender", "Unanswered", "given_key", "stored_key"]

#: Who wrote: `person` is one of the staff, `notice` a fixed text that no turn of the assistant's brought.
Sender = Literal["patient", "assistant", "person", "notice"]


@dataclass(frozen=True)
class Entry:
    """One message of a chat. `content`: whatever else its channel can show (`buttons`, `parts`, `urgency` ...)."""

    conversation: str
    seq: int
    sender: Sender
    text: str
    at: datetime
    name: str | None = None
    content: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Received:
    """What became of a patient's message: its place in the chat, and whether it is `new`, still `waiting` for its
    answer (it came before), or `answered` already."""

    seq: int
    state: Literal["new", "waiting", "answered"]


@dataclass(frozen=True)
class Head:
    """How far a chat is: the places of its last message and of the last one shown, whether a person holds it, and
    whether that person is writing."""

    seq: int
    seen: int
    held: bool
    typing: bool


@dataclass(frozen=True)
class Holder:
    """The case whose assignee holds the chat."""

    case_id: str
    reference: str


@dataclass(frozen=True)
class Unanswered:
    """A patient's message whose turn was begun and not ended, or never begun."""

    conversation: str
    channel: str
    address: Mapping[str, Any]
    seq: int
    text: str
    key: str | None


def stored_key(sender: Sender, key: str | None) -> str | None:
    """The key as it is stored: what a patient sends cannot take the place of what is said to them."""
    return None if key is None else f"{'in' if sender == 'patient' else 'out'}:{key}"


def given_key(key: str | None) -> str | None:
    """The key as it was given."""
    return None if key is None else key.partition(":")[2]
