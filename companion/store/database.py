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
_MIGRATIONS = Path(__file__).parent / "migrations"
#: Seconds that a writer waits for another; a turn is given up after eight.
_LOCK_PATIENCE = 5
#: Seconds for one statement, and for a server that does not answer at all.
_STATEMENT_PATIENCE = 15
#: Seconds after which PostgreSQL ends the transaction of a process that has stopped in the middle, with its locks.
_IDLE_PATIENCE = 60
#: Any number, the same in every process: who brings the tables forward.
_MIGRATION_LOCK = 5_190_412
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
            if self.url.get_backend_name() not in ("sqlite", "postgresql"):
                raise sa.exc.ArgumentError
            self.engine = _engine(self.url)
        except (sa.exc.ArgumentError, ImportError):
            # The address is not repeated: it may hold a password.
            raise SettingsError(
                "COMPANION_DATABASE is no address that can be used; "
                "write sqlite:////path/to/file.db or postgresql://user@host/name"
            ) from None

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
        with _one_kind_of_error(), self.for_sessions().connect() as connection, connection.begin():
            yield connection

    def for_sessions(self) -> Engine:
        """The same connections for a library that reads and then writes in one transaction."""
        return self.engine.execution_options(**{_WRITING: True})

    def migrate(self) -> None:
        """Makes the tables, or brings them to what this release needs; contents are kept, and where a step fails
        everything stays as it was. Several processes may call it at once. Raises `StoreError`."""
        with self._migrating() as config:
            command.upgrade(config, "head")

    @contextlib.contextmanager
    def _migrating(self) -> Iterator[Config]:
        """Alembic's configuration, with a connection on which nobody else changes tables now."""
        if self._is_sqlite and self.url.database:
            Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
        # A connection of its own, closed afterwards: what is set here is not meant for anybody else.
        engine = sa.create_engine(self.url, future=True, poolclass=sa.pool.NullPool, hide_parameters=True)
        if self._is_sqlite:
            # Alembic rebuilds a table to change it, and dropping the old one would take with it what points to it.
            _prepare_sqlite(engine, foreign_keys=False)
        with (
            _one_kind_of_error(),
            engine.execution_options(**{_WRITING: True}).connect() as connection,
            connection.begin(),
        ):
            if self._is_sqlite:
                config.attributes["connection"] = connection
                yield config
                if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
                    raise StoreError("a migration would lose what belongs together; nothing was changed")
            else:
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
                config.attributes["connection"] = connection
                yield config

    @property
    def _is_sqlite(self) -> bool:
        return bool(self.url.get_backend_name() == "sqlite")

    def close(self) -> None:
        """Closes its connections."""
        self.engine.dispose()


def insert_new(connection: Connection, table: sa.Table, values: Mapping[str, Any]) -> bool:
    """Inserts a row; False where one with its key is there already, which then stays as it is."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    return bool(connection.execute(dialect.insert(table).values(**values).on_conflict_do_nothing()).rowcount)


def _engine(url: sa.engine.URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        engine = sa.create_engine(
            url,
            future=True,
            hide_parameters=True,
            # A connection that the server has closed meanwhile is replaced instead of failing somebody's message.
            pool_pre_ping=True,
            pool_timeout=_LOCK_PATIENCE,
            connect_args={"connect_timeout": _LOCK_PATIENCE, "tcp_user_timeout": _STATEMENT_PATIENCE * 1000},
        )
        sa.event.listen(engine, "connect", _be_patient_but_not_for_ever)
        return engine
    engine = sa.create_engine(
        url,
        future=True,
        hide_parameters=True,
        poolclass=sa.pool.QueuePool,
        pool_timeout=_LOCK_PATIENCE,
        connect_args={"timeout": _LOCK_PATIENCE, "check_same_thread": False},
    )
    _prepare_sqlite(engine, foreign_keys=True)
    return engine


def _be_patient_but_not_for_ever(connection: Any, _record: Any) -> None:
    """Limits for every statement on a PostgreSQL connection, in milliseconds."""
    limits = {
        "lock_timeout": _LOCK_PATIENCE,
        "statement_timeout": _STATEMENT_PATIENCE,
        "idle_in_transaction_session_timeout": _IDLE_PATIENCE,
    }
    with connection.cursor() as cursor:
        for name, seconds in limits.items():
            cursor.execute(f"SET {name} = {seconds * 1000}")
    connection.commit()


def _prepare_sqlite(engine: Engine, *, foreign_keys: bool) -> None:
    @sa.event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        # The driver's own begin comes too late for reads, and never for a lock taken from the start.
        connection.isolation_level = None
        for setting in ("journal_mode=WAL", "synchronous=FULL", f"foreign_keys={'ON' if foreign_keys else 'OFF'}"):
            connection.execute(f"PRAGMA {setting}")

    @sa.event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A transaction that reads first and writes later would fail, not wait, where another wrote in between.
        writing = connection.get_execution_options().get(_WRITING)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


@contextlib.contextmanager
def _one_kind_of_error() -> Iterator[None]:
    try:
        yield
    except sa.exc.SQLAlchemyError as error:
        # SQLAlchemy's message quotes the row, and with it the patient.
        raise StoreError(_kind(error)) from None


def _kind(error: sa.exc.SQLAlchemyError) -> str:
    """What went wrong, without contents: SQLite's own words name tables and columns, PostgreSQL's quote rows."""
    cause = getattr(error, "orig", None)
    if cause is None:
        return type(error).__name__
    if type(cause).__module__ == "sqlite3":
        told = str(cause)
    else:
        # Without a code of the server's it was never reached, or went away.
        told = type(cause).__name__ if getattr(cause, "pgcode", None) else "no connection to the database"
    return f"{type(error).__name__} ({told})"
