"""Back-up and restore of the SQLite database."""

from __future__ import annotations

import sqlite3
import stat
import threading
from pathlib import Path

import pytest

from companion.run.backup import BackupError, back_up, restore
from companion.store import Database, Journal


@pytest.fixture
def database(tmp_path: Path) -> Database:
    made = Database(f"sqlite:///{tmp_path}/companion.db")
    made.migrate()
    return made


def texts(database: Database) -> list[str]:
    return [entry.text for entry in Journal(database).since("web-1")]


def test_what_was_copied_comes_back(database: Database, tmp_path: Path) -> None:
    journal = Journal(database)
    journal.receive("web-1", "web", "before")
    back_up(database, tmp_path / "copy.db")
    journal.receive("web-1", "web", "after")
    kept = restore(database, tmp_path / "copy.db")
    assert texts(database) == ["before"]
    assert texts(Database(f"sqlite:///{kept}")) == ["before", "after"]


def test_a_copy_is_for_its_owner_alone(database: Database, tmp_path: Path) -> None:
    back_up(database, tmp_path / "copy.db")
    assert stat.S_IMODE((tmp_path / "copy.db").stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir() if file.name.startswith(".")] == []


def test_a_copy_made_while_people_write_is_whole(database: Database, tmp_path: Path) -> None:
    journal, stop = Journal(database), threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            journal.receive("web-1", "web", str(number))
            number += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(5):
            back_up(database, tmp_path / f"copy{number}.db")
    finally:
        stop.set()
        writer.join()
    kept = texts(Database(f"sqlite:///{tmp_path}/copy4.db"))
    assert kept == [str(number) for number in range(len(kept))]


def test_somebody_who_has_the_database_open_sees_what_was_brought_back(database: Database, tmp_path: Path) -> None:
    journal = Journal(database)
    journal.receive("web-1", "web", "before")
    back_up(database, tmp_path / "copy.db")
    journal.receive("web-1", "web", "after")
    restore(Database(str(database.url)), tmp_path / "copy.db")
    assert [entry.text for entry in journal.since("web-1")] == ["before"]
    journal.receive("web-1", "web", "goes on")
    assert texts(database) == ["before", "goes on"]


def test_what_is_no_copy_changes_nothing(database: Database, tmp_path: Path) -> None:
    Journal(database).receive("web-1", "web", "mine")
    (tmp_path / "noise.db").write_bytes(b"not a database at all" * 100)
    sqlite3.connect(tmp_path / "other.db").execute("CREATE TABLE x (y)")
    for name in ("noise.db", "other.db", "missing.db"):
        with pytest.raises(BackupError, match=name):
            restore(database, tmp_path / name)
    assert texts(database) == ["mine"]


def test_a_folder_that_is_not_there_is_named(database: Database, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="cannot be written"):
        back_up(database, tmp_path / "none" / "copy.db")


def test_the_database_is_never_its_own_copy(database: Database, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="itself"):
        back_up(database, tmp_path / "companion.db")


def test_postgresql_has_tools_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="pg_dump"):
        back_up(Database("postgresql://user@localhost/name"), tmp_path / "copy.db")
