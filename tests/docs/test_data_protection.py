"""The data-protection page names every table and column that there is, and none that there is not."""

from __future__ import annotations

import re

import pytest
from rasa.core.tracker_store import SQLTrackerStore

from companion.cases.service import Service
from companion.core.lock_store import _LIFETIME
from companion.settings import ROOT
from companion.store.tables import metadata

PAGE = (ROOT / "docs" / "data-protection.md").read_text(encoding="utf-8")
#: Heading, and the text below it.
SECTIONS = dict(re.findall(r"^### (.+)\n((?:(?!^##).*\n)*)", PAGE, re.M))
COLUMNS = {name: {column.name for column in table.columns} for name, table in metadata.tables.items()}
COLUMNS["events"] = {column.name for column in SQLTrackerStore.SQLEvent.__table__.columns}


def section_of(table: str) -> str:
    """What the page says of one table: its own section, or its line in one that it shares."""
    for heading, text in SECTIONS.items():
        names = re.split(r", | and ", heading)
        if table in names:
            shared = "\n".join(line for line in text.splitlines() if line.startswith(f"| {table}:"))
            return shared if len(names) > 1 else text
    return ""


@pytest.mark.parametrize("table", sorted(COLUMNS))
def test_every_column_is_named_and_no_other(table: str) -> None:
    text = section_of(table)
    assert text, f"docs/data-protection.md does not say what is in the table {table}"
    lines = [line.split("|")[1] for line in text.splitlines() if line.startswith("| ")] or [text]
    named = set(re.findall(r"`(\w+)`", " ".join(lines)))
    assert named == COLUMNS[table], "add what is missing with its purpose, how long it is kept, and on what basis"


def test_no_table_is_told_of_that_is_not_there() -> None:
    told = {name for heading in SECTIONS for name in re.split(r", | and ", heading)}
    assert told == set(COLUMNS)


def test_what_is_said_of_retention_is_what_the_service_does() -> None:
    retention = Service.load({}).retention
    hours, days = retention.conversations.total_seconds() / 3600, retention.cases.days
    assert f"until {hours:.0f} hours\nafter the last message" in PAGE
    assert f"{days} days after the case is over" in PAGE
    assert f"{_LIFETIME:.0f} seconds" in PAGE
