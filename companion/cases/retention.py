"""Deletes what is older than the service keeps (content/service.yml, `retention`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from companion.cases.contents import blank
from companion.cases.model import OPEN, CaseState
from companion.cases.records import Records
from companion.cases.service import Retention as Periods
from companion.store.database import Database, utc_now
from companion.store.erasing import erase_chat, erase_forgotten_trackers
from companion.store.tables import cases, conversations, outbox, sign_ins

__all__ = ["Retention"]

#: So many of a kind in one run: a run is over soon, and the next comes soon.
_MOST = 500
#: The desk's longest setting for how long nobody need touch a sign-in before it ends.
_IDLE_SIGN_IN = timedelta(hours=24)


class Retention:
    """Several may run at once."""

    def __init__(self, database: Database, periods: Periods, *, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._periods = periods
        self._clock = clock
        self._records = Records(database, clock=clock)

    def run(self) -> dict[str, int]:
        """Deletes what is due. Gives back how many: `chats`, `cases`, `events` (of trackers without a chat), `outbox`,
        `sign_ins`. Raises `StoreError`; what was deleted until then stays deleted."""
        now = self._clock()
        idle, over = now - self._periods.conversations, now - self._periods.cases
        return {
            "chats": self._each(
                _idle_chats(idle), lambda connection, one: self._erase_chat(connection, one, idle, now)
            ),
            "cases": self._each(_old_cases(over), lambda connection, one: self._blank(connection, one, over, now)),
            **self._rows(idle, over, now - _IDLE_SIGN_IN),
        }

    def _each(self, query: Any, erase: Callable[[Connection, str], bool]) -> int:
        """One transaction for each: nobody waits for a long one."""
        with self._database.reading() as connection:
            found: Iterable[str] = connection.execute(query.limit(_MOST)).scalars().all()
        count = 0
        for one in found:
            with self._database.writing() as connection:
                count += erase(connection, one)
        return count

    def _erase_chat(self, connection: Connection, conversation: str, before: datetime, now: datetime) -> bool:
        # Cases are locked before chats, as everywhere. Then it is looked at once more: somebody may have written.
        self._records.of_chat(connection, conversation, lock=True)
        still = _idle_chats(before).where(conversations.c.id == conversation).with_for_update()
        if connection.execute(still).one_or_none() is None:
            return False
        return erase_chat(connection, conversation, now)

    def _blank(self, connection: Connection, case_id: str, before: datetime, now: datetime) -> bool:
        case = self._records.read(connection, case_id, lock=True)
        if case.erased_at is not None or case.closed_at is None or case.closed_at >= before:
            return False
        blank(connection, case, now)
        self._records.record(connection, "worker", case_id, "kept no longer", {})
        return True

    def _rows(self, idle: datetime, over: datetime, signed_in: datetime) -> dict[str, int]:
        sent = sa.and_(outbox.c.state == "sent", outbox.c.sent_at < idle)
        dead = sa.and_(outbox.c.state == "dead", outbox.c.created_at < over)
        with self._database.writing() as connection:
            return {
                "events": erase_forgotten_trackers(connection, idle),
                "outbox": connection.execute(sa.delete(outbox).where(sa.or_(sent, dead))).rowcount,
                "sign_ins": connection.execute(sa.delete(sign_ins).where(sign_ins.c.seen_at < signed_in)).rowcount,
            }


def _idle_chats(before: datetime) -> Any:
    """Chats in which nothing was said since, that no person holds and no open case is about."""
    is_open = cases.c.state.in_([state.value for state in OPEN])
    return sa.select(conversations.c.id).where(
        conversations.c.last_at < before,
        conversations.c.held_by.is_(None),
        ~sa.exists().where(cases.c.conversation == conversations.c.id, is_open),
    )


def _old_cases(before: datetime) -> Any:
    """Cases that were over before, with their contents."""
    over = cases.c.state.in_([CaseState.CLOSED.value, CaseState.WITHDRAWN.value])
    return sa.select(cases.c.id).where(over, cases.c.closed_at < before, cases.c.erased_at.is_(None))
