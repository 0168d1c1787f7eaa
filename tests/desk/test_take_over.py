"""A nurse in the patient's own chat."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from companion.cases import Case, Cases, CaseState
from companion.content import Library
from companion.content.readability import MAX_GRADE, measure
from companion.desk.accounts import Member
from companion.desk.house import load_canned_replies
from companion.desk.notices import Notices, StaffInChat
from companion.settings import Settings
from companion.store import Database, Journal
from companion.store.tables import outbox
from tests.clock import Clock
from tests.desk.conftest import BRITISH, Person, open_case


@pytest.fixture
def held(anna: Person, case: Case) -> Case:
    """A case whose chat Anna has taken over."""
    anna.post(f"/cases/{case.id}/claim")
    assert anna.post(f"/cases/{case.id}/take_over").status_code == 200
    return case


def told(journal: Journal, conversation: str = "web-1") -> list[tuple[str, str | None, str]]:
    """What the patient has read that was not theirs."""
    return [
        (entry.sender, entry.name, entry.text) for entry in journal.since(conversation) if entry.sender != "patient"
    ]


def test_the_patient_is_told_who_joined_and_then_who_writes(anna: Person, held: Case, journal: Journal) -> None:
    anna.post(f"/cases/{held.id}/write", text="How are you now?", key="k1")
    notice, message = told(journal)
    assert notice[0] == "notice"
    assert notice[2].startswith("Anna, breast care nurse, has joined this chat.")
    assert "020 7946 0000" in notice[2]
    assert message == ("person", "Anna, breast care nurse", "How are you now?")
    assert journal.heads(["web-1"])["web-1"].held


def test_taking_over_twice_tells_the_patient_once(anna: Person, held: Case, journal: Journal) -> None:
    anna.post(f"/cases/{held.id}/take_over")
    assert len(told(journal)) == 1


def test_the_same_form_sent_twice_is_one_message(
    anna: Person, held: Case, journal: Journal, database: Database
) -> None:
    for _ in range(2):
        anna.post(f"/cases/{held.id}/write", text="only once", key="k1")
    anna.post(f"/cases/{held.id}/write", text="only once", key="k2")
    anna.post(f"/cases/{held.id}/write", text="gone back, other words", key="k2")
    texts = [text for sender, _, text in told(journal) if sender == "person"]
    assert texts == ["only once", "only once", "gone back, other words"]


def test_what_the_patient_writes_is_shown_from_the_take_over_on(anna: Person, held: Case, journal: Journal) -> None:
    journal.receive("web-1", "web", "still hot", key="b")
    page = anna.get(f"/cases/{held.id}").text
    assert "still hot" in page
    assert "my secret question before" not in page
    anna.post(f"/cases/{held.id}/give_back")
    journal.receive("web-1", "web", "something for the assistant", key="c")
    page = anna.get(f"/cases/{held.id}").text
    assert "still hot" in page
    assert "something for the assistant" not in page


def test_each_message_says_whether_it_has_arrived(anna: Person, held: Case, journal: Journal) -> None:
    anna.post(f"/cases/{held.id}/write", text="hello", key="k1")
    assert "on its way" in anna.get(f"/cases/{held.id}").text
    journal.seen("web-1", journal.since("web-1")[-1].seq)
    assert "on their screen" in anna.get(f"/cases/{held.id}").text


@pytest.mark.parametrize(
    ("state", "words"), [("waiting", "on its way"), ("sent", "sent"), ("dead", "could not be delivered")]
)
def test_on_a_platform_it_says_what_became_of_the_delivery(
    state: str, words: str, anna: Person, cases: Cases, journal: Journal, store: Database
) -> None:
    journal.receive("telegram-7", "telegram", "hello", key="a", address={"chat_id": 7})
    case = open_case(cases, conversation="telegram-7", channel="telegram")
    for step in ("claim", "take_over"):
        anna.post(f"/cases/{case.id}/{step}")
    anna.post(f"/cases/{case.id}/write", text="hello there", key="k")
    with store.writing() as connection:
        connection.execute(sa.update(outbox).where(outbox.c.kind == "patient").values(state=state))
    assert (
        f'<p class="delivery {"failed" if state == "dead" else state}">{words}</p>'
        in anna.get(f"/cases/{case.id}").text
    )


def test_the_patient_sees_that_somebody_writes(anna: Person, held: Case, journal: Journal, clock: Clock) -> None:
    assert anna.post(f"/cases/{held.id}/typing").status_code == 204
    assert journal.heads(["web-1"])["web-1"].typing
    clock.wait(seconds=10)
    assert not journal.heads(["web-1"])["web-1"].typing


def test_danger_told_meanwhile_stands_on_top(anna: Person, held: Case, cases: Cases) -> None:
    assert "New danger told in this chat" not in anna.get(f"/cases/{held.id}").text
    cases.red_flags_raised(held.id, [{"id": "chest_pain", "urgency": "emergency", "text": "tight chest"}])
    page = anna.get(f"/cases/{held.id}").text
    assert "New danger told in this chat" in page
    assert page.index("tight chest") < page.index("Hand-over note")
    assert "told since you took over" in page


@pytest.mark.parametrize(
    ("step", "words", "state"),
    [
        ("give_back", "has left this chat. The assistant is back", CaseState.CLAIMED),
        ("release", "has left this chat. The assistant is back", CaseState.QUEUED),
        ("close", "has left this chat and closed your request", CaseState.CLOSED),
    ],
)
def test_the_patient_is_told_that_the_assistant_is_back(
    step: str, words: str, state: CaseState, anna: Person, held: Case, journal: Journal, cases: Cases
) -> None:
    anna.post(f"/cases/{held.id}/{step}", outcome="advice_given")
    assert words in told(journal)[-1][2]
    assert not journal.heads(["web-1"])["web-1"].held
    assert cases.get(held.id).state is state


def test_closing_a_case_without_a_chat_held_says_nothing_in_it(anna: Person, case: Case, journal: Journal) -> None:
    anna.post(f"/cases/{case.id}/claim")
    anna.post(f"/cases/{case.id}/close", outcome="advice_given")
    assert told(journal) == []


def test_handing_over_a_held_chat_tells_the_patient_who_is_there_now(
    anna: Person, held: Case, journal: Journal, members: dict[str, Member], person: Callable[[str], Person]
) -> None:
    assert anna.post(f"/cases/{held.id}/transfer", to=members["ben"].id).status_code == 409, "he may not chat"
    anna.post(f"/cases/{held.id}/transfer", to=members["nina"].id)
    assert told(journal)[-1][2].startswith("Nina, oncology nurse, is here with you now")
    answer = anna.post(f"/cases/{held.id}/write", text="one more thing", key="k")
    assert answer.status_code == 409
    assert "one more thing" in answer.text, "what she typed is not lost"
    person("nina").post(f"/cases/{held.id}/write", text="hello", key="k")
    assert told(journal)[-1][1] == "Nina, oncology nurse"


def test_neither_session_nor_restart_ends_a_take_over(
    anna: Person, held: Case, journal: Journal, clock: Clock, cases: Cases
) -> None:
    clock.wait(hours=13)
    assert anna.get("/").url.path == "/sign-in"
    assert journal.heads(["web-1"])["web-1"].held
    assert cases.get(held.id).state is CaseState.ACTIVE
    anna.sign_in("anna")
    assert anna.post(f"/cases/{held.id}/write", text="I am back", key="k").status_code == 200


def test_a_nurse_may_step_in_where_the_holder_is_away_and_the_patient_waits(
    anna: Person,
    held: Case,
    journal: Journal,
    clock: Clock,
    cases: Cases,
    members: dict[str, Member],
    person: Callable[[str], Person],
) -> None:
    anna.post(f"/cases/{held.id}/write", text="How are you?", key="k")
    clock.wait(minutes=31)
    nina, ben = person("nina"), person("ben")
    assert nina.post(f"/cases/{held.id}/transfer", to=members["nina"].id).status_code == 409, "nobody waits"
    journal.receive("web-1", "web", "hello?", key="b")
    assert ben.post(f"/cases/{held.id}/transfer", to=members["nina"].id).status_code == 409
    assert nina.post(f"/cases/{held.id}/transfer", to=members["nina"].id).status_code == 200
    assert cases.get(held.id).assignee == members["nina"].id


def test_a_ready_answer_is_put_into_the_message_without_script_too(anna: Person, held: Case) -> None:
    page = anna.get(f"/cases/{held.id}?canned=call_line").text
    area = page[page.index('<textarea id="text"') :]
    assert "Please phone your 24-hour cancer line on 020 7946 0000 now." in area[: area.index("</textarea>")]


def test_a_chat_that_was_deleted_can_no_longer_be_written_to(anna: Person, held: Case, journal: Journal) -> None:
    journal.erase("web-1")
    answer = anna.post(f"/cases/{held.id}/write", text="hello", key="k")
    assert answer.status_code == 409
    assert "hello" in answer.text


def test_what_patients_are_told_by_staff_is_easy_to_read_everywhere(library: Library) -> None:
    for country in (None, *library.helplines.countries):
        notices = Notices(library, Settings(country=country, care_line="020 7946 0000"))
        case = Case(**dict.fromkeys(Case.__dataclass_fields__) | {"country": country})  # type: ignore[arg-type]
        who = Member("a", "anna", "Anna", "breast care nurse", None, False, None, None).staff  # type: ignore[arg-type]
        texts = {name: getattr(notices, name)(case, who) for name in ("joined", "changed", "left", "closed")}
        texts |= {name: notices.canned(case, reply, who) for name, reply in load_canned_replies().items()}
        for name, text in texts.items():
            found = measure(text, known_words=library.easy_words)
            assert found.grade <= MAX_GRADE, f"{name} for {country}: grade {found.grade:.1f}"
            assert "{{" not in text
    assert len(StaffInChat.__fields__) == 4
    assert BRITISH.country == "GB"
