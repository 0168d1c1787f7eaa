"""The worker: sends what is to be sent, watches deadlines, deletes what is old. Several may run."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TypeVar

from companion.cases.courier import Courier
from companion.cases.deadlines import Deadlines
from companion.cases.notify import Notifier, Send, require_addresses, send_by_apprise
from companion.cases.outbox import Kind, Outbox, Parcel
from companion.cases.records import Records
from companion.cases.retention import Retention
from companion.cases.service import Service
from companion.cases.staff_texts import StaffTexts
from companion.content import Library
from companion.dialogue.replies import Writer
from companion.metrics import StoreCollector, channel_failed
from companion.platforms import DeliveryError, Platform, platforms
from companion.run.logs import configure, patients_may_write
from companion.run.status import Status, database_answers, outbox_drains
from companion.settings import Settings
from companion.store import Database, Journal, StoreError, utc_now

__all__ = ["Worker", "work"]

#: Seconds between two looks at an empty outbox, between two looks at deadlines, between two rounds of deleting, between
#: two signs of life, and after the database did not answer.
_PACE, _DEADLINES, _RETENTION, _BEAT, _PAUSE = 0.2, 5.0, 600.0, 5.0, 2.0
#: Seconds that what is being sent gets to end when the worker is stopped.
_FAREWELL = 8.0
#: Patients wait: what is sent to one chat must not wait for what is slow in another.
_SENDERS: tuple[Kind, ...] = ("patient", "patient", "staff")
#: By so much the time of day may run off a steady clock in one round before it counts as having been set.
_DRIFT = timedelta(minutes=5)
_log = logging.getLogger(__name__)
_T = TypeVar("_T")


class Worker:
    """One process's worth of work. Its log names rows, counts and kinds of error, nothing that anybody wrote."""

    def __init__(
        self,
        database: Database,
        *,
        outbox: Outbox | None = None,
        environment: Mapping[str, str] = os.environ,
        channels: Mapping[str, Platform] | None = None,
        send: Send = send_by_apprise,
    ) -> None:
        """Raises `ContentError` and `SettingsError` for what cannot be used. `channels`: other platforms than those
        that are set; `send`: how staff are told."""
        require_addresses(environment)
        service = Service.load(environment)
        self._stop = threading.Event()
        self._outbox = outbox or Outbox(database)
        courier = Courier(Journal(database), self._outbox, platforms(environment) if channels is None else channels)
        texts, records = StaffTexts.load(), Records(database)
        notifier = Notifier(records, self._outbox, service, texts, environment=environment, send=send)
        self._deliver: dict[str, Callable[[Parcel], None]] = {"patient": courier.deliver, "staff": notifier.deliver}
        writer = Writer(Library.load(), Settings.from_environment(environment))
        self._deadlines = Deadlines(database, service, writer, environment=environment)
        self._retention = Retention(database, service.retention)
        self._set_clock = _SetClock()

    def stop(self, *_: object) -> None:
        """Ends `run` as soon as what is being sent now is sent. May be called from a signal handler."""
        self._stop.set()

    def run(self) -> bool:
        """Works until `stop`. False where a part of it has died, which no fault known to us does: start anew then."""
        threads = [threading.Thread(target=self._send, args=(kind,), daemon=True) for kind in _SENDERS]
        threads += [
            threading.Thread(target=self._every, args=(_DEADLINES, "deadlines", self._deadlines.run), daemon=True),
            threading.Thread(target=self._every, args=(_RETENTION, "retention", self._delete), daemon=True),
        ]
        for thread in threads:
            thread.start()
        sound = True
        while not self._stop.wait(_BEAT):
            self._try("beat", self._outbox.renew)
            self._try("beat", self._outbox.flush)
            if not all(thread.is_alive() for thread in threads):
                _log.error("a part of the worker has died; stopping the rest")
                sound = False
                self.stop()
        limit = time.monotonic() + _FAREWELL
        for thread in threads:
            thread.join(max(0.0, limit - time.monotonic()))
        return sound

    def _send(self, kind: Kind) -> None:
        while not self._stop.is_set():
            parcels = self._try("outbox", lambda: self._outbox.take(kind))
            if parcels is None:
                self._stop.wait(_PAUSE)
            elif not parcels:
                self._stop.wait(_PACE)
            for parcel in parcels or ():
                if self._stop.is_set():
                    self._outbox.let_go(parcel)
                else:
                    self._send_one(parcel)

    def _send_one(self, parcel: Parcel) -> None:
        try:
            self._deliver[parcel.kind](parcel)
        except DeliveryError as error:
            self._failed(parcel, str(error), permanent=error.permanent, retry_after=error.retry_after)
        except StoreError as error:
            # Nothing was sent: what is read comes before.
            _log.error("outbox id=%s put back: %s", parcel.id, error)
            self._outbox.let_go(parcel)
            self._stop.wait(_PAUSE)
        except Exception as error:
            # A fault of the program must not stop everybody else's messages. Its text may quote one.
            self._failed(parcel, type(error).__name__)

    def _failed(self, parcel: Parcel, fault: str, *, permanent: bool = False, retry_after: float | None = None) -> None:
        dead = self._outbox.failed(parcel, fault, permanent=permanent, retry_after=retry_after)
        words = "outbox id=%s kind=%s try=%s failed=%s%s"
        _log.error(words, parcel.id, parcel.kind, parcel.attempts, fault, ", given up" if dead else "")
        channel_failed("staff" if parcel.kind == "staff" else (parcel.conversation or "").partition("-")[0], fault)

    def _every(self, seconds: float, name: str, work: Callable[[], dict[str, int]]) -> None:
        while not self._stop.is_set():
            done = self._try(name, work)
            if done and any(done.values()):
                _log.warning("%s: %s", name, ", ".join(f"{what}={count}" for what, count in done.items() if count))
            self._stop.wait(seconds)

    def _delete(self) -> dict[str, int]:
        if self._set_clock.was_set():
            # Deleting cannot be taken back; a wrong time of day is often put right soon.
            _log.error("retention waits: the clock was set")
            return {}
        return self._retention.run()

    def _try(self, name: str, work: Callable[[], _T]) -> _T | None:
        try:
            return work()
        except StoreError as error:
            _log.error("%s: store failed=%s", name, error)
        except Exception as error:
            _log.error("%s: failed=%s", name, type(error).__name__)
        return None


class _SetClock:
    """Notices that somebody set the time of day."""

    def __init__(self) -> None:
        self._offset: timedelta | None = None

    def was_set(self) -> bool:
        """Whether it was since the last question."""
        steady = timedelta(seconds=time.monotonic())
        offset = timedelta(seconds=utc_now().timestamp()) - steady
        before, self._offset = self._offset, offset
        return before is not None and abs(offset - before) > _DRIFT


def work(environment: Mapping[str, str] = os.environ) -> int:
    """Works until SIGTERM or Ctrl-C; then 0, or 1 where it has to be started anew.

    Raises `ContentError` and `SettingsError` for what cannot be used.
    """
    lines = configure("worker", environment=environment)
    database = Database.from_environment(environment)
    worker = Worker(database, environment=environment)
    StoreCollector(database)
    ready = {"database": database_answers(database), "outbox": outbox_drains(database)}
    Status(ready=ready).serve(environment)
    patients_may_write(lines, environment)
    for asked_to_stop in (signal.SIGTERM, signal.SIGINT):
        signal.signal(asked_to_stop, worker.stop)
    sound = worker.run()
    database.close()
    return 0 if sound else 1
