"""What the tests of cases share."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from companion.cases import Case, CaseRequest, Cases, Staff
from companion.cases.outbox import Outbox
from companion.safety.model import Urgency
from companion.store import Database, Entry, Journal
from tests.clock import Clock
from tests.databases import database, postgres_template, sqlite_template

__all__ = [
    "ANNA",
    "BEN",
    "TARGETS",
    "Target",
    "cases",
    "clock",
    "database",
    "journal",
    "outbox",
    "postgres_template",
    "request_of",
    "sqlite_template",
]

ANNA, BEN = Staff("anna", "Anna", "breast care nurse"), Staff("ben", "Ben", "nurse")
TARGETS = {level.value: timedelta(hours=24) for level in Urgency} | {
    "emergency": timedelta(minutes=10),
    "crisis": timedelta(minutes=10),
    "safeguarding": timedelta(minutes=10),
    "urgent": timedelta(minutes=30),
}


def request_of(key: str = "one", **values: Any) -> CaseRequest:
    """A request from a chat, urgent if nothing else is said."""
    return CaseRequest(
        **{"key": key, "channel": "telegram", "urgency": "urgent", "conversation": "telegram-7", **values}
    )


class Target:
    """A platform that is not there: it keeps what it was given. `broken`: the error of each next delivery."""

    def __init__(self) -> None:
        self.got: list[tuple[Mapping[str, Any], Entry]] = []
        self.broken: Exception | None = None

    def deliver(self, address: Mapping[str, Any], entry: Entry) -> None:
        """Keeps it."""
        if self.broken is not None:
            raise self.broken
        self.got.append((address, entry))

    @property
    def texts(self) -> list[str]:
        """What it was given, in order."""
        return [entry.text for _, entry in self.got]


@pytest.fixture
def clock() -> Clock:
    """A clock to set."""
    return Clock()


@pytest.fixture
def journal(database: Database, clock: Clock) -> Journal:
    """The chats; one of them is there."""
    journal = Journal(database, clock=clock)
    journal.receive("telegram-7", "telegram", "hello", key="0", address={"chat_id": 7})
    return journal


@pytest.fixture
def cases(database: Database, journal: Journal, clock: Clock) -> Cases:
    """The cases of a service; nobody has asked for a person yet."""
    return Cases(database, TARGETS, clock=clock)


@pytest.fixture
def case(cases: Cases) -> Case:
    """Somebody has."""
    return cases.open(request_of())


@pytest.fixture
def outbox(database: Database, clock: Clock) -> Outbox:
    """One worker's."""
    return worker(database, clock)


def worker(database: Database, clock: Clock) -> Outbox:
    """Another's."""
    return Outbox(database, clock=clock, monotonic=clock.monotonic, chance=random.Random(7), lease=30)
