"""Every chat's messages in order, who holds the chat, and which messages still wait for an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from companion.store.database import Database, insert_new, utc_now
from companion.store.entries import Entry, Head, Holder, Received, Sender, Unanswered, given_key, stored_key
from companion.store.erasing import erase_chat, highest_place
from companion.store.tables import cases, conversations, messages, outbox

__all__ = ["PULLED", "Entry", "Head", "Holder", "Journal", "Received", "Unanswered"]

#: By so much may clocks differ, or be set back, before a time in the future is taken for one of a wrong clock.
_TOLERANCE = timedelta(seconds=60)
#: Nobody takes a message, or is shown as writing, for longer.
_LONGEST_LEASE = timedelta(seconds=120)
#: Channels whose clients fetch what is new; to all others a message has to be sent.
PULLED = frozenset({"web", "rest", "terminal"})


class Journal:
    """Reads and writes chats. Every method raises `StoreError` where the database does not answer."""

    def __init__(self, database: Database, *, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._clock = clock

    def receive(
        self,
        conversation: str,
        channel: str,
        text: str,
        *,
        key: str | None = None,
        address: Mapping[str, Any] | None = None,
        content: Mapping[str, Any] | None = None,
    ) -> Received:
        """Writes down what a patient sent, once for each `key`."""
        with self._database.writing() as connection:
            self._open(connection, conversation, channel)
            known = self._by_key(connection, conversation, stored_key("patient", key))
            if known is not None:
                return Received(known.seq, "waiting" if known.answered_at is None else "answered")
            seq = self._next(connection, conversation, address)
            self._write(connection, conversation, seq, "patient", text, key=stored_key("patient", key), content=content)
            return Received(seq, "new")

    def take(self, conversation: str, seq: int, *, seconds: float) -> bool:
        """Whether the caller is to answer this message: for `seconds` (at most 120) nobody else will be told so."""
        now = self._clock()
        with self._database.writing() as connection:
            return bool(
                connection.execute(
                    sa.update(messages)
                    .where(self._is(conversation, seq), messages.c.answered_at.is_(None), _free(now))
                    .values(taken_until=now + min(timedelta(seconds=seconds), _LONGEST_LEASE))
                ).rowcount
            )

    def answered(self, conversation: str, seq: int) -> None:
        """The turn that this message began is over."""
        with self._database.writing() as connection:
            connection.execute(sa.update(messages).where(self._is(conversation, seq)).values(answered_at=self._clock()))

    def say(
        self,
        conversation: str,
        sender: Sender,
        text: str,
        *,
        channel: str | None = None,
        name: str | None = None,
        content: Mapping[str, Any] | None = None,
        key: str | None = None,
        send: bool = False,
    ) -> int | None:
        """Adds a message to the patient and returns its place; the same `key` a second time adds nothing.

        `send`: have it delivered where the channel pushes (the caller does not deliver it itself). `channel` is needed
        where the chat may not exist yet; None is returned where it does not and no channel is given: it was erased.
        """
        with self._database.writing() as connection:
            return self.say_in(connection, conversation, sender, text, channel, name, content, key, send)

    def say_in(
        self,
        connection: Connection,
        conversation: str,
        sender: Sender,
        text: str,
        channel: str | None = None,
        name: str | None = None,
        content: Mapping[str, Any] | None = None,
        key: str | None = None,
        send: bool = True,
    ) -> int | None:
        """As `say`, as a part of the caller's transaction."""
        kind = self._open(connection, conversation, channel)
        if kind is None:
            return None
        key = stored_key(sender, key)
        known = self._by_key(connection, conversation, key)
        if known is not None:
            return int(known.seq)
        seq = self._next(connection, conversation)
        self._write(connection, conversation, seq, sender, text, name=name, content=content, key=key)
        if send and kind not in PULLED:
            now = self._clock()
            connection.execute(
                sa.insert(outbox).values(
                    kind="patient",
                    key=f"{conversation}#{seq}",
                    conversation=conversation,
                    payload={"seq": seq},
                    next_at=now,
                    created_at=now,
                )
            )
        return seq

    def said(self, connection: Connection, conversation: str, key: str) -> int | None:
        """The place of what was said with this `key`, as a part of the caller's transaction; None where nothing was."""
        known = self._by_key(connection, conversation, stored_key("assistant", key))
        return None if known is None else int(known.seq)

    def since(self, conversation: str, seq: int = 0, *, most: int = 500) -> list[Entry]:
        """The messages after place `seq`, in order."""
        query = (
            sa.select(messages)
            .where(messages.c.conversation == conversation, messages.c.seq > seq)
            .order_by(messages.c.seq)
            .limit(most)
        )
        with self._database.reading() as connection:
            return [_entry(row) for row in connection.execute(query)]

    def entry(self, conversation: str, seq: int) -> Entry | None:
        """One message, or None where it was erased."""
        with self._database.reading() as connection:
            row = connection.execute(sa.select(messages).where(self._is(conversation, seq))).one_or_none()
        return None if row is None else _entry(row)

    def heads(self, ids: Iterable[str]) -> dict[str, Head]:
        """How far each of these chats is; a chat without any message is left out."""
        wanted = list(ids)
        now = self._clock()
        found: dict[str, Head] = {}
        with self._database.reading() as connection:
            for start in range(0, len(wanted), 500):
                query = sa.select(conversations).where(conversations.c.id.in_(wanted[start : start + 500]))
                for row in connection.execute(query):
                    # The clock may have been set back since.
                    typing = row.typing_until is not None and now < row.typing_until < now + _LONGEST_LEASE
                    found[row.id] = Head(row.last_seq, row.seen_seq, row.held_by is not None, typing)
        return found

    def seen(self, conversation: str, seq: int) -> None:
        """Its channel has shown everything up to place `seq`."""
        with self._database.writing() as connection:
            connection.execute(
                sa.update(conversations)
                .where(conversations.c.id == conversation, conversations.c.seen_seq < seq)
                .values(seen_seq=seq)
            )

    def typing(self, conversation: str, *, seconds: float) -> None:
        """The person who holds the chat is writing."""
        with self._database.writing() as connection:
            connection.execute(
                sa.update(conversations)
                .where(conversations.c.id == conversation)
                .values(typing_until=self._clock() + min(timedelta(seconds=seconds), _LONGEST_LEASE))
            )

    def holder(self, conversation: str) -> Holder | None:
        """The case whose assignee holds this chat; None where the assistant does."""
        query = (
            sa.select(cases.c.id, cases.c.reference)
            .join(conversations, conversations.c.held_by == cases.c.id)
            .where(conversations.c.id == conversation)
        )
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else Holder(row.id, row.reference)

    def address(self, conversation: str) -> tuple[str, Mapping[str, Any]] | None:
        """The channel of a chat and what that needs to reach it; None where it was erased."""
        query = sa.select(conversations.c.channel, conversations.c.address).where(conversations.c.id == conversation)
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else (row.channel, row.address)

    def unanswered(self, *, older_than: float, most: int = 50) -> list[Unanswered]:
        """Patients' messages that came more than `older_than` seconds ago, have no answer, and nobody works on."""
        now = self._clock()
        query = (
            sa.select(messages, conversations.c.channel, conversations.c.address)
            .join(conversations, conversations.c.id == messages.c.conversation)
            .where(
                messages.c.sender == "patient",
                messages.c.answered_at.is_(None),
                sa.or_(messages.c.at < now - timedelta(seconds=older_than), messages.c.at > now + _TOLERANCE),
                _free(now),
            )
            .order_by(messages.c.at)
            .limit(most)
        )
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return [
            Unanswered(row.conversation, row.channel, row.address, row.seq, row.text, given_key(row.key))
            for row in rows
        ]

    def erase(self, conversation: str) -> bool:
        """Deletes the chat: messages, what is still to be sent, Rasa's tracker. False where there was none.

        Cases stay (`companion.cases.rights` deletes them too); whoever held the chat no longer does. Not from within a
        turn of Rasa's: it writes the whole tracker anew when the turn ends.
        """
        with self._database.writing() as connection:
            return erase_chat(connection, conversation, self._clock())

    @staticmethod
    def _is(conversation: str, seq: int) -> Any:
        return sa.and_(messages.c.conversation == conversation, messages.c.seq == seq)

    @staticmethod
    def _by_key(connection: Connection, conversation: str, key: str | None) -> Any:
        if key is None:
            return None
        query = sa.select(messages.c.seq, messages.c.answered_at).where(
            messages.c.conversation == conversation, messages.c.key == key
        )
        return connection.execute(query).one_or_none()

    def _open(self, connection: Connection, conversation: str, channel: str | None) -> str | None:
        """The channel of a chat, which is begun where `channel` is given. Two writers queue here: a chat's messages
        get one order, and the same key twice is seen."""
        query = sa.select(conversations.c.channel).where(conversations.c.id == conversation).with_for_update()
        found = connection.execute(query).scalar_one_or_none()
        # Again where it was erased in between.
        while found is None and channel is not None:
            now = self._clock()
            # A chat that was erased and begins again goes on counting.
            first = max(int(now.timestamp() * 1000), highest_place(connection))
            row = {"id": conversation, "channel": channel, "address": {}, "last_seq": first, "seen_seq": 0}
            insert_new(connection, conversations, {**row, "created_at": now, "last_at": now})
            found = connection.execute(query).scalar_one_or_none()
        return None if found is None else str(found)

    def _next(self, connection: Connection, conversation: str, address: Mapping[str, Any] | None = None) -> int:
        changed: dict[str, Any] = {"last_seq": conversations.c.last_seq + 1, "last_at": self._clock()}
        if address:
            changed["address"] = dict(address)
        connection.execute(sa.update(conversations).where(conversations.c.id == conversation).values(**changed))
        query = sa.select(conversations.c.last_seq).where(conversations.c.id == conversation)
        return int(connection.execute(query).scalar_one())

    def _write(
        self,
        connection: Connection,
        conversation: str,
        seq: int,
        sender: Sender,
        text: str,
        *,
        name: str | None = None,
        content: Mapping[str, Any] | None = None,
        key: str | None = None,
    ) -> None:
        connection.execute(
            sa.insert(messages).values(
                conversation=conversation,
                seq=seq,
                sender=sender,
                name=name,
                text=text,
                content=dict(content or {}),
                key=key,
                at=self._clock(),
            )
        )


def _entry(row: Any) -> Entry:
    return Entry(row.conversation, row.seq, row.sender, row.text, row.at, row.name, row.content)


def _free(now: datetime) -> Any:
    """Nobody works on the message: the lease has ended, or was given by a clock that has been set back since."""
    lease = messages.c.taken_until
    return sa.or_(lease.is_(None), lease < now, lease > now + _LONGEST_LEASE + _TOLERANCE)
