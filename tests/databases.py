"""A fresh migrated database for each test, once in SQLite and once in PostgreSQL.

A conftest takes the fixtures by `from tests.databases import database, sqlite_template, postgres_template`.
"""

from __future__ import annotations

import os
import shutil
import threading
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from companion.store import Database
from companion.store.tables import metadata
from tests.conftest import missing

__all__ = ["KINDS", "at_once", "database", "everything", "fresh", "postgres_template", "sqlite_template"]

KINDS = ["sqlite", "postgresql"]
#: Where tests may make databases of their own: the local server, as the user who runs the tests.
_SERVER = os.environ.get("COMPANION_TEST_POSTGRES") or "postgresql:///postgres"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file to copy."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    database = Database(f"sqlite:///{path}")
    database.migrate()
    database.close()
    return path


@pytest.fixture(scope="session")
def postgres_template() -> Iterator[str | None]:
    """The name of a migrated database to copy; None where there is no server."""
    name = f"companion_test_{uuid.uuid4().hex[:12]}"
    try:
        _on_server(f"CREATE DATABASE {name}")
    except sa.exc.OperationalError:
        yield None
        return
    database = Database(_address(name))
    database.migrate()
    database.close()
    yield name
    _on_server(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database with all tables and nothing in them."""
    yield from fresh(request, request.param, tmp_path)


def fresh(request: pytest.FixtureRequest, kind: str, folder: Path) -> Iterator[Database]:
    """A database of one kind."""
    if kind == "sqlite":
        path = folder / "companion.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        database = Database(f"sqlite:///{path}")
        yield database
        database.close()
        return
    template = request.getfixturevalue("postgres_template")
    if template is None:
        missing(
            "PostgreSQL is not there; install it, or name a server where databases may be made in "
            "COMPANION_TEST_POSTGRES=postgresql://user@host/postgres"
        )
    name = f"{template}_{uuid.uuid4().hex[:8]}"
    _on_server(f"CREATE DATABASE {name} TEMPLATE {template}")
    database = Database(_address(name))
    yield database
    database.close()
    _on_server(f"DROP DATABASE {name} WITH (FORCE)")


def _address(name: str) -> str:
    return str(sa.engine.make_url(_SERVER).set(database=name).render_as_string(hide_password=False))


def _on_server(statement: str) -> None:
    engine = sa.create_engine(_SERVER, poolclass=sa.pool.NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)


def everything(database: Database) -> str:
    """All that is stored, in any table."""
    with database.reading() as connection:
        names = sa.inspect(connection).get_table_names()
        assert set(metadata.tables) <= set(names)
        return "\n".join(
            str(row) for name in names for row in connection.exec_driver_sql(f'SELECT * FROM "{name}"').all()
        )


def at_once(*works: Callable[[], object]) -> list[object]:
    """What each gives back, all begun at the same moment; a failure fails the test."""
    results: list[object] = [None] * len(works)
    ready = threading.Barrier(len(works))

    def run(number: int) -> None:
        ready.wait()
        try:
            results[number] = works[number]()
        except Exception as error:
            results[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for result in results:
        if isinstance(result, Exception):
            raise result
    return results
