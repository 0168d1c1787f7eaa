"""Reads cases, and writes what every change of a case leaves behind: its audit entry, and staff to be told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from companion.cases.model import OPEN, Case, CaseConflictError, CaseState, Staff, UnknownCaseError
from companion.safety.model import Urgency
from companion.store.database import Database, insert_new, utc_now
from companion.store.journal import Journal
from companion.store.tables import audit, cases, notes, outbox

__all__ = ["Records", "rank"]

#: Most urgent first; what is not a level comes last.
_RANK = {level.value: number for number, level in enumerate(Urgency)}


def rank(urgency: str) -> int:
    """0 for the most urgent."""
    return _RANK.get(urgency, len(_RANK))


class Records:
    """Every method raises `StoreError` where the database does not answer; nothing is then stored."""

    def __init__(self, database: Database, *, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._clock = clock
        self._journal = Journal(database, clock=clock)

    def get(self, case_id: str) -> Case:
        """Raises `UnknownCaseError`."""
        with self._database.reading() as connection:
            return self.read(connection, case_id)

    def open_of(self, conversation: str) -> Case | None:
        """The latest case of a chat that is not over, or None."""
        query = (
            sa.select(cases)
            .where(cases.c.conversation == conversation, _in(OPEN))
            .order_by(cases.c.created_at.desc())
            .limit(1)
        )
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _case(row)

    def all_of(self, conversation: str) -> list[Case]:
        """Every case of a chat, oldest first."""
        with self._database.reading() as connection:
            return self.of_chat(connection, conversation)

    def queue(self, states: Iterable[CaseState] = OPEN) -> list[Case]:
        """The cases in these states, most urgent first, then those who have waited longest."""
        with self._database.reading() as connection:
            found = [_case(row) for row in connection.execute(sa.select(cases).where(_in(states)))]
        return sorted(found, key=lambda case: (rank(case.urgency), case.created_at))

    def notes(self, case_id: str) -> list[dict[str, Any]]:
        """What staff wrote: `author`, `text`, `at`, oldest first."""
        query = sa.select(notes).where(notes.c.case_id == case_id).order_by(notes.c.id)
        with self._database.reading() as connection:
            return [dict(row._mapping) for row in connection.execute(query)]

    def timeline(self, case_id: str) -> list[dict[str, Any]]:
        """Its audit entries: `at`, `who`, `action`, `details`, oldest first."""
        query = sa.select(audit).where(audit.c.case_id == case_id).order_by(audit.c.id)
        with self._database.reading() as connection:
            return [dict(row._mapping) for row in connection.execute(query)]

    def looked_at(self, case_id: str, who: Staff) -> None:
        """Somebody opened the case: that too is recorded."""
        with self._database.writing() as connection:
            self.record(connection, who.signature, case_id, "looked", {})

    # -- inside a transaction ----------------------------------------------------------------------------------------

    def read(self, connection: Connection, case_id: str, *, lock: bool = False) -> Case:
        """The case as it is; with `lock`, nobody else changes it until the transaction ends. Raises
        `UnknownCaseError`. Cases are locked before chats, and chats before the outbox: nobody waits in a circle."""
        query = sa.select(cases).where(cases.c.id == case_id)
        row = connection.execute(query.with_for_update() if lock else query).one_or_none()
        if row is None:
            raise UnknownCaseError("there is no such case")
        return _case(row)

    def of_chat(self, connection: Connection, conversation: str, *, lock: bool = False) -> list[Case]:
        """Every case of a chat, oldest first."""
        query = sa.select(cases).where(cases.c.conversation == conversation).order_by(cases.c.created_at, cases.c.id)
        return [_case(row) for row in connection.execute(query.with_for_update() if lock else query)]

    def change(self, connection: Connection, case: Case, values: Mapping[str, Any]) -> Case:
        """Changes a locked case, and gives it back as it is then. Raises `CaseConflictError` where it was not locked,
        and somebody was faster."""
        state = {"state": CaseState(values["state"]).value} if "state" in values else {}
        new = {"changed_at": self._clock(), **values, **state, "version": case.version + 1}
        same = sa.and_(cases.c.id == case.id, cases.c.version == case.version)
        if not connection.execute(sa.update(cases).where(same).values(**new)).rowcount:
            raise CaseConflictError("somebody has changed this case; look at it again")
        return self.read(connection, case.id)

    def record(
        self, connection: Connection, who: str, case_id: str | None, action: str, details: Mapping[str, Any]
    ) -> None:
        """An audit entry. `details` must hold no health data: it outlives the case's contents."""
        connection.execute(
            sa.insert(audit).values(at=self._clock(), who=who, case_id=case_id, action=action, details=dict(details))
        )

    def tell_staff(self, connection: Connection, case: Case, why: str) -> None:
        """Puts a notification into the outbox: `why` is a text of content/staff_texts.yml. Once for each `why` of a
        case as it stands."""
        now = self._clock()
        row = {"kind": "staff", "key": f"{case.id}:{why}:{case.version}", "case_id": case.id, "payload": {"why": why}}
        insert_new(connection, outbox, {**row, "next_at": now, "created_at": now})


def _in(states: Iterable[CaseState]) -> Any:
    return cases.c.state.in_([state.value for state in states])


def _case(row: Any) -> Case:
    data = dict(row._mapping)
    del data["request_key"]
    return Case(**{**data, "state": CaseState(data["state"])})
