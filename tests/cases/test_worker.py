"""The worker as a process: killed at any moment it loses nothing, and its log holds nothing of anybody."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from companion.cases import Cases
from companion.cases import worker as worker_module
from companion.cases.outbox import Outbox
from companion.cases.worker import Worker
from companion.platforms import DeliveryError
from companion.settings import ROOT
from companion.store import Database, Journal
from companion.store.tables import cases as case_rows
from companion.store.tables import conversations
from companion.store.tables import outbox as rows
from tests.cases.conftest import TARGETS, Target, request_of
from tests.cases.test_retention import PERSONAL
from tests.clock import Clock

SCRIPT = Path(__file__).with_name("worker_process.py")
PATIENCE = 60.0


class Process:
    """Starts workers, and reads what their platform was given."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._url = database.url.render_as_string(hide_password=False)
        self._record = folder / "record"
        self._log = folder / "log"
        self.running: list[subprocess.Popen[bytes]] = []

    def start(self, *, seconds: float = 0.02, lease: float = 1) -> subprocess.Popen[bytes]:
        """A worker whose deliveries take so long."""
        arguments = [sys.executable, str(SCRIPT), self._url, str(self._record), str(seconds), str(lease)]
        with self._log.open("ab") as log:
            process = subprocess.Popen(
                arguments, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=log, stderr=log
            )
        self.running.append(process)
        return process

    @property
    def got(self) -> list[tuple[str, str]]:
        """Chat and text of every delivery, in order."""
        lines = self._record.read_text(encoding="utf-8").splitlines() if self._record.exists() else []
        return [(chat, text) for chat, text, _, _ in map(json.loads, lines)]

    @property
    def log(self) -> str:
        """What the workers have logged."""
        return self._log.read_text(encoding="utf-8")


@pytest.fixture
def process(database: Database, tmp_path: Path) -> Iterator[Process]:
    """Workers, all gone afterwards."""
    started = Process(database, tmp_path)
    yield started
    for one in started.running:
        one.kill()
        one.wait()


def until(is_so: Callable[[], bool], what: str) -> None:
    """Waits, but not for ever."""
    limit = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < limit, f"waited in vain until {what}"
        time.sleep(0.02)


def states(database: Database) -> set[str]:
    """All states that rows are in."""
    with database.reading() as connection:
        return set(connection.execute(sa.select(rows.c.state)).scalars())


def without_repetitions(texts: list[str]) -> list[str]:
    """Each text once where it stands several times in a row."""
    return [text for number, text in enumerate(texts) if number == 0 or texts[number - 1] != text]


def test_killed_in_the_middle_of_sending_it_loses_nothing_and_keeps_the_order(
    database: Database, process: Process
) -> None:
    journal, each, chats = Journal(database), 12, ["telegram-1", "telegram-2", "telegram-3"]
    for number in range(each):
        for chat in chats:
            journal.receive(chat, "telegram", "hello", key="0", address={"chat_id": chat})
            journal.say(chat, "assistant", f"{number}", send=True)
    for killed_after in (3, 12):
        victim = process.start(seconds=0.1)
        until(lambda after=killed_after: len(process.got) >= after, "something was sent")  # type: ignore[misc]
        os.kill(victim.pid, signal.SIGKILL)
        victim.wait()
    process.start()
    process.start()
    until(lambda: states(database) == {"sent"}, "everything was sent")
    for chat in chats:
        texts = [text for one, text in process.got if one == chat]
        assert without_repetitions(texts) == [f"{number}" for number in range(each)]
        assert len(texts) <= each + 2, "sent again more often than a worker was killed"


def test_two_workers_side_by_side_send_everything_once(database: Database, process: Process) -> None:
    journal = Journal(database)
    for _ in range(2):
        process.start(lease=30)
    for number in range(30):
        journal.say(f"telegram-{number % 4}", "assistant", f"{number}", channel="telegram", send=True)
    until(lambda: states(database) == {"sent"}, "everything was sent")
    assert sorted(int(text) for _, text in process.got) == list(range(30))
    for chat in range(4):
        texts = [int(text) for one, text in process.got if one == f"telegram-{chat}"]
        assert texts == sorted(texts)


