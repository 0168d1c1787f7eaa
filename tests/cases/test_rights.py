"""A person asks what is stored, and that it be deleted: then it is in no table any more."""

from __future__ import annotations

import pytest

from companion.cases import CaseConflictError, Cases, CaseState
from companion.cases.rights import Rights
from companion.store import Database, Journal
from tests.cases.conftest import ANNA, request_of
from tests.cases.test_retention import PERSONAL, trackers
from tests.clock import Clock
from tests.databases import everything


@pytest.fixture
def rights(database: Database, clock: Clock) -> Rights:
    """What a person may ask."""
    return Rights(database, clock=clock)


def fill(database: Database, cases: Cases, journal: Journal, clock: Clock, channel: str = "web") -> list[str]:
    """A chat full of planted words, with a case that is over and one that a nurse is in; the cases' ids."""
    chat = f"{channel}-marked"
    address = {"chat_id": "marked"} if channel == "telegram" else None
    journal.receive(chat, channel, "marked", key="marked", address=address, content={"key": "marked"})
    journal.say(chat, "assistant", "marked", send=True, content={"buttons": [{"title": "marked"}]})
    trackers(database, clock, chat)
    over = cases.open(request_of("marked one", conversation=chat, channel=channel, **PERSONAL))
    cases.close(over.id, ANNA, "advice_given")
    now = cases.open(request_of("marked two", conversation=chat, channel=channel, **PERSONAL))
    cases.claim(now.id, ANNA)
    cases.take_over(now.id, ANNA, notice="marked")
    cases.write_to_patient(now.id, ANNA, "marked", key="marked")
    cases.add_note(now.id, ANNA, "marked")
    cases.red_flags_raised(now.id, [{"id": "marked_flag", "urgency": "crisis", "text": "marked"}])
    return [over.id, now.id]


def test_what_is_stored_is_told_in_numbers_and_the_persons_own_words(
    database: Database, cases: Cases, journal: Journal, clock: Clock, rights: Rights
) -> None:
    fill(database, cases, journal, clock)
    found = rights.what_is_stored("web-marked")
    assert (found.messages, found.remembered, found.notes) == (4, 1, 1)
    assert found.since == clock.at
    assert [case.reason for case in found.cases] == ["marked", "marked"]
    assert not found.nothing
    assert rights.what_is_stored("web-somebody-else").nothing


def test_deleting_leaves_nothing_in_any_table_but_lines_to_count(
    database: Database, cases: Cases, journal: Journal, clock: Clock, rights: Rights
) -> None:
    over, now = fill(database, cases, journal, clock)
    deleted = rights.erase("web-marked")
    assert (deleted.chat, deleted.cases, deleted.open_cases) == (True, 2, 1)
    assert "marked" not in everything(database)
    assert rights.what_is_stored("web-marked").nothing
    assert cases.get(over).state is CaseState.CLOSED
    left = cases.get(now)
    assert (left.state, left.erased_at, left.closed_at) == (CaseState.WITHDRAWN, clock.at, clock.at)
    assert cases.timeline(now)[-1]["action"] == "deleted by the person"
    assert [entry["details"] for entry in cases.timeline(now)] == [{}] * len(cases.timeline(now))


def test_other_peoples_things_stay(
    database: Database, cases: Cases, journal: Journal, clock: Clock, rights: Rights
) -> None:
    fill(database, cases, journal, clock)
    trackers(database, clock, "telegram-7")
    mine = cases.open(request_of("mine", reason="kept"))
    rights.erase("web-marked")
    assert cases.get(mine.id).reason == "kept"
    assert [entry.text for entry in journal.since("telegram-7")] == ["hello"]
    assert rights.what_is_stored("telegram-7").remembered == 1


def test_a_nurse_who_was_in_the_chat_is_told_and_can_write_no_more(
    database: Database, cases: Cases, journal: Journal, clock: Clock, rights: Rights
) -> None:
    over, now = fill(database, cases, journal, clock)
    rights.erase("web-marked")
    assert journal.holder("web-marked") is None
    with pytest.raises(CaseConflictError, match="deleted this chat"):
        cases.write_to_patient(now, ANNA, "hello?", key="x")
    with pytest.raises(CaseConflictError):
        cases.add_note(now, ANNA, "they said")
    with pytest.raises(CaseConflictError, match="deleted"):
        cases.reopen(over, ANNA)


def test_deleting_twice_and_deleting_nothing_do_no_harm(
    database: Database, cases: Cases, journal: Journal, clock: Clock, rights: Rights
) -> None:
    fill(database, cases, journal, clock)
    rights.erase("web-marked")
    before = everything(database)
    again = rights.erase("web-marked")
    assert (again.chat, again.cases) == (False, 0)
    assert everything(database) == before


def test_where_messages_are_pushed_the_confirmation_can_still_be_sent(
    database: Database, cases: Cases, journal: Journal, clock: Clock, rights: Rights
) -> None:
    fill(database, cases, journal, clock, "telegram")
    last = journal.since("telegram-marked")[-1].seq
    rights.erase("telegram-marked")
    assert journal.since("telegram-marked") == []
    place = journal.say("telegram-marked", "assistant", "It is deleted.", channel="telegram", send=True)
    assert place is not None
    assert place > last
    assert journal.address("telegram-marked") == ("telegram", {"chat_id": "marked"})


def test_a_case_of_a_chat_that_is_gone_already_is_deleted_too(
    database: Database, cases: Cases, journal: Journal, clock: Clock, rights: Rights
) -> None:
    fill(database, cases, journal, clock)
    journal.erase("web-marked")
    assert rights.erase("web-marked").cases == 2
    assert "marked" not in everything(database)
