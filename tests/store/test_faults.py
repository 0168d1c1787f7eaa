"""A database that is locked, gone or full of rows it does not like: a clear error, and nothing half-written."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa

from companion.settings import SettingsError
from companion.store import Database, Journal, StoreError
from companion.store import database as database_module
from companion.store.tables import conversations, messages
from tests.databases import everything

MARK = "020 7946 0018"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits five seconds for a lock here."""
    monkeypatch.setattr(database_module, "_LOCK_PATIENCE", 1)


def say_and_then(database: Database, statement: sa.sql.ClauseElement | None) -> None:
    """A message, and in the same transaction a statement, or a fault of the program."""
    with database.writing() as connection:
        Journal(database).say_in(connection, "chat", "assistant", "half a thing", send=True)
        if statement is None:
            raise ZeroDivisionError
        connection.execute(statement)


def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    Journal(database).receive("chat", "telegram", "hello")
    before = everything(database)
    with pytest.raises(StoreError):
        say_and_then(database, sa.insert(messages).values(conversation="chat", seq=None, sender="x", text="y"))
    with pytest.raises(ZeroDivisionError):
        say_and_then(database, None)
    assert everything(database) == before


def test_an_error_quotes_nobody(database: Database) -> None:
    Journal(database).receive("chat", "web", "hello")
    row = {"id": MARK, "channel": "web", "address": {}, "last_seq": 1, "seen_seq": 0}
    with pytest.raises(StoreError) as error:
        say_and_then(database, sa.insert(conversations).values(**row, created_at=None, last_at=None))
    assert MARK not in str(error.value)
    # What a traceback in a log would show as well.
    assert error.value.__cause__ is None
    assert error.value.__suppress_context__


def test_a_locked_database_says_so_and_goes_on_afterwards(database: Database, impatient: None) -> None:
    mine = Database(database.url.render_as_string(hide_password=False))
    journal = Journal(mine)
    journal.receive("chat", "web", "hello")
    with database.writing() as connection:
        connection.execute(sa.update(conversations).values(seen_seq=0))
        with pytest.raises(StoreError, match=r"locked|LockNotAvailable"):
            journal.receive("chat", "web", "during")
    journal.receive("chat", "web", "after")
    assert [entry.text for entry in journal.since("chat")] == ["hello", "after"]
    mine.close()


def test_reading_waits_for_no_writer(database: Database) -> None:
    journal = Journal(database)
    journal.receive("chat", "web", "hello")
    with database.writing() as connection:
        journal.say_in(connection, "chat", "assistant", "not yet there")
        assert [entry.text for entry in journal.since("chat")] == ["hello"]


@pytest.mark.parametrize(
    "address", ["sqlite:////nowhere/at/all.db", "postgresql://nobody@127.0.0.1:1/nothing"], ids=["sqlite", "postgresql"]
)
def test_a_database_that_is_gone_is_one_kind_of_error(address: str, impatient: None) -> None:
    journal = Journal(Database(address))
    for work in (lambda: journal.receive("chat", "web", "hello"), lambda: journal.since("chat")):
        with pytest.raises(StoreError, match=r"no connection to the database|unable to open") as error:
            work()
        assert "\n" not in str(error.value)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_server_that_ends_our_connections_is_connected_to_again(database: Database) -> None:
    journal = Journal(database)
    journal.receive("chat", "web", "hello")
    ending = Database(database.url.render_as_string(hide_password=False))
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    with ending.writing() as connection:
        connection.exec_driver_sql(f"{others} WHERE datname = current_database() AND pid <> pg_backend_pid()")
    journal.receive("chat", "web", "after")
    assert len(journal.since("chat")) == 2
    ending.close()


def test_a_file_that_is_no_database_is_one_kind_of_error(tmp_path: Path) -> None:
    (tmp_path / "no.db").write_bytes(b"this is a text, and not a short one" * 100)
    with pytest.raises(StoreError, match="not a database"):
        Journal(Database(f"sqlite:///{tmp_path}/no.db")).receive("chat", "web", "hello")


def test_a_file_that_may_not_be_written_is_one_kind_of_error(sqlite_template: Path) -> None:
    with pytest.raises(StoreError, match="readonly"):
        Journal(Database(f"sqlite:///file:{sqlite_template}?mode=ro&uri=true")).receive("chat", "web", "hello")


@pytest.mark.parametrize("address", ["nonsense", "mysql://me:secret@host/name", "oracle://me:secret@host"])
def test_an_address_that_is_none_is_told_without_its_password(address: str) -> None:
    with pytest.raises(SettingsError, match="COMPANION_DATABASE") as error:
        Database(address)
    assert "secret" not in str(error.value)


def test_sqlite_writes_through_to_the_disk(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/a.db")
    database.migrate()
    with database.reading() as connection:
        settings = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "foreign_keys")]
        assert settings == ["wal", 1]
        # 2: a power cut loses nothing that was said to be stored.
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
    assert sqlite3.sqlite_version_info >= (3, 24), "ON CONFLICT needs it"
