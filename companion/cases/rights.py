"""What a person may ask of us: what is stored about them, and that it be deleted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from companion.cases.contents import blank
from companion.cases.model import OPEN, Case, CaseState
from companion.cases.records import Records
from companion.store.database import Database, utc_now
from companion.store.erasing import count_events, erase_chat
from companion.store.tables import conversations, messages, notes

__all__ = ["Deleted", "Rights", "Stored"]


@dataclass(frozen=True)
class Stored:
    """What there is of one chat. `messages`: how many, both ways; `remembered`: how many steps of the conversation the
    assistant keeps; `since`: when the chat began, None where there is none; `cases`: what was passed on to staff,
    oldest first; `notes`: how many notes staff have written about those."""

    messages: int
    remembered: int
    since: datetime | None
    cases: list[Case]
    notes: int

    @property
    def nothing(self) -> bool:
        """Nothing at all."""
        return not (self.messages or self.remembered or self.cases)


@dataclass(frozen=True)
class Deleted:
    """What was deleted: whether there was a chat, how many cases, and how many of those were still open."""

    chat: bool
    cases: int
    open_cases: int


class Rights:
    """Every method raises `StoreError` where the database does not answer; nothing is then changed."""

    def __init__(self, database: Database, *, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._clock = clock
        self._records = Records(database, clock=clock)

    def what_is_stored(self, conversation: str) -> Stored:
        """Everything of one chat, in numbers, and the contents of its cases."""
        with self._database.reading() as connection:
            found = self._records.of_chat(connection, conversation)
            counted = sa.select(sa.func.count()).select_from(messages).where(messages.c.conversation == conversation)
            begun = sa.select(conversations.c.created_at).where(conversations.c.id == conversation)
            written = sa.select(sa.func.count()).select_from(notes)
            ids = [case.id for case in found]
            return Stored(
                messages=connection.execute(counted).scalar_one(),
                remembered=count_events(connection, conversation),
                since=connection.execute(begun).scalar_one_or_none(),
                cases=found,
                notes=connection.execute(written.where(notes.c.case_id.in_(ids))).scalar_one(),
            )

    def erase(self, conversation: str) -> Deleted:
        """Deletes the chat, Rasa's tracker, what was still to be sent, and the contents of its cases. For each case a
        line without contents stays, for counting; one that was open is withdrawn, and staff see why.

        On a platform that has to be pushed to, an empty chat with its address stays, so that "it is deleted" can be
        said; retention takes it a day later. Not from within a turn of Rasa's: when the turn ends, Rasa writes the
        whole tracker anew.
        """
        now = self._clock()
        with self._database.writing() as connection:
            found = self._records.of_chat(connection, conversation, lock=True)
            for case in found:
                self._erase_case(connection, case, now)
            chat = erase_chat(connection, conversation, now, keep_address=True)
        return Deleted(chat, len(found), sum(case.state in OPEN for case in found))

    def _erase_case(self, connection: Connection, case: Case, now: datetime) -> None:
        values = {"state": CaseState.WITHDRAWN.value, "closed_at": now} if case.state in OPEN else {}
        blank(connection, case, now, **values)
        self._records.record(connection, "patient", case.id, "deleted by the person", {})
