"""What comes in from a platform that pushes: stored once, kept within bounds, and answered."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from companion.store import Journal
from companion.web.edge import Edge

__all__ = ["Inbox", "Incoming"]

#: Messages that one chat may send in a minute and have answered. A person types ten.
_MOST = 30
_WINDOW = timedelta(minutes=1)
#: Places of a chat that are looked at for them: theirs, and as many replies as they may have had.
_PLACES = 4 * _MOST


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """A message of a patient.

    `key`: the platform's id of the event; the same one twice is one message. `address`: where replies go. `reference`:
    the platform's id of the message itself, by which it is found again when it is `edited`. `attachment`: the kind of
    thing that came along and cannot be read; `text` is then what was written with it, or `shown` to staff if nothing
    was. `album`: several attachments sent as one.
    """

    conversation: str
    key: str
    text: str
    address: Mapping[str, Any]
    reference: str | None = None
    edited: bool = False
    attachment: str | None = None
    shown: str = ""
    album: str | None = None


class Inbox:
    """Takes the messages of one channel."""

    def __init__(self, edge: Edge, channel: str) -> None:
        self._edge = edge
        self._channel = channel

    async def take(self, one: Incoming) -> bool:
        """Stores `one` and has it answered; whether the assistant is answering now. Raises `StoreError`: then the
        platform has to send it again."""
        seq = await asyncio.to_thread(self._store, one)
        if seq is None:
            return False
        self._edge.turns.start(one.conversation, seq)
        return await asyncio.to_thread(self._edge.journal.holder, one.conversation) is None

    async def button(self, conversation: str, seq: int, number: int) -> str | None:
        """What a button says that was sent with the message at `seq`; None where it is not there any more."""
        entry = await asyncio.to_thread(self._edge.journal.entry, conversation, seq)
        buttons = entry.content.get("buttons") if entry is not None and entry.sender != "patient" else None
        if not isinstance(buttons, list) or number >= len(buttons) or not isinstance(buttons[number], dict):
            return None
        title = buttons[number].get("title")
        return title.strip() if isinstance(title, str) else None

    def _store(self, one: Incoming) -> int | None:
        """The place of a message that is to be answered by Rasa; None where nothing is left to do."""
        journal = self._edge.journal
        if one.edited and not self._means_something_new(one):
            return None
        facts = {"reference": one.reference, "attachment": one.attachment, "edited": one.edited}
        content = {name: fact for name, fact in facts.items() if fact}
        received = journal.receive(
            one.conversation,
            self._channel,
            one.text or one.shown,
            key=one.key,
            address=one.address,
            content=content,
        )
        if received.state == "answered":
            return None
        minute = _crowded_minute(journal, one.conversation, received.seq) if received.state == "new" else None
        if minute is not None:
            # Stored, so that staff see it; not answered by Rasa, so that nobody else has to wait for it.
            self._say(one.conversation, "slow_down", f"slow-down-{minute}")
            journal.answered(one.conversation, received.seq)
            return None
        if one.attachment and not one.edited:
            self._say(one.conversation, "only_words", f"only-words-{one.album or one.key}")
            if not one.text:
                journal.answered(one.conversation, received.seq)
                return None
        return received.seq

    def _say(self, conversation: str, notice: str, key: str) -> None:
        reply = self._edge.writer.notice(notice)
        content = {"buttons": reply.as_buttons()}
        self._edge.journal.say(conversation, "notice", reply.text, content=content, key=key, send=True)

    def _means_something_new(self, one: Incoming) -> bool:
        """Whether an edited message says something else than it did, apart from signs and capitals."""
        now = _gist(one.text)
        return bool(now) and now != _gist(self._last_version(one))

    def _last_version(self, one: Incoming) -> str:
        """What it said before; empty where it is not known."""
        text, seq = "", 0
        while entries := self._edge.journal.since(one.conversation, seq):
            for entry in entries:
                if entry.sender == "patient" and entry.content.get("reference") == one.reference:
                    text = entry.text
            seq = entries[-1].seq
        return text


def _crowded_minute(journal: Journal, conversation: str, seq: int) -> int | None:
    """The minute (since 1970) of the message at `seq`, where it is beyond what one chat may send; else None. Counted in
    the store: several processes and a restart make no difference."""
    entries = [entry for entry in journal.since(conversation, seq - _PLACES) if entry.seq <= seq]
    recent = [entry for entry in entries if entry.sender == "patient" and entries[-1].at - entry.at < _WINDOW]
    return int(recent[-1].at.timestamp() // 60) if len(recent) > _MOST else None


def _gist(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())
