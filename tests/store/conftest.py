"""What the tests of the store share."""

from __future__ import annotations

import pytest

from companion.store import Database, Journal
from tests.clock import Clock
from tests.databases import database, postgres_template, sqlite_template

__all__ = ["clock", "database", "journal", "postgres_template", "sqlite_template"]


@pytest.fixture
def clock() -> Clock:
    """A clock to set."""
    return Clock()


@pytest.fixture
def journal(database: Database, clock: Clock) -> Journal:
    """The chats."""
    return Journal(database, clock=clock)
