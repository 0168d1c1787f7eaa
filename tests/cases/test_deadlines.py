"""Nobody came in time: staff hear again and wider, the patient hears whom to call; once, whatever the clock does."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from companion.cases import Case, Cases, CaseState
from companion.cases.deadlines import Deadlines
from companion.cases.service import Service
from companion.content import Library
from companion.dialogue.replies import Writer
from companion.settings import Settings
from companion.store import Database, Journal
from companion.store.tables import accounts, outbox
from tests.cases.conftest import ANNA, request_of
from tests.clock import Clock
from tests.databases import at_once

TEAM = {"COMPANION_NOTIFY_TEAM": "json://team.example.org"}


def watcher(database: Database, clock: Clock, environment: dict[str, str] | None = None) -> Deadlines:
    """A worker's."""
    writer = Writer(Library.load(), Settings(care_line="020 7946 0000"))
    return Deadlines(database, Service.load({}), writer, environment=environment or {}, clock=clock)


@pytest.fixture
def deadlines(database: Database, clock: Clock) -> Deadlines:
    """The only worker's; nobody can be told."""
    return watcher(database, clock)


def why(database: Database) -> list[str]:
    """Why staff were told."""
    query = sa.select(outbox.c.payload).where(outbox.c.kind == "staff").order_by(outbox.c.id)
    with database.reading() as connection:
        return [payload["why"] for payload in connection.execute(query).scalars()]


def test_a_case_in_time_is_left_alone(deadlines: Deadlines, cases: Cases, case: Case, clock: Clock) -> None:
    clock.wait(minutes=29)
    assert not any(deadlines.run().values())
    assert cases.get(case.id) == case


def test_a_case_beyond_its_target_is_told_to_staff_and_patient_once(
    deadlines: Deadlines, cases: Cases, case: Case, journal: Journal, clock: Clock, database: Database
) -> None:
    clock.wait(minutes=30)
    assert deadlines.run()["overdue"] == 1
    for _ in range(3):
        clock.wait(hours=5)
        assert deadlines.run()["overdue"] == 0
    late = cases.get(case.id)
    assert late.state is CaseState.UNANSWERED
    assert why(database) == ["new", "overdue"]
    said = journal.since("telegram-7")[1:]
    assert [entry.sender for entry in said] == ["notice"]
    assert "020 7946 0000" in said[0].text
    with database.reading() as connection:
        query = sa.select(outbox.c.payload).where(outbox.c.kind == "patient")
        assert connection.execute(query).scalars().all() == [{"seq": said[0].seq}]
    assert cases.claim(case.id, ANNA).state is CaseState.CLAIMED


def test_the_numbers_are_those_of_the_persons_country(
    deadlines: Deadlines, cases: Cases, journal: Journal, clock: Clock
) -> None:
    cases.open(request_of(country="US"))
    clock.wait(minutes=30)
    deadlines.run()
    assert "988" in journal.since("telegram-7")[-1].text


@pytest.mark.parametrize(("urgency", "minutes"), [("emergency", 10), ("crisis", 10), ("urgent", 30), ("soon", 1440)])
def test_each_urgency_has_its_own_target(
    deadlines: Deadlines, cases: Cases, clock: Clock, urgency: str, minutes: int
) -> None:
    cases.open(request_of(urgency=urgency))
    clock.wait(minutes=minutes, seconds=-1)
    assert deadlines.run()["overdue"] == 0
    clock.wait(seconds=1)
    assert deadlines.run()["overdue"] == 1


def test_somebody_who_claims_in_time_keeps_it_quiet(
    deadlines: Deadlines, cases: Cases, case: Case, journal: Journal, clock: Clock
) -> None:
    cases.claim(case.id, ANNA)
    clock.wait(hours=5)
    assert deadlines.run()["overdue"] == 0
    assert len(journal.since("telegram-7")) == 1


