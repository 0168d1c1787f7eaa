"""What is still to be sent out, and by whom: nothing is lost, nothing sent by two at once, each chat in order."""

from __future__ import annotations

import logging
import random
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from companion.store.database import Database, StoreError, insert_new, utc_now
from companion.store.tables import conversations, outbox

__all__ = ["Kind", "Outbox", "Parcel"]

Kind = Literal["patient", "staff"]
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Patience:
    """Seconds until the first repetition and at most between two, and how often it is tried in all."""

    first: float
    longest: float
    attempts: int


#: Both for half a day and more: a platform that is down for a night loses nothing. Staff hear of danger within a minute
#: of their pager being back; a chat's platform is asked less often, it has limits.
_PATIENCE: dict[str, _Patience] = {"patient": _Patience(1, 300, 200), "staff": _Patience(2, 60, 900)}
#: Seconds that a platform may ask us to wait; what is longer is a mistake.
_LONGEST_WAIT = 3600.0
#: Seconds by which the clocks of several machines may differ.
_TOLERANCE = timedelta(seconds=60)
#: Seconds without a beat after which a worker counts as dead. Every worker measures this itself, on a clock that nobody
#: sets: a wrong time of day frees nothing that is being sent.
_LEASE = 30.0
_LONGEST_FAULT = 200  # characters


@dataclass(frozen=True)
class Parcel:
    """One row that this worker is to send. `payload`: `seq` of the message, or `why` and `target` of a notification."""

    id: int
    kind: str
    conversation: str | None
    case_id: str | None
    payload: Mapping[str, Any]
    attempts: int


@dataclass(frozen=True)
class _Watched:
    beat: tuple[str, int]
    since: float