def test_asked_to_stop_it_ends_what_it_is_sending_and_leaves_the_rest_to_others(
    database: Database, process: Process
) -> None:
    journal = Journal(database)
    for number in range(40):
        journal.say("telegram-1", "assistant", f"{number}", channel="telegram", send=True)
    worker = process.start(seconds=0.2)
    until(lambda: len(process.got) >= 2, "something was sent")
    worker.terminate()
    assert worker.wait(PATIENCE) == 0
    with database.reading() as connection:
        sent = connection.execute(sa.select(sa.func.count()).where(rows.c.state == "sent")).scalar_one()
        assert connection.execute(sa.select(rows.c.id).where(rows.c.taken_by.isnot(None))).all() == []
    assert sent == len(process.got)


def test_the_log_holds_nothing_of_anybody(database: Database, process: Process) -> None:
    journal, cases = Journal(database), Cases(database, TARGETS)
    journal.receive("telegram-020794600", "telegram", "marked", address={"chat_id": "marked"})
    for number in range(3):
        journal.say("telegram-020794600", "assistant", f"marked {number}", send=True)
    journal.say("slack-marked", "assistant", "marked", channel="slack", send=True)
    case = cases.open(request_of(conversation="telegram-020794600", **PERSONAL))
    with database.writing() as connection:
        # Long ago: it is overdue, and another chat is old.
        old = sa.select(conversations.c.created_at).limit(1).scalar_subquery()
        connection.execute(sa.update(case_rows).values(due_at=old))
    worker = process.start()
    until(lambda: len(process.got) >= 4, "the notice went out")
    until(lambda: "slack" in process.log, "the other message was tried")
    worker.terminate()
    worker.wait(PATIENCE)
    assert cases.get(case.id).overdue_at is not None
    assert "overdue=1" in process.log
    for forbidden in ("marked", "020794600", "hello", case.reference):
        assert forbidden not in process.log


def test_a_platform_that_fails_in_any_way_is_logged_by_kind_and_others_go_on(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    journal, bad, good = Journal(database), Target(), Target()
    for channel in ("telegram", "slack"):
        for number in range(2):
            journal.say(f"{channel}-{number}", "assistant", "marked", channel=channel, send=True)
    bad.broken = ValueError("marked")
    with running(database, {"telegram": bad, "slack": good}), caplog.at_level(logging.DEBUG):
        until(lambda: len(good.got) == 2, "the others went out")
        until(lambda: "ValueError" in caplog.text, "it was logged")
        bad.broken = DeliveryError("Forbidden", permanent=True)
        until(lambda: states(database) == {"sent", "dead"}, "it was given up")
    assert "marked" not in caplog.text
    assert "Forbidden, given up" in caplog.text


def test_a_database_that_goes_away_is_waited_for(
    database: Database, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = Target()
    mine = Database(database.url.render_as_string(hide_password=False))
    with running(mine, {"telegram": target}):
        engine = mine.engine
        mine.engine = sa.create_engine("postgresql://nobody@127.0.0.1:1/nothing", future=True)
        until(lambda: "store failed" in caplog.text, "it was noticed")
        Journal(database).say("telegram-1", "assistant", "hello", channel="telegram", send=True)
        mine.engine = engine
        until(lambda: target.texts == ["hello"], "it was sent")
    mine.close()


def test_nothing_is_deleted_right_after_the_clock_was_set(
    database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock()
    monkeypatch.setattr(worker_module, "utc_now", clock)
    monkeypatch.setattr(worker_module.time, "monotonic", clock.monotonic)
    worker = Worker(database, environment={}, channels={})
    assert worker._delete()
    clock.wait(minutes=10)
    assert worker._delete()
    clock.set(days=400)
    assert worker._delete() == {}
    assert "the clock was set" in caplog.text
    clock.wait(minutes=10)
    assert worker._delete()


class running:  # noqa: N801
    """A worker in a thread."""

    def __init__(self, database: Database, channels: dict[str, Target]) -> None:
        self._worker = Worker(database, outbox=Outbox(database), environment={}, channels=channels)
        self._thread = threading.Thread(target=self._worker.run)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._worker.stop()
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()
