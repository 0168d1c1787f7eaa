"""What Prometheus is told: figures, and nothing about anybody."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest

from companion import metrics
from companion.store import Database, Journal, utc_now
from companion.store.tables import cases, outbox

PLANTED = "Ann Example 020 7946 0123"


@pytest.fixture
def database(tmp_path: Path) -> Database:
    made = Database(f"sqlite:///{tmp_path}/companion.db")
    made.migrate()
    return made


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def test_turns_are_counted_and_timed() -> None:
    before = value("companion_turns_total", channel="web", outcome="answered")
    metrics.turn_ended("web", "answered", 0.12)
    assert value("companion_turns_total", channel="web", outcome="answered") == before + 1
    assert value("companion_turn_seconds_bucket", channel="web", le="0.15") >= 1


def test_what_is_no_known_word_becomes_other() -> None:
    metrics.turn_ended(PLANTED, "answered", 1.0)
    metrics.urgency_answered(PLANTED)
    metrics.channel_failed(PLANTED, PLANTED)
    metrics.channel_failed("telegram", "ConnectTimeout")
    text = generate_latest(REGISTRY).decode()
    assert PLANTED not in text
    assert value("companion_channel_errors_total", channel="telegram", kind="ConnectTimeout") >= 1


def test_the_store_tells_depths_and_ages_and_nothing_else(database: Database) -> None:
    now = utc_now()
    journal = Journal(database)
    journal.receive("web-1", "web", PLANTED, key="a")
    with database.writing() as connection:
        row = {"kind": "staff", "key": PLANTED, "payload": {"why": PLANTED}, "next_at": now, "created_at": now}
        connection.execute(sa.insert(outbox).values(row))
        case = {"id": "1", "reference": "A1", "request_key": "k", "channel": "web", "state": "queued"}
        times = {"created_at": now, "changed_at": now, "due_at": now}
        connection.execute(sa.insert(cases).values({**case, **times, "urgency": "urgent", "reason": PLANTED}))
    registry = CollectorRegistry()
    metrics.StoreCollector(database, registry=registry)
    text = generate_latest(registry).decode()
    assert PLANTED not in text
    assert 'companion_cases{state="queued",urgency="urgent"} 1.0' in text
    assert 'companion_outbox{kind="staff",state="waiting"} 1.0' in text
    assert "companion_unanswered_messages 1.0" in text
    assert "companion_store_up 1.0" in text


def test_a_database_that_does_not_answer_is_told(tmp_path: Path) -> None:
    registry = CollectorRegistry()
    metrics.StoreCollector(Database(f"sqlite:///{tmp_path}/none/companion.db"), registry=registry)
    text = generate_latest(registry).decode()
    assert "companion_store_up 0.0" in text
    assert "companion_cases{" not in text
