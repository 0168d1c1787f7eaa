"""Notices what is new in the chats that somebody looks at: one question to the database for all of them."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Iterator

from companion.store import Head, Journal, StoreError

__all__ = ["Follower", "Watch"]

#: Seconds between two looks.
_PACE = 0.25
#: Seconds after a look that failed.
_PAUSE = 2.0
_log = logging.getLogger(__name__)


class Follower:
    """One tab that listens to a chat. `head` is None where the chat has no message, or was erased."""

    def __init__(self, head: Head | None) -> None:
        self.head = head
        self.closing = False
        self._changed = asyncio.Event()

    async def change(self, patience: float) -> bool:
        """Waits until something is new, at most `patience` seconds; whether something is."""
        try:
            await asyncio.wait_for(self._changed.wait(), patience)
        except asyncio.TimeoutError:
            return False
        self._changed.clear()
        return True

    def tell(self, head: Head | None) -> None:
        """Called by the watch."""
        if head != self.head:
            self.head = head
            self._changed.set()

    def close(self) -> None:
        """The server stops."""
        self.closing = True
        self._changed.set()


class Watch:
    """Asks the journal for the heads of all chats that are followed, four times a second."""

    def __init__(self, journal: Journal, *, pace: float = _PACE) -> None:
        """`pace`: seconds between two looks."""
        self._journal = journal
        self._pace = pace
        self._followers: dict[str, set[Follower]] = {}
        self._closing = False

    def count(self, conversation: str) -> int:
        """How many tabs listen to this chat here."""
        return len(self._followers.get(conversation, ()))

    @contextlib.contextmanager
    def follow(self, conversation: str, head: Head | None) -> Iterator[Follower]:
        """Someone listens. `head`: what they know already."""
        follower = Follower(head)
        if self._closing:
            follower.close()
        self._followers.setdefault(conversation, set()).add(follower)
        try:
            yield follower
        finally:
            others = self._followers[conversation]
            others.discard(follower)
            if not others:
                del self._followers[conversation]

    async def run(self) -> None:
        """Looks, for as long as the server runs."""
        while True:
            await asyncio.sleep(self._pace)
            if self._followers and not await self._look():
                await asyncio.sleep(_PAUSE)

    async def _look(self) -> bool:
        wanted = list(self._followers)
        try:
            heads = await asyncio.to_thread(self._journal.heads, wanted)
        except StoreError as error:
            _log.error("watch failed=%s", error)
            return False
        for conversation in wanted:
            for follower in self._followers.get(conversation, ()):
                follower.tell(heads.get(conversation))
        return True

    def close(self) -> None:
        """Ends every stream: the server is about to stop, and would otherwise wait for them."""
        self._closing = True
        for followers in self._followers.values():
            for follower in followers:
                follower.close()
