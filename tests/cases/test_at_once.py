"""Two who do something with a case at the same moment: one succeeds, the other is told, nothing is lost."""

from __future__ import annotations

from functools import partial

from companion.cases import Case, CaseConflictError, Cases, CaseState, Staff
from companion.store import Database, Journal
from tests.cases.conftest import ANNA, BEN, TARGETS, request_of
from tests.databases import at_once

ROUNDS = 15


def attempt(step: partial[Case]) -> Case | None:
    """The case, or None for whoever came second."""
    try:
        return step()
    except CaseConflictError:
        return None


def real(database: Database) -> Cases:
    """With a real clock."""
    return Cases(database, TARGETS)


def test_of_two_nurses_who_claim_at_once_one_has_the_case(database: Database) -> None:
    cases = real(database)
    staff = [ANNA, BEN, Staff("cleo", "Cleo", "nurse"), Staff("dan", "Dan", "nurse")]
    for number in range(ROUNDS):
        case = cases.open(request_of(str(number)))
        won = at_once(*[partial(attempt, partial(cases.claim, case.id, one)) for one in staff])
        winners = [one for one in won if isinstance(one, Case)]
        assert len(winners) == 1
        assert cases.get(case.id).assignee == winners[0].assignee
        assert [entry["action"] for entry in cases.timeline(case.id)] == ["opened", "claimed"]


def test_a_claim_and_a_withdrawal_at_once_end_in_one_of_the_orders_there_are(database: Database) -> None:
    cases = real(database)
    for number in range(ROUNDS):
        case = cases.open(request_of(str(number)))
        at_once(partial(attempt, partial(cases.claim, case.id, ANNA)), partial(cases.withdraw, case.id))
        actions = [entry["action"] for entry in cases.timeline(case.id)]
        assert cases.get(case.id).state is CaseState.WITHDRAWN
        assert actions in (["opened", "withdrawn"], ["opened", "claimed", "withdrawn"])


def test_the_same_request_sent_by_eight_at_once_is_one_case(database: Database) -> None:
    cases = real(database)
    for number in range(ROUNDS):
        found = at_once(*[partial(cases.open, request_of(str(number)))] * 8)
        assert len({one.id for one in found if isinstance(one, Case)}) == 1
    assert len(cases.queue()) == ROUNDS


def test_red_flags_raised_at_once_are_all_kept(database: Database) -> None:
    cases = real(database)
    case = cases.open(request_of(urgency="none"))
    flags = [{"id": f"flag_{number}", "urgency": "soon", "text": "words"} for number in range(8)]
    at_once(*[partial(cases.red_flags_raised, case.id, [flag]) for flag in flags])
    assert {flag["id"] for flag in cases.get(case.id).red_flags} == {flag["id"] for flag in flags}


def test_two_cases_that_take_over_one_chat_at_once_never_both_have_it(database: Database) -> None:
    cases, journal = real(database), Journal(database)
    for number in range(ROUNDS):
        chat = f"telegram-{number}"
        journal.receive(chat, "telegram", "hello")
        one, two = (cases.open(request_of(f"{number} {who}", conversation=chat)) for who in ("a", "b"))
        cases.claim(one.id, ANNA)
        cases.claim(two.id, BEN)
        at_once(
            partial(attempt, partial(cases.take_over, one.id, ANNA)),
            partial(attempt, partial(cases.take_over, two.id, BEN)),
        )
        active = [case.id for case in (cases.get(one.id), cases.get(two.id)) if case.state is CaseState.ACTIVE]
        holder = journal.holder(chat)
        assert holder is not None
        assert active == [holder.case_id]


def test_a_form_sent_twice_at_once_is_one_message(database: Database) -> None:
    cases, journal = real(database), Journal(database)
    journal.receive("telegram-7", "telegram", "hello")
    case = cases.open(request_of())
    cases.claim(case.id, ANNA)
    cases.take_over(case.id, ANNA)
    places = at_once(*[partial(cases.write_to_patient, case.id, ANNA, "Hello", key="form")] * 4)
    assert len(set(places)) == 1
    assert [entry.text for entry in journal.since("telegram-7")] == ["hello", "Hello"]


def test_patient_and_nurse_write_while_the_case_is_handed_on(database: Database) -> None:
    cases, journal = real(database), Journal(database)
    journal.receive("telegram-7", "telegram", "hello")
    case = cases.open(request_of())
    cases.claim(case.id, ANNA)
    cases.take_over(case.id, ANNA)
    written: list[str] = []

    def nurse(who: Staff) -> None:
        for number in range(20):
            try:
                cases.write_to_patient(case.id, who, f"{who.id} {number}", key=f"{who.id} {number}")
            except CaseConflictError:
                continue
            written.append(f"{who.id} {number}")

    def patient() -> None:
        for number in range(20):
            journal.receive("telegram-7", "telegram", f"patient {number}", key=f"{number}")
            cases.patient_wrote(case.id)

    def lead() -> None:
        for number in range(10):
            who = BEN if number % 2 else ANNA
            cases.transfer(case.id, who, ANNA if who is BEN else BEN, notice=None)

    at_once(partial(nurse, ANNA), partial(nurse, BEN), patient, lead)
    texts = [entry.text for entry in journal.since("telegram-7")]
    assert sorted(text for text in texts if not text.startswith(("patient", "hello"))) == sorted(written)
    assert [text for text in texts if text.startswith("patient")] == [f"patient {number}" for number in range(20)]
