"""How a case is moved: one step is one transaction, and only one of two who try at once succeeds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from companion.cases.model import Case, CaseConflictError, CaseState
from companion.cases.records import Records, rank
from companion.store.database import Database, utc_now
from companion.store.tables import conversations

__all__ = ["Change", "Steps", "require"]

#: What a step changes, from the case as it is and the time.
Change = Callable[[Case, datetime], Mapping[str, Any]]
_Chat = Literal["joined", "changed", "left"]


class Steps(Records):
    """The parts that steps are made of."""

    def __init__(
        self,
        database: Database,
        targets: Mapping[str, timedelta],
        *,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """`targets`: for each urgency how soon a case is to be claimed (content/service.yml)."""
        super().__init__(database, clock=clock)
        self._targets = targets

    def move(
        self,
        case_id: str,
        who: str,
        action: str,
        states: Iterable[CaseState],
        to: CaseState | None,
        change: Change = lambda case, now: {},
        *,
        details: Mapping[str, Any] | None = None,
        only: str | None = None,
        version: int | None = None,
        chat: _Chat | None = None,
        notice: str | None = None,
        told: str | None = None,
        done: Callable[[Case], bool] = lambda case: False,
    ) -> Case:
        """One step: only from one of `states`, and only by account `only` where given. `chat`: what it means for who
        holds the chat; `told`: why staff are told of it; `done`: whether it was done already, so that nothing is."""
        with self._database.writing() as connection:
            case = self.read(connection, case_id, lock=True)
            if done(case):
                return case
            require(case, states, only, version)
            values = dict(change(case, self._clock()))
            changed = self.change(connection, case, {**values, "state": to or case.state})
            if chat is not None:
                self._hold(connection, changed, chat, notice)
            self.record(connection, who, case_id, action, details or {})
            if told is not None:
                self.tell_staff(connection, changed, told)
            return changed

    def _hold(self, connection: Connection, case: Case, chat: _Chat, notice: str | None) -> None:
        """Who holds the chat from now on, and the words that the patient is told it in."""
        held = self.holds(connection, case)
        if chat == "joined":
            if case.conversation is None or not self.chat_is_there(connection, case.conversation):
                raise CaseConflictError("there is no chat to take over")
            if held:
                return
            free = sa.and_(conversations.c.id == case.conversation, conversations.c.held_by.is_(None))
            if not connection.execute(sa.update(conversations).where(free).values(held_by=case.id)).rowcount:
                raise CaseConflictError("another case holds this chat")
        elif not held:
            return
        if case.conversation is not None and notice is not None:
            mark = {"desk": chat, "case": case.id}
            self._journal.say_in(connection, case.conversation, "notice", notice, content=mark)
        if chat == "left":
            ours = sa.and_(conversations.c.id == case.conversation, conversations.c.held_by == case.id)
            free_again = {"held_by": None, "typing_until": None}
            connection.execute(sa.update(conversations).where(ours).values(**free_again))

    @staticmethod
    def holds(connection: Connection, case: Case) -> bool:
        """Whether the assignee of this case holds its chat, which stays so until the transaction ends."""
        query = sa.select(conversations.c.held_by).where(conversations.c.id == case.conversation).with_for_update()
        return connection.execute(query).scalar_one_or_none() == case.id

    @staticmethod
    def chat_is_there(connection: Connection, conversation: str) -> bool:
        """Whether the chat was not erased, nor will be until the transaction ends."""
        query = sa.select(conversations.c.id).where(conversations.c.id == conversation).with_for_update()
        return connection.execute(query).one_or_none() is not None

    def waits_again(self, case: Case, now: datetime) -> Mapping[str, Any]:
        """Back in the queue, with a fresh time to be claimed in."""
        return {"assignee": None, "overdue_at": None, "told_at": now, "due_at": now + self._targets[case.urgency]}

    def judged(self, case: Case, urgency: str, now: datetime) -> Mapping[str, Any]:
        """The urgency, and by when the case is then to be claimed: sooner where it is worse, counted from now, and
        once more where that time had passed already; later where it is less bad, counted from the beginning."""
        fresh = now + self._targets[urgency]
        if rank(urgency) < rank(case.urgency):
            due = fresh if case.overdue_at is not None else min(case.due_at, fresh)
        else:
            due = max(case.due_at, case.created_at + self._targets[urgency])
        again = {} if due == case.due_at else {"overdue_at": None}
        return {"urgency": urgency, "due_at": due, **again}


def require(case: Case, states: Iterable[CaseState], only: str | None, version: int | None) -> None:
    """Raises `CaseConflictError` where the case is not as the step needs it."""
    if case.state not in states:
        raise CaseConflictError(f"this case is {case.state.value.replace('_', ' ')} now; look at it again")
    if only is not None and case.assignee != only:
        raise CaseConflictError("somebody else has this case now; look at it again")
    if version is not None and case.version != version:
        raise CaseConflictError("somebody has changed this case; look at it again")
