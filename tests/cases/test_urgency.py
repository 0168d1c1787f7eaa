"""By when a case is to be claimed, as it gets worse or turns out better."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from companion.cases import Case, Cases
from companion.store import Database
from companion.store.tables import outbox
from tests.cases.conftest import ANNA, BEN, TARGETS, request_of
from tests.clock import BEGINNING, Clock

MINUTE = timedelta(minutes=1)


def told(database: Database) -> list[str]:
    """Why staff were told, in order."""
    query = sa.select(outbox.c.payload).where(outbox.c.kind == "staff").order_by(outbox.c.id)
    with database.reading() as connection:
        return [payload["why"] for payload in connection.execute(query).scalars()]


def test_what_gets_worse_is_due_sooner_counted_from_now(cases: Cases, clock: Clock, database: Database) -> None:
    case = cases.open(request_of(urgency="soon"))
    clock.wait(hours=1)
    flags = [{"id": "fever_on_treatment", "urgency": "urgent", "text": "38.5"}]
    worse = cases.red_flags_raised(case.id, flags)
    assert (worse.urgency, worse.due_at) == ("urgent", clock.at + TARGETS["urgent"])
    assert cases.red_flags_raised(case.id, flags).version == worse.version
    assert told(database) == ["new", "raised"]


def test_what_gets_worse_is_not_due_later_than_before(cases: Cases, case: Case, clock: Clock) -> None:
    clock.wait(minutes=25)
    assert cases.set_urgency(case.id, ANNA, "crisis").due_at == BEGINNING + 30 * MINUTE


def test_lesser_danger_is_added_and_changes_nothing_else(cases: Cases, case: Case, database: Database) -> None:
    found = cases.red_flags_raised(case.id, [{"id": "bone_pain_new", "urgency": "soon", "text": "my hip"}])
    assert (found.urgency, found.due_at, len(found.red_flags)) == ("urgent", case.due_at, 1)
    assert told(database) == ["new"]


def test_what_turns_out_better_has_its_time_counted_from_the_beginning(cases: Cases, case: Case, clock: Clock) -> None:
    clock.wait(minutes=20)
    assert cases.set_urgency(case.id, ANNA, "soon").due_at == BEGINNING + TARGETS["soon"]


def test_what_goes_back_to_the_queue_has_a_fresh_time_and_is_told(
    cases: Cases, case: Case, clock: Clock, database: Database
) -> None:
    cases.claim(case.id, ANNA)
    clock.wait(hours=3)
    released = cases.release(case.id, ANNA)
    assert (released.due_at, released.assignee) == (clock.at + TARGETS["urgent"], None)
    again = cases.claim(case.id, BEN)
    assert again.claimed_at == BEGINNING, "the patient waited until the first claim"
    cases.close(case.id, BEN, "advice_given")
    clock.wait(hours=1)
    reopened = cases.reopen(case.id, ANNA)
    assert (reopened.due_at, reopened.outcome, reopened.closed_at) == (clock.at + TARGETS["urgent"], None, None)
    assert told(database) == ["new", "back", "back"]


def test_danger_after_the_end_leaves_the_case_as_it_is(cases: Cases, case: Case) -> None:
    closed = cases.close(case.id, ANNA, "advice_given")
    assert cases.red_flags_raised(case.id, [{"id": "x", "urgency": "emergency", "text": "y"}]) == closed


def test_the_queue_is_by_urgency_then_by_waiting_time(cases: Cases, clock: Clock) -> None:
    for number, urgency in enumerate(["soon", "urgent", "crisis", "urgent", "none"]):
        cases.open(request_of(f"{number}", urgency=urgency, reason=f"{number}"))
        clock.wait(minutes=1)
    assert [case.reason for case in cases.queue()] == ["2", "1", "3", "0", "4"]
