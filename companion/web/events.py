"""One tab's stream of what is new in its chat, as server-sent events."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Mapping
from typing import Any

from companion.store import Entry, Head, Journal, StoreError
from companion.web.sessions import Session, Sessions
from companion.web.watch import Watch

__all__ = ["Stream"]

#: Seconds between two signs of life: proxies close what is silent for a minute, phones lose what nobody notices.
_KEEP_ALIVE = 15.0
#: What of a message's content the widget shows. What raised a red flag is not among it: that is for staff.
_SHOWN = ("buttons", "parts", "urgency", "trouble", "greeting", "erased", "key")
#: Messages back in which the name of the person who holds the chat is looked for.
_BACK = 50
_log = logging.getLogger(__name__)


class Stream:
    """Everything of a chat after place `after`, then whatever comes, until the session's time is over.

    Events: `message` (its place in the chat is the event's id), `state` (`held`: a person has the chat; `typing`: that
    person is writing; `by`: their name, once they have written) and `erased`.
    """

    def __init__(self, journal: Journal, watch: Watch, sessions: Sessions, session: Session, after: int) -> None:
        self._journal = journal
        self._watch = watch
        self._sessions = sessions
        self._session = session
        self._chat = session.conversation
        self._after = after
        self._known = after > 0
        self._state: dict[str, Any] | None = None
        self._by: str | None = None

    async def events(self) -> AsyncIterator[bytes]:
        """Ends where the database does not answer or the server stops: the browser comes again, to any server, with
        the id of the last message it has."""
        try:
            head = (await asyncio.to_thread(self._journal.heads, [self._chat])).get(self._chat)
            with self._watch.follow(self._chat, head) as follower:
                while not follower.closing and not self._sessions.expired(self._session):
                    async for event in self._news(follower.head):
                        yield event
                    while not (await follower.change(_KEEP_ALIVE) or self._sessions.expired(self._session)):
                        yield b": still here\n\n"
        except StoreError as error:
            _log.error("stream ended=%s", error)

    async def _news(self, head: Head | None) -> AsyncIterator[bytes]:
        if head is None:
            if self._known:
                yield _event("erased", {})
                # The browser begins anew, and waits for the state.
                self._state = None
            self._known, self._by = False, None
        else:
            self._known = True
            while head.seq > self._after:
                entries = await asyncio.to_thread(self._journal.since, self._chat, self._after)
                if not entries:
                    break
                for entry in entries:
                    yield _event("message", _as_json(entry), entry.seq)
                self._after = entries[-1].seq
                await self._note(head, entries)
        state = await self._state_of(head)
        if state != self._state:
            self._state = state
            yield _event("state", state)

    async def _note(self, head: Head, entries: list[Entry]) -> None:
        """What these messages tell beside their text, now that they are shown."""
        self._by = _last_name(entries) or self._by
        if self._after > head.seen and any(entry.sender != "patient" for entry in entries):
            await asyncio.to_thread(self._journal.seen, self._chat, self._after)

    async def _state_of(self, head: Head | None) -> dict[str, Any]:
        if head is None or not head.held:
            self._by = None
            return {"held": False, "typing": False, "by": None}
        if self._by is None and (self._state is None or not self._state["held"]):
            recent = await asyncio.to_thread(self._journal.since, self._chat, head.seq - _BACK)
            self._by = _last_name(recent)
        return {"held": True, "typing": head.typing, "by": self._by}


def _last_name(entries: list[Entry]) -> str | None:
    return next((entry.name for entry in reversed(entries) if entry.sender == "person"), None)


def _as_json(entry: Entry) -> dict[str, Any]:
    content = {name: entry.content[name] for name in _SHOWN if entry.content.get(name)}
    return {
        "seq": entry.seq,
        "sender": entry.sender,
        "name": entry.name,
        "text": entry.text,
        "at": entry.at.isoformat(timespec="seconds"),
        "content": content,
    }


def _event(kind: str, data: Mapping[str, Any], place: int | None = None) -> bytes:
    # JSON in ASCII holds no line break, so nothing that somebody wrote can end an event and begin another.
    lines = [f"event: {kind}", f"data: {json.dumps(data)}"]
    return "\n".join(([] if place is None else [f"id: {place}"]) + lines).encode() + b"\n\n"