def test_what_gets_worse_after_that_has_a_new_target_and_is_told_again(
    deadlines: Deadlines, cases: Cases, case: Case, clock: Clock, database: Database
) -> None:
    clock.wait(minutes=31)
    deadlines.run()
    cases.red_flags_raised(case.id, [{"id": "x", "urgency": "crisis", "text": "y"}])
    assert deadlines.run()["overdue"] == 0
    clock.wait(minutes=10)
    assert deadlines.run()["overdue"] == 1
    assert deadlines.run()["overdue"] == 0
    assert why(database) == ["new", "overdue", "raised", "overdue"]


def test_several_workers_tell_it_once(cases: Cases, journal: Journal, database: Database, clock: Clock) -> None:
    for number in range(5):
        cases.open(request_of(f"{number}"))
    clock.wait(minutes=31)
    done = at_once(*[watcher(database, clock).run for _ in range(4)])
    assert sum(one["overdue"] for one in done) == 5  # type: ignore[index]
    assert why(database).count("overdue") == 5
    assert len(journal.since("telegram-7")) == 1 + 5


def test_a_telephone_call_and_an_erased_chat_are_told_to_staff_alone(
    deadlines: Deadlines, cases: Cases, case: Case, journal: Journal, clock: Clock, database: Database
) -> None:
    cases.open(request_of("call", channel="phone", conversation=None))
    journal.erase("telegram-7")
    clock.wait(minutes=31)
    assert deadlines.run()["overdue"] == 2
    assert why(database).count("overdue") == 2
    assert journal.since("telegram-7") == []


def test_a_case_that_nobody_could_be_told_of_is_told_when_somebody_is_there(
    deadlines: Deadlines, cases: Cases, clock: Clock, database: Database
) -> None:
    case = cases.open(request_of(urgency="soon"), told=False)
    assert deadlines.run()["told"] == 0
    assert cases.get(case.id).state is CaseState.REQUESTED
    assert why(database) == []
    account(database, clock, disabled=True)
    assert deadlines.run()["told"] == 0
    assert watcher(database, clock, TEAM).run()["told"] == 1
    assert cases.get(case.id).state is CaseState.QUEUED
    assert why(database) == ["new"]
    assert watcher(database, clock, TEAM).run()["told"] == 0


def test_an_account_at_the_desk_is_somebody(
    deadlines: Deadlines, cases: Cases, clock: Clock, database: Database
) -> None:
    case = cases.open(request_of(), told=False)
    clock.wait(minutes=31)
    assert deadlines.run() == {"told": 0, "overdue": 1, "clock": 0}
    assert not cases.anybody_there("urgent", {})
    account(database, clock)
    assert cases.anybody_there("urgent", {})
    assert deadlines.run()["told"] == 1
    assert cases.get(case.id).state is CaseState.UNANSWERED


def account(database: Database, clock: Clock, *, disabled: bool = False) -> None:
    """Somebody of the staff."""
    name = "disabled" if disabled else "anna"
    row = {"id": name, "login": name, "name": "Anna", "title": "nurse", "role": "nurse", "disabled": disabled}
    with database.writing() as connection:
        connection.execute(sa.insert(accounts).values(**row, failures=0, created_at=clock()))


def test_a_clock_set_forward_tells_early_and_once(
    deadlines: Deadlines, cases: Cases, case: Case, clock: Clock, database: Database
) -> None:
    clock.set(hours=1)
    assert deadlines.run()["overdue"] == 1
    clock.set(hours=-1)
    for _ in range(10):
        clock.wait(minutes=30)
        assert deadlines.run()["overdue"] == 0
    assert why(database) == ["new", "overdue"]


def test_a_clock_set_back_makes_nobody_wait_for_longer_than_the_target(
    deadlines: Deadlines, cases: Cases, case: Case, clock: Clock
) -> None:
    clock.set(days=-2)
    assert deadlines.run() == {"told": 0, "overdue": 0, "clock": 1}
    clock.wait(minutes=30)
    assert deadlines.run()["overdue"] == 1
