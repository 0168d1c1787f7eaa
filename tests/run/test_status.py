"""The inner port: metrics, life, readiness."""

from __future__ import annotations

import urllib.error
import urllib.request
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from companion.run.status import Status, answers, database_answers, outbox_drains
from companion.settings import SettingsError
from companion.store import Database, utc_now
from companion.store.tables import outbox


@pytest.fixture
def database(tmp_path: Path) -> Database:
    made = Database(f"sqlite:///{tmp_path}/companion.db")
    made.migrate()
    return made


def serve(status: Status) -> str:
    return f"http://127.0.0.1:{status.serve({'STATUS_PORT': '0'})}"


def get(address: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_it_listens_only_where_it_is_told_to() -> None:
    assert Status().serve({}) is None


@pytest.mark.parametrize("port", ["x", "-1", "70000"])
def test_a_port_that_is_none_is_named(port: str) -> None:
    with pytest.raises(SettingsError, match="STATUS_PORT"):
        Status().serve({"STATUS_PORT": port})


def test_a_port_that_is_taken_is_named() -> None:
    taken = Status().serve({"STATUS_PORT": "0"})
    with pytest.raises(SettingsError, match=str(taken)):
        Status().serve({"STATUS_PORT": str(taken)})


def test_metrics_are_there() -> None:
    code, text = get(serve(Status()) + "/metrics")
    assert code == 200
    assert "python_info" in text


def test_ready_is_what_all_checks_say() -> None:
    address = serve(Status(live={"a": lambda: None}, ready={"a": lambda: None, "b": lambda: "12 s behind"}))
    assert get(address + "/live") == (200, "a: ok\n")
    assert get(address + "/ready") == (503, "a: ok\nb: 12 s behind\n")


def test_a_check_that_fails_tells_the_kind_of_fault_alone() -> None:
    def check() -> str | None:
        raise ConnectionError("host secret-name and more")

    assert get(serve(Status(ready={"rasa": check})) + "/ready") == (503, "rasa: ConnectionError\n")


def test_other_paths_are_none() -> None:
    assert get(serve(Status()) + "/etc/passwd")[0] == 404


def test_a_database_without_tables_is_not_ready(database: Database, tmp_path: Path) -> None:
    assert database_answers(database)() is None
    status = Status(ready={"database": database_answers(Database(f"sqlite:///{tmp_path}/other.db"))})
    assert get(serve(status) + "/ready")[0] == 503


def test_another_process_answers_or_does_not() -> None:
    address = serve(Status(live={"a": lambda: None}))
    assert answers(address + "/live")() is None
    with pytest.raises(urllib.error.URLError):
        answers("http://127.0.0.1:1/")()


def test_an_outbox_that_nobody_empties_is_not_ready(database: Database) -> None:
    check = outbox_drains(database, limit=300)
    assert check() is None
    add(database, "planned for later", utc_now() + timedelta(hours=1))
    assert check() is None
    add(database, "due for ten minutes", utc_now() - timedelta(minutes=10))
    assert "behind" in str(check())


def add(database: Database, key: str, due: object) -> None:
    with database.writing() as connection:
        row = {"kind": "staff", "key": key, "payload": {}, "next_at": due, "created_at": utc_now()}
        connection.execute(sa.insert(outbox).values(row))
