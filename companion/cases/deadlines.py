"""Cases that nobody has claimed in time: staff are told again and wider, and the patient whom to call."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from companion.cases.model import UNCLAIMED, Case, CaseState
from companion.cases.service import Service
from companion.cases.store import Cases
from companion.dialogue.replies import Writer
from companion.store.database import Database, utc_now
from companion.store.journal import Journal
from companion.store.tables import cases

__all__ = ["Deadlines"]

_NOTICE = "nobody_yet"
#: Who did it, in the audit.
_WHO = "worker"
#: By so much a time may lie further ahead than it should before the clock counts as set back.
_TOLERANCE = timedelta(seconds=60)


class Deadlines:
    """Several may run at once: each case is locked while it is dealt with, and looked at anew."""

    def __init__(
        self,
        database: Database,
        service: Service,
        writer: Writer,
        *,
        environment: Mapping[str, str] = os.environ,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._database = database
        self._service = service
        self._writer = writer
        self._environment = environment
        self._clock = clock
        self._cases = Cases(database, service.targets, clock=clock)
        self._journal = Journal(database, clock=clock)

    def run(self) -> dict[str, int]:
        """Deals with every case that needs it now. Gives back how many: `told` that had been told to nobody, `overdue`,
        and `clock`, whose time was put right after the clock had been set back. Raises `StoreError`."""
        done = {"told": 0, "overdue": 0, "clock": 0}
        with self._database.reading() as connection:
            untold = connection.execute(_unclaimed(cases.c.told_at.is_(None))).scalars().all()
            wrong = connection.execute(_unclaimed(cases.c.overdue_at.is_(None), self._is_wrong())).scalars().all()
        for case_id in untold:
            done["told"] += self._tell(case_id)
        for case_id in wrong:
            fault = self._put_right(case_id)
            if fault is not None:
                done[fault] += 1
        return done

    def _is_wrong(self) -> Any:
        """The time to be claimed in has passed, or lies further ahead than it can: as `_fault`, for the database."""
        now = self._clock()
        too_far = [
            sa.and_(cases.c.urgency == urgency, cases.c.due_at > now + target + _TOLERANCE)
            for urgency, target in self._service.targets.items()
        ]
        return sa.or_(cases.c.due_at <= now, *too_far)

    def _tell(self, case_id: str) -> bool:
        """Somebody may be there by now."""
        if not self._cases.anybody_there(self._cases.get(case_id).urgency, self._environment, service=self._service):
            return False
        with self._database.writing() as connection:
            case = self._cases.read(connection, case_id, lock=True)
            if case.told_at is not None or case.state not in UNCLAIMED:
                return False
            state = CaseState.QUEUED if case.state is CaseState.REQUESTED else case.state
            told = self._cases.change(connection, case, {"state": state, "told_at": self._clock()})
            self._cases.record(connection, _WHO, case.id, "staff were told", {})
            self._cases.tell_staff(connection, told, "new")
            return True

    def _put_right(self, case_id: str) -> str | None:
        """What was done with a case: "overdue", "clock", or None where nothing was wrong any more."""
        with self._database.writing() as connection:
            case = self._cases.read(connection, case_id, lock=True)
            fault = self._fault(case)
            if fault == "clock":
                target = self._service.targets[case.urgency]
                self._cases.change(connection, case, {"due_at": self._clock() + target})
                self._cases.record(connection, _WHO, case.id, "the clock was set back", {})
            elif fault == "overdue":
                self._overdue(connection, case)
            return fault

    def _fault(self, case: Case) -> str | None:
        now = self._clock()
        if case.state not in UNCLAIMED or case.overdue_at is not None:
            return None
        if case.due_at > now + self._service.targets[case.urgency] + _TOLERANCE:
            # Nothing is due later than its whole target from now, unless "now" was later when that was said.
            return "clock"
        return "overdue" if case.due_at <= now else None

    def _overdue(self, connection: Connection, case: Case) -> None:
        values = {"state": CaseState.UNANSWERED, "overdue_at": self._clock()}
        late = self._cases.change(connection, case, values)
        self._cases.record(connection, _WHO, case.id, "overdue", {"urgency": case.urgency})
        self._cases.tell_staff(connection, late, "overdue")
        if case.conversation is not None:
            reply = self._writer.notice(_NOTICE, country=case.country)
            content = {"buttons": reply.as_buttons(), "case": case.id}
            key = f"{_NOTICE}-{case.id}-{late.version}"
            self._journal.say_in(connection, case.conversation, "notice", reply.text, content=content, key=key)


def _unclaimed(*conditions: Any) -> Any:
    """The ids of cases that nobody has taken on, and of which this is so."""
    return sa.select(cases.c.id).where(cases.c.state.in_([state.value for state in UNCLAIMED]), *conditions)