class Outbox:
    """One worker's view of the outbox. Its methods may be called from several threads."""

    def __init__(
        self,
        database: Database,
        *,
        clock: Callable[[], datetime] = utc_now,
        monotonic: Callable[[], float] = time.monotonic,
        chance: random.Random | None = None,
        lease: float = _LEASE,
    ) -> None:
        """`lease`: seconds without a beat after which another worker's parcels are taken over."""
        self._database = database
        self._clock = clock
        self._monotonic = monotonic
        self._chance = chance or random.Random()
        self._lease = lease
        self._me = uuid.uuid4().hex
        self._lock = threading.Lock()
        self._flushing = threading.Lock()
        self._mine: set[int] = set()
        self._settled: dict[int, tuple[Parcel, dict[str, Any]]] = {}
        self._watched: dict[Kind, dict[int, _Watched]] = {"patient": {}, "staff": {}}

    # -- taking ------------------------------------------------------------------------------------------------------

    def take(self, kind: Kind, most: int = 1) -> list[Parcel]:
        """Up to `most` parcels that are due, no two of one chat; nobody else is given them. Each is to be ended with
        `sent`, `failed`, `split` or `let_go`. Raises `StoreError`."""
        with self._database.reading() as connection:
            candidates = self._candidates(connection, kind, most)
        if not candidates:
            # Looking takes no lock: there is nothing to do most of the time.
            return []
        taken = []
        with self._database.writing() as connection:
            for row in candidates:
                same = sa.and_(outbox.c.id == row.id, outbox.c.state == "waiting", outbox.c.beat == row.beat)
                holder = outbox.c.taken_by.is_(None) if row.taken_by is None else outbox.c.taken_by == row.taken_by
                mine = {"taken_by": self._me, "beat": row.beat + 1, "attempts": row.attempts + 1}
                statement = sa.update(outbox).where(same, holder).values(tried_at=self._clock(), **mine)
                if connection.execute(statement).rowcount:
                    taken.append(Parcel(row.id, row.kind, row.conversation, row.case_id, row.payload, row.attempts + 1))
        with self._lock:
            self._mine |= {parcel.id for parcel in taken}
        return taken

    def _candidates(self, connection: Connection, kind: Kind, most: int) -> list[Any]:
        now = self._clock()
        earlier = outbox.alias()
        first_of_its_chat = ~sa.exists().where(
            earlier.c.conversation == outbox.c.conversation,
            earlier.c.kind == "patient",
            earlier.c.state == "waiting",
            earlier.c.id < outbox.c.id,
        )
        due = sa.or_(
            outbox.c.tried_at.is_(None),
            outbox.c.next_at <= now,
            # The clock was set back since it was tried.
            outbox.c.tried_at > now + _TOLERANCE,
        )
        # What was never tried comes first: it does not wait for what cannot be sent.
        order = (outbox.c.attempts, outbox.c.id)
        waiting = sa.select(outbox).where(outbox.c.state == "waiting", outbox.c.kind == kind).order_by(*order)
        free = waiting.where(outbox.c.taken_by.is_(None), due, first_of_its_chat).limit(most)
        others = connection.execute(waiting.where(outbox.c.taken_by.isnot(None))).all()
        return [*self._abandoned(kind, others), *connection.execute(free)][:most]

    def _abandoned(self, kind: Kind, rows: list[Any]) -> list[Any]:
        """Those of the rows in other workers' hands whose worker has not given a sign of life for the lease."""
        now = self._monotonic()
        abandoned = []
        with self._lock:
            before, watched = self._watched[kind], {}
            for row in rows:
                known = before.get(row.id)
                beat = (row.taken_by, row.beat)
                if row.id in self._mine or known is None or known.beat != beat:
                    known = _Watched(beat, now)
                elif now - known.since >= self._lease:
                    abandoned.append(row)
                watched[row.id] = known
            self._watched[kind] = watched
        return abandoned

    def renew(self) -> None:
        """A sign of life: call it several times in a lease. Raises `StoreError`."""
        with self._lock:
            mine = sorted(self._mine)
        if mine:
            ours = sa.and_(outbox.c.id.in_(mine), outbox.c.taken_by == self._me, outbox.c.state == "waiting")
            with self._database.writing() as connection:
                connection.execute(sa.update(outbox).where(ours).values(beat=outbox.c.beat + 1))

    def let_go(self, parcel: Parcel) -> None:
        """It was not tried after all; anybody may, at once."""
        self._settle(parcel, {"attempts": parcel.attempts - 1})

    # -- ending ------------------------------------------------------------------------------------------------------

    def sent(self, parcel: Parcel, *, fault: str | None = None) -> None:
        """It went out; or, with `fault`, there was no need to any more."""
        self._settle(parcel, {"state": "sent", "sent_at": self._clock(), "fault": fault})

    def failed(self, parcel: Parcel, fault: str, *, permanent: bool = False, retry_after: float | None = None) -> bool:
        """It did not; it is tried again later, unless that is of no use or was done too often. Whether it is given up.

        `fault`: the kind of error, no contents. `retry_after`: seconds that the other side asks us to wait; being asked
        to is not a failure, and does not count as one.
        """
        patience, fault = _PATIENCE[parcel.kind], fault[:_LONGEST_FAULT]
        if permanent or (retry_after is None and parcel.attempts >= patience.attempts):
            self._settle(parcel, {"state": "dead", "fault": fault})
            return True
        if retry_after is not None:
            delay = min(max(retry_after, 1.0), _LONGEST_WAIT) + self._chance.uniform(0, 1)
        else:
            # Not all at once, when what was down is back.
            delay = min(patience.longest, patience.first * 2.0 ** min(parcel.attempts - 1, 30))
            delay *= self._chance.uniform(0.5, 1)
        counted = parcel.attempts if retry_after is None else parcel.attempts - 1
        next_at = self._clock() + timedelta(seconds=delay)
        self._settle(parcel, {"attempts": counted, "next_at": next_at, "fault": fault})
        return False

    def split(self, parcel: Parcel, payloads: Mapping[str, Mapping[str, Any]]) -> None:
        """In its place, one parcel for each name, each sent and repeated by itself. Raises `StoreError`; then nothing
        has changed."""
        now = self._clock()
        with self._database.writing() as connection:
            for name, payload in payloads.items():
                row: dict[str, Any] = {
                    "kind": parcel.kind,
                    "case_id": parcel.case_id,
                    "conversation": parcel.conversation,
                }
                row |= {"key": f"{parcel.case_id}:{parcel.id}:{name}", "payload": dict(payload)}
                insert_new(connection, outbox, {**row, "next_at": now, "created_at": now})
            self._write(
                connection, parcel, {"state": "sent", "sent_at": now, "fault": None if payloads else "no target"}
            )
        self._forget(parcel)

    def flush(self) -> None:
        """Writes down what became of parcels while the database did not answer. Raises `StoreError`."""
        with self._flushing:
            with self._lock:
                settled = list(self._settled.values())
            for parcel, values in settled:
                with self._database.writing() as connection:
                    self._write(connection, parcel, values)
                self._forget(parcel)

    def _settle(self, parcel: Parcel, values: dict[str, Any]) -> None:
        # Remembered first: what was sent must not be sent again because the database was away for a moment.
        with self._lock:
            self._settled[parcel.id] = (parcel, values)
        try:
            self.flush()
        except StoreError as error:
            _log.error("outbox id=%s not recorded yet: %s", parcel.id, error)

    def _write(self, connection: Connection, parcel: Parcel, values: Mapping[str, Any]) -> None:
        """Only where it is still ours. Chats are locked before the outbox, as everywhere."""
        if values.get("state") == "sent" and parcel.kind == "patient" and "seq" in parcel.payload:
            seq = parcel.payload["seq"]
            unseen = sa.and_(conversations.c.id == parcel.conversation, conversations.c.seen_seq < seq)
            connection.execute(sa.update(conversations).where(unseen).values(seen_seq=seq))
        ours = sa.and_(outbox.c.id == parcel.id, outbox.c.taken_by == self._me)
        connection.execute(sa.update(outbox).where(ours).values(taken_by=None, **values))

    def _forget(self, parcel: Parcel) -> None:
        with self._lock:
            self._mine.discard(parcel.id)
            self._settled.pop(parcel.id, None)
