"""Every step from every state: those that are meant succeed, all others are refused and change nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from companion.cases import Case, CaseConflictError, Cases, CaseState, UnknownCaseError
from companion.store import Database, Journal
from companion.store.tables import audit, outbox
from tests.cases.conftest import ANNA, BEN, request_of
from tests.databases import everything

REQUESTED, QUEUED, CLAIMED, ACTIVE = CaseState.REQUESTED, CaseState.QUEUED, CaseState.CLAIMED, CaseState.ACTIVE
WAITING, UNANSWERED = CaseState.WAITING_FOR_PATIENT, CaseState.UNANSWERED
CLOSED, WITHDRAWN = CaseState.CLOSED, CaseState.WITHDRAWN

STEPS: dict[str, Callable[[Cases, str], object]] = {
    "claim": lambda cases, one: cases.claim(one, ANNA),
    "claim by another": lambda cases, one: cases.claim(one, BEN),
    "release": lambda cases, one: cases.release(one, ANNA),
    "release by another": lambda cases, one: cases.release(one, BEN),
    "transfer": lambda cases, one: cases.transfer(one, ANNA, BEN),
    "take over": lambda cases, one: cases.take_over(one, ANNA),
    "take over by another": lambda cases, one: cases.take_over(one, BEN),
    "give back": lambda cases, one: cases.give_back(one, ANNA),
    "wait": lambda cases, one: cases.wait_for_patient(one, ANNA),
    "close": lambda cases, one: cases.close(one, ANNA, "advice_given"),
    "reopen": lambda cases, one: cases.reopen(one, ANNA),
    "set the urgency": lambda cases, one: cases.set_urgency(one, ANNA, "crisis"),
    "withdraw": lambda cases, one: cases.withdraw(one),
    "write": lambda cases, one: cases.write_to_patient(one, ANNA, "Hello, I am Anna.", key="k"),
}
#: From each state, the steps that are meant, and the state after.
MEANT: dict[CaseState, dict[str, CaseState]] = {
    REQUESTED: {"claim": CLAIMED, "claim by another": CLAIMED},
    QUEUED: {"claim": CLAIMED, "claim by another": CLAIMED},
    UNANSWERED: {"claim": CLAIMED, "claim by another": CLAIMED},
    CLAIMED: {"claim": CLAIMED, "release": QUEUED, "transfer": CLAIMED, "take over": ACTIVE, "wait": WAITING},
    ACTIVE: {
        "claim": ACTIVE,
        "release": QUEUED,
        "transfer": ACTIVE,
        "take over": ACTIVE,
        "give back": CLAIMED,
        "wait": WAITING,
        "write": ACTIVE,
    },
    WAITING: {
        "claim": WAITING,
        "release": QUEUED,
        "transfer": WAITING,
        "take over": ACTIVE,
        "give back": CLAIMED,
        "write": WAITING,
    },
    CLOSED: {"reopen": QUEUED},
    WITHDRAWN: {"withdraw": WITHDRAWN},
}
for state in (REQUESTED, QUEUED, UNANSWERED, CLAIMED, ACTIVE, WAITING):
    MEANT[state] |= {"close": CLOSED, "set the urgency": state, "withdraw": WITHDRAWN}


def brought_to(cases: Cases, journal: Journal, state: CaseState, name: str = "one") -> Case:
    """A case in this state; where somebody has it, Anna, and where it was active she holds the chat."""
    chat = f"telegram-{name}"
    journal.receive(chat, "telegram", "hello")
    case = cases.open(request_of(name, conversation=chat), told=state is not REQUESTED)
    if state in (CLAIMED, ACTIVE, WAITING):
        cases.claim(case.id, ANNA)
    if state in (ACTIVE, WAITING):
        cases.take_over(case.id, ANNA)
    if state is WAITING:
        cases.wait_for_patient(case.id, ANNA)
    if state is CLOSED:
        cases.close(case.id, ANNA, "advice_given")
    if state is WITHDRAWN:
        cases.withdraw(case.id)
    if state is UNANSWERED:
        with cases._database.writing() as connection:
            cases.change(connection, case, {"state": UNANSWERED})
    assert cases.get(case.id).state is state
    return cases.get(case.id)


@pytest.mark.parametrize("state", list(CaseState), ids=lambda state: state.value)
def test_every_step_that_is_meant_succeeds_and_every_other_is_refused(
    cases: Cases, journal: Journal, database: Database, state: CaseState
) -> None:
    for step, take in STEPS.items():
        case = brought_to(cases, journal, state, step)
        before = everything(database)
        after = MEANT[state].get(step)
        if after is None:
            with pytest.raises(CaseConflictError):
                take(cases, case.id)
            assert everything(database) == before, f"'{step}' was refused, yet has changed something"
        else:
            take(cases, case.id)
            assert cases.get(case.id).state is after, step
            assert cases.timeline(case.id)[-1]["who"] in (ANNA.signature, BEN.signature, "patient")


def test_no_step_is_possible_for_a_case_that_is_not_there(cases: Cases) -> None:
    for take in STEPS.values():
        with pytest.raises(UnknownCaseError):
            take(cases, "nonsense")


def test_the_same_step_twice_leaves_one_trace(cases: Cases, journal: Journal, database: Database) -> None:
    for step, begin in {"claim": QUEUED, "take over": CLAIMED, "withdraw": QUEUED, "write": ACTIVE}.items():
        case = brought_to(cases, journal, begin, step)
        STEPS[step](cases, case.id)
        once = everything(database)
        STEPS[step](cases, case.id)
        assert everything(database) == once, step


def test_the_same_request_twice_is_one_case_told_once(cases: Cases, database: Database) -> None:
    first, again = cases.open(request_of()), cases.open(request_of(reason="other words"))
    assert (again.id, again.reason) == (first.id, first.reason)
    with database.reading() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(outbox)).scalar_one() == 1
        assert connection.execute(sa.select(sa.func.count()).select_from(audit)).scalar_one() == 1


def test_who_holds_the_chat_follows_the_case(cases: Cases, journal: Journal, case: Case) -> None:
    cases.claim(case.id, ANNA)
    assert journal.holder("telegram-7") is None
    cases.take_over(case.id, ANNA, notice="Anna, nurse, has joined.")
    holder = journal.holder("telegram-7")
    assert holder is not None
    assert holder.reference == case.reference
    cases.transfer(case.id, ANNA, BEN, notice="Ben is here now.")
    assert journal.holder("telegram-7") == holder
    with pytest.raises(CaseConflictError):
        cases.write_to_patient(case.id, ANNA, "I am not here any more", key="a")
    cases.write_to_patient(case.id, BEN, "Hello", key="b")
    cases.close(case.id, BEN, "advice_given", notice="The assistant is back.")
    assert journal.holder("telegram-7") is None
    said = [(entry.sender, entry.text) for entry in journal.since("telegram-7")][1:]
    assert said == [
        ("notice", "Anna, nurse, has joined."),
        ("notice", "Ben is here now."),
        ("person", "Hello"),
        ("notice", "The assistant is back."),
    ]


def test_a_patient_whose_chat_nobody_holds_hears_of_no_change(cases: Cases, journal: Journal, case: Case) -> None:
    cases.claim(case.id, ANNA)
    cases.transfer(case.id, ANNA, BEN, notice="unheard")
    cases.close(case.id, BEN, "advice_given", notice="unheard")
    assert [entry.text for entry in journal.since("telegram-7")] == ["hello"]


def test_two_cases_of_one_chat_are_never_both_active(cases: Cases, case: Case) -> None:
    other = cases.open(request_of("two"))
    cases.claim(case.id, ANNA)
    cases.claim(other.id, BEN)
    cases.take_over(case.id, ANNA)
    with pytest.raises(CaseConflictError, match="another case"):
        cases.take_over(other.id, BEN)
    assert cases.get(other.id).state is CLAIMED
    cases.close(other.id, BEN, "duplicate")
    with pytest.raises(CaseConflictError):
        cases.write_to_patient(other.id, BEN, "hello", key="x")
    cases.write_to_patient(case.id, ANNA, "still here", key="y")


def test_there_is_no_chat_to_take_over_on_the_telephone_or_where_it_was_erased(cases: Cases, journal: Journal) -> None:
    call = cases.open(request_of("call", channel="phone", conversation=None))
    cases.claim(call.id, ANNA)
    with pytest.raises(CaseConflictError, match="no chat"):
        cases.take_over(call.id, ANNA)
    chat = cases.open(request_of("chat"))
    cases.claim(chat.id, ANNA)
    journal.erase("telegram-7")
    with pytest.raises(CaseConflictError, match="no chat"):
        cases.take_over(chat.id, ANNA)


def test_who_waits_for_an_answer_without_holding_the_chat_cannot_write(cases: Cases, case: Case) -> None:
    cases.claim(case.id, ANNA)
    cases.wait_for_patient(case.id, ANNA)
    with pytest.raises(CaseConflictError, match="take it over"):
        cases.write_to_patient(case.id, ANNA, "hello", key="x")
    cases.patient_wrote(case.id)
    assert cases.get(case.id).state is CLAIMED


def test_the_patients_answer_ends_the_waiting(cases: Cases, case: Case) -> None:
    cases.claim(case.id, ANNA)
    cases.take_over(case.id, ANNA)
    cases.patient_wrote(case.id)
    assert cases.get(case.id).state is ACTIVE
    cases.wait_for_patient(case.id, ANNA)
    cases.patient_wrote(case.id)
    assert cases.get(case.id).state is ACTIVE


def test_a_holder_whose_chat_is_erased_keeps_the_case_and_hears_of_it(
    cases: Cases, journal: Journal, case: Case
) -> None:
    cases.claim(case.id, ANNA)
    cases.take_over(case.id, ANNA)
    journal.erase("telegram-7")
    assert cases.get(case.id).state is CLAIMED
    assert cases.timeline(case.id)[-1]["action"] == "the chat was erased"
    with pytest.raises(CaseConflictError, match="deleted this chat"):
        cases.write_to_patient(case.id, ANNA, "hello", key="x")


@pytest.mark.parametrize("step", ["claim", "close", "set_urgency", "transfer", "reopen"])
def test_a_step_on_what_somebody_has_changed_since_is_refused(cases: Cases, case: Case, step: str) -> None:
    seen = case.version
    cases.claim(case.id, ANNA)
    calls: dict[str, Callable[[], object]] = {
        "claim": lambda: cases.claim(case.id, BEN, version=seen),
        "close": lambda: cases.close(case.id, BEN, "advice_given", version=seen),
        "set_urgency": lambda: cases.set_urgency(case.id, BEN, "soon", version=seen),
        "transfer": lambda: cases.transfer(case.id, BEN, BEN, version=seen),
        "reopen": lambda: cases.reopen(case.id, BEN, version=seen),
    }
    with pytest.raises(CaseConflictError):
        calls[step]()
