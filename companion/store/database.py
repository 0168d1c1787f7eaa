"""One database for all processes: SQLite in var/ on one machine, PostgreSQL in production, by one setting."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Engine

from companion.settings import ROOT, SettingsError

__all__ = ["Database", "StoreError", "utc_now"]

_DEFAULT = ROOT / "var" / "companion.db"
#: Seconds that a writer waits for another; a turn is given up after eight.
_LOCK_PATIENCE = 5
_WRITING = "companion_writing"


class StoreError(RuntimeError):
    """The database did not do what was asked; nothing was stored. The message names the kind of fault, no contents."""


def utc_now() -> datetime:
    """The time, with its zone."""
    return datetime.now(timezone.utc)


class Database:
    """Connections to the database at `url` (SQLAlchemy's form)."""

    def __init__(self, url: str) -> None:
        """Connects at first use. Raises `SettingsError` for an address that is none."""
        try:
            self.url = sa.engine.make_url(url)
        except sa.exc.ArgumentError:
            raise SettingsError(
                f"COMPANION_DATABASE is '{url}'; use sqlite:////path/to/file.db or postgresql://user@host/name"
            ) from None
        self.engine = _engine(self.url)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Database:
        """The database that COMPANION_DATABASE names; var/companion.db where it is not set."""
        return cls(environment.get("COMPANION_DATABASE") or f"sqlite:///{_DEFAULT}")

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection to read with. Raises `StoreError`."""
        with _one_kind_of_error(), self.engine.connect() as connection:
            yield connection

    @contextlib.contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction: all of it is stored at the end, or nothing. Raises `StoreError`."""
        with (
            _one_kind_of_error(),
            self.engine.connect().execution_options(**{_WRITING: True}) as connection,
            connection.begin(),
        ):
            yield connection

    def migrate(self) -> None:
        """Makes the tables, or brings them to what this release needs; contents are kept. Raises `StoreError`."""
        if self.url.get_backend_name() == "sqlite" and self.url.database:
            Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        with self.writing() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def close(self) -> None:
        """Closes its connections."""
        self.engine.dispose()


def insert_new(connection: Connection, table: sa.Table, values: Mapping[str, Any]) -> bool:
    """Inserts a row; False where one with its key is there already, which then stays as it is."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    return bool(connection.execute(dialect.insert(table).values(**values).on_conflict_do_nothing()).rowcount)


def _engine(url: sa.engine.URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        # A connection that the server has closed meanwhile is replaced instead of failing somebody's message.
        return sa.create_engine(url, future=True, pool_pre_ping=True, connect_args={"connect_timeout": _LOCK_PATIENCE})
    engine = sa.create_engine(
        url,
        future=True,
        poolclass=sa.pool.QueuePool,
        connect_args={"timeout": _LOCK_PATIENCE, "check_same_thread": False},
    )

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        # The driver's own begin comes too late for reads, and never for a lock taken from the start.
        connection.isolation_level = None
        for setting in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {setting}")

    @sa.event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A transaction that reads first and writes later would fail, not wait, where another wrote in between.
        writing = connection.get_execution_options().get(_WRITING)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


@contextlib.contextmanager
def _one_kind_of_error() -> Iterator[None]:
    try:
        yield
    except sa.exc.SQLAlchemyError as error:
        # SQLAlchemy's message quotes the row, and with it the patient.
        raise StoreError(type(error).__name__) from None
