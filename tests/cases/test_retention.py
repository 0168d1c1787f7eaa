"""What is kept no longer than it should be, and what is not deleted too early."""

from __future__ import annotations

import sqlalchemy as sa

from companion.cases import Cases
from companion.cases.outbox import Outbox
from companion.cases.retention import Retention
from companion.cases.service import Service
from companion.store import Database, Journal
from companion.store.tables import audit, sign_ins
from companion.store.tables import cases as case_rows
from tests.cases.conftest import ANNA, request_of
from tests.cases.test_deadlines import account
from tests.clock import Clock
from tests.databases import everything

PERSONAL = {
    "reason": "marked",
    "name": "marked",
    "contact": "marked",
    "contact_when": "marked",
    "about": {"caller": "marked"},
    "consent": {"given": ["case"], "wording": "marked"},
    "red_flags": [{"id": "marked", "urgency": "urgent", "text": "marked"}],
    "country": "GB",
}


def retention(database: Database, clock: Clock) -> Retention:
    """With the usual periods: chats 24 hours, cases 30 days."""
    return Retention(database, Service.load({}).retention, clock=clock)


def trackers(database: Database, clock: Clock, *senders: str) -> None:
    """Rasa's table, with an event of each of these chats."""
    with database.writing() as connection:
        connection.exec_driver_sql(
            "CREATE TABLE IF NOT EXISTS events "
            "(id INTEGER PRIMARY KEY, sender_id VARCHAR(255), timestamp FLOAT, data TEXT)"
        )
        for sender in senders:
            values = {"sender": sender, "at": clock().timestamp()}
            connection.execute(
                sa.text(
                    "INSERT INTO events SELECT coalesce(max(id), 0) + 1, CAST(:sender AS VARCHAR(255)), "
                    "CAST(:at AS FLOAT), 'marked' FROM events"
                ),
                values,
            )


def test_a_chat_goes_a_day_after_its_last_message_with_all_that_is_of_it(
    database: Database, journal: Journal, clock: Clock, outbox: Outbox
) -> None:
    journal.receive("marked", "telegram", "marked", key="marked", address={"chat_id": "marked"})
    trackers(database, clock, "marked")
    clock.wait(hours=20)
    journal.say("marked", "assistant", "marked", send=True)
    clock.wait(hours=23)
    retention(database, clock).run()
    assert "marked" in everything(database)
    clock.wait(hours=2)
    assert retention(database, clock).run()["chats"] == 1
    assert "marked" not in everything(database)


def test_a_chat_with_an_open_case_stays_until_the_case_is_over(
    database: Database, cases: Cases, journal: Journal, clock: Clock
) -> None:
    case = cases.open(request_of())
    clock.wait(days=10)
    assert retention(database, clock).run()["chats"] == 0
    cases.claim(case.id, ANNA)
    cases.take_over(case.id, ANNA)
    clock.wait(days=10)
    assert retention(database, clock).run()["chats"] == 0
    cases.close(case.id, ANNA, "advice_given")
    assert retention(database, clock).run()["chats"] == 1
    assert journal.since("telegram-7") == []


def test_a_case_goes_thirty_days_after_it_is_over_and_leaves_a_line_to_count(
    database: Database, cases: Cases, clock: Clock
) -> None:
    case = cases.open(request_of("marked", **PERSONAL))
    gone = cases.open(request_of("marked too", **PERSONAL))
    cases.claim(case.id, ANNA)
    cases.add_note(case.id, ANNA, "marked")
    cases.close(case.id, ANNA, "advice_given")
    cases.withdraw(gone.id)
    clock.wait(days=30)
    retention(database, clock).run()
    assert "marked" in everything(database)
    clock.wait(seconds=1)
    assert retention(database, clock).run()["cases"] == 2
    assert "marked" not in everything(database)
    assert "telegram-7" not in everything(database)
    left = cases.get(case.id)
    assert (left.outcome, left.urgency, left.erased_at) == ("advice_given", "urgent", clock.at)
    assert [entry["action"] for entry in cases.timeline(case.id)] == [
        "opened",
        "claimed",
        "wrote a note",
        "closed",
        "kept no longer",
    ]
    assert retention(database, clock).run()["cases"] == 0


def test_open_cases_are_kept_however_old_they_are(database: Database, cases: Cases, clock: Clock) -> None:
    case = cases.open(request_of(**PERSONAL))
    clock.wait(days=400)
    retention(database, clock).run()
    assert cases.get(case.id).reason == "marked"


def test_trackers_without_a_chat_go_too(database: Database, journal: Journal, clock: Clock) -> None:
    trackers(database, clock, "telegram-7", "nobody", "nobody", "somebody")
    clock.wait(hours=23)
    journal.receive("telegram-7", "telegram", "still here")
    trackers(database, clock, "somebody")
    clock.wait(hours=2)
    assert retention(database, clock).run()["events"] == 2
    with database.reading() as connection:
        senders = connection.exec_driver_sql("SELECT sender_id FROM events ORDER BY id").scalars().all()
    assert senders == ["telegram-7", "somebody", "somebody"]


def test_without_rasas_table_there_is_nothing_to_do(database: Database, clock: Clock) -> None:
    assert retention(database, clock).run() == {"chats": 0, "cases": 0, "events": 0, "outbox": 0, "sign_ins": 0}


def test_what_was_sent_goes_after_a_day_and_what_was_given_up_after_thirty(
    database: Database, journal: Journal, clock: Clock, outbox: Outbox
) -> None:
    for number in range(2):
        journal.say(f"telegram-{number}", "assistant", "hello", channel="telegram", send=True)
    one, two = outbox.take("patient", 2)
    outbox.sent(one)
    outbox.failed(two, "Forbidden", permanent=True)
    for _ in range(31):
        # They go on writing: it is not the chat that goes.
        for number in range(2):
            journal.receive(f"telegram-{number}", "telegram", "hello")
        clock.wait(hours=23)
    assert retention(database, clock).run()["outbox"] == 1
    for number in range(2):
        journal.receive(f"telegram-{number}", "telegram", "hello")
    clock.wait(hours=23)
    assert retention(database, clock).run()["outbox"] == 1


def test_sign_ins_that_ended_long_ago_go(database: Database, clock: Clock) -> None:
    account(database, clock)
    row = {"token": "t", "account": "anna", "csrf": "c", "on_duty": True}
    with database.writing() as connection:
        connection.execute(sa.insert(sign_ins).values(**row, created_at=clock(), seen_at=clock()))
    clock.wait(hours=23)
    assert retention(database, clock).run()["sign_ins"] == 0
    clock.wait(hours=2)
    assert retention(database, clock).run()["sign_ins"] == 1


def test_the_audit_stays(database: Database, cases: Cases, clock: Clock) -> None:
    case = cases.open(request_of(**PERSONAL))
    cases.withdraw(case.id)
    clock.wait(days=31)
    retention(database, clock).run()
    with database.reading() as connection:
        found = connection.execute(sa.select(audit.c.who, audit.c.action)).all()
        assert connection.execute(sa.select(sa.func.count()).select_from(case_rows)).scalar_one() == 1
    assert [tuple(row) for row in found] == [
        ("patient", "opened"),
        ("patient", "withdrawn"),
        ("worker", "kept no longer"),
    ]
