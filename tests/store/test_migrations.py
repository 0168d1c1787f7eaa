"""Bringing the tables forward: nothing is lost, nothing is left out, and nobody gets in another's way."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from companion.cases import CaseRequest, Cases
from companion.store import Database, Journal, StoreError
from companion.store import database as database_module
from companion.store.tables import cases, metadata
from tests.cases.conftest import TARGETS
from tests.databases import at_once

#: A later release: it rebuilds tables that others point to, as Alembic does in SQLite for almost any change.
LATER = """
import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{head}"


def upgrade():
    recreate = "always" if op.get_bind().dialect.name == "sqlite" else "never"
    for table in ("conversations", "cases", "accounts"):
        with op.batch_alter_table(table, recreate=recreate) as one:
            one.add_column(sa.Column("later", sa.String(10), nullable=True))
{more}
"""


@pytest.fixture
def migrations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the steps, to be added to."""
    folder = tmp_path / "migrations"
    shutil.copytree(database_module._MIGRATIONS, folder)
    monkeypatch.setattr(database_module, "_MIGRATIONS", folder)
    return folder


def emptied(database: Database) -> Database:
    """Without any table, as before the first start."""
    with database.writing() as connection:
        context = MigrationContext.configure(connection)
        metadata.drop_all(connection)
        context._version.drop(connection)
    return database


def filled(database: Database) -> None:
    """A chat and a case with a note."""
    journal = Journal(database)
    journal.receive("chat", "telegram", "hello", key="1", address={"chat_id": 7})
    journal.say("chat", "assistant", "hello back", send=True)
    Cases(database, TARGETS).open(CaseRequest(key="one", channel="telegram", urgency="urgent", conversation="chat"))


def test_the_steps_make_exactly_the_tables_of_the_program(database: Database) -> None:
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_going_from_the_first_release_to_this_one_keeps_everything(database: Database) -> None:
    emptied(database)
    with database._migrating() as config:
        command.upgrade(config, "0001")
    filled(database)
    database.migrate()
    assert [entry.text for entry in Journal(database).since("chat")] == ["hello", "hello back"]
    assert len(Cases(database, TARGETS).queue()) == 1


def test_a_later_step_that_rebuilds_tables_keeps_what_points_to_them(database: Database, migrations: Path) -> None:
    filled(database)
    later(migrations)
    database.migrate()
    with database.reading() as connection:
        assert "later" in {one["name"] for one in sa.inspect(connection).get_columns("conversations")}
    assert [entry.text for entry in Journal(database).since("chat")] == ["hello", "hello back"]
    assert Cases(database, TARGETS).all_of("chat")
    # What belongs together still goes together.
    Journal(database).erase("chat")
    assert Journal(database).since("chat") == []


def test_a_step_that_fails_changes_nothing(database: Database, migrations: Path) -> None:
    filled(database)
    later(migrations, more='    op.execute("SELECT nonsense FROM nowhere")')
    with pytest.raises(StoreError):
        database.migrate()
    with database.reading() as connection:
        assert "later" not in {one["name"] for one in sa.inspect(connection).get_columns("conversations")}
        assert connection.execute(sa.select(sa.func.count()).select_from(cases)).scalar_one() == 1


def test_several_processes_may_migrate_at_once(database: Database) -> None:
    emptied(database)
    at_once(*[Database(address(database)).migrate for _ in range(3)])
    filled(database)


def later(migrations: Path, more: str = "") -> None:
    """Adds a step after the last."""
    heads = sorted(path.name[:4] for path in (migrations / "versions").glob("[0-9]*.py"))
    (migrations / "versions" / "9999_later.py").write_text(LATER.format(head=heads[-1], more=more), encoding="utf-8")


def address(database: Database) -> str:
    """Its address, with the password."""
    return str(database.url.render_as_string(hide_password=False))
