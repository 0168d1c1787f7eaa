"""Copies of the SQLite database: made while everything runs, and brought back."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

from companion.settings import SettingsError
from companion.store import Database

__all__ = ["BackupError", "back_up", "restore"]


class BackupError(SettingsError):
    """The copy was not made, or not brought back; nothing has changed. One line says why."""


def back_up(database: Database, file: Path) -> None:
    """Writes a whole and checked copy of the database to `file`, readable by its owner alone.

    Raises `BackupError`; an older copy at `file` is then still there.
    """
    source = _file_of(database)
    if not source.exists():
        raise BackupError(f"there is no database at {source}")
    if file.resolve() == source.resolve():
        raise BackupError(f"{file} is the database itself; name another file")
    with _same_folder(file) as unfinished:
        with _opened(source) as original, _opened(unfinished) as copy:
            original.backup(copy)
        _check(unfinished)
        os.replace(unfinished, file)


def restore(database: Database, file: Path) -> Path:
    """Brings the copy at `file` back, in one transaction, and makes its tables those of this release.

    What was there before is kept beside the database; its path is given back. Raises `BackupError`.
    """
    target = _file_of(database)
    if not file.exists():
        raise BackupError(f"there is no copy at {file}")
    _check(file)
    before = target.with_name(f"{target.name}.before-restore")
    if target.exists():
        back_up(database, before)
    target.parent.mkdir(parents=True, exist_ok=True)
    # Through the database's own locks: whoever has it open sees the old contents or the new ones, never half of each.
    with _opened(file) as copy, _opened(target) as current:
        copy.backup(current)
    database.migrate()
    return before


def _file_of(database: Database) -> Path:
    if database.url.get_backend_name() != "sqlite" or not database.url.database:
        raise BackupError("this is for SQLite; a PostgreSQL database is copied by pg_dump, see docs/operators.md")
    return Path(database.url.database)


@contextlib.contextmanager
def _same_folder(file: Path) -> Iterator[Path]:
    # Beside its final place, so that putting it there is one step; made for its owner alone.
    try:
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    except OSError as error:
        raise BackupError(f"{file} cannot be written: {error.strerror}") from None
    os.close(handle)
    try:
        yield Path(name)
    finally:
        for rest in ("", "-wal", "-shm", "-journal"):
            Path(name + rest).unlink(missing_ok=True)


@contextlib.contextmanager
def _opened(file: Path) -> Iterator[sqlite3.Connection]:
    try:
        with contextlib.closing(sqlite3.connect(file, timeout=30)) as connection:
            yield connection
    except sqlite3.Error as error:
        raise BackupError(f"{file}: {error}") from None


def _check(file: Path) -> None:
    with _opened(file) as copy:
        if copy.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise BackupError(f"{file} is damaged")
        if not copy.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone():
            raise BackupError(f"{file} is no copy of this assistant's database")
