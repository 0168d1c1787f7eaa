"""The page of a case: what is shown to whom, and what its buttons do."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from companion.cases import Case, Cases, CaseState
from companion.desk.accounts import Member
from companion.desk.pdf import note_as_pdf
from companion.store import Database, Journal
from tests.clock import Clock
from tests.databases import at_once
from tests.desk.conftest import Person, open_case


def test_it_shows_the_note_and_the_danger_in_the_persons_words(anna: Person, case: Case) -> None:
    page = anna.get(f"/cases/{case.id}").text
    assert "fever, low temperature or shivering" in page
    assert "<q>temperature of 38.2</q>" in page
    assert "Treatment: not told." in page
    assert "christie.nhs.uk" in page


def test_the_chat_stays_private_without_consent_to_pass_it_on(anna: Person, case: Case) -> None:
    page = anna.get(f"/cases/{case.id}").text
    assert "my secret question before" not in page
    assert "They did not agree to pass on the chat" in page


def test_with_consent_it_shows_the_chat_up_to_then_and_not_what_came_after(
    anna: Person, cases: Cases, journal: Journal, clock: Clock
) -> None:
    journal.receive("web-1", "web", "before the consent", key="a")
    consent = {"given": ["case", "transcript"], "at": clock().isoformat()}
    case = open_case(cases, consent=consent)
    clock.wait(minutes=5)
    journal.receive("web-1", "web", "later, to the assistant", key="b")
    page = anna.get(f"/cases/{case.id}").text
    assert "before the consent" in page
    assert "later, to the assistant" not in page


def test_whoever_opens_a_case_is_in_the_audit_once_for_each_look(
    anna: Person, case: Case, cases: Cases, clock: Clock
) -> None:
    def looks() -> list[str]:
        return [entry["who"] for entry in cases.timeline(case.id) if entry["action"] == "looked"]

    for _ in range(3):
        anna.get(f"/cases/{case.id}")
    assert looks() == ["Anna, breast care nurse"]
    clock.wait(minutes=11)
    anna.get(f"/cases/{case.id}/note.pdf")
    assert len(looks()) == 2


def test_a_case_goes_from_claim_to_outcome_and_back(anna: Person, case: Case, cases: Cases, database: Database) -> None:
    path = f"/cases/{case.id}"
    anna.post(f"{path}/claim")
    assert cases.get(case.id).state is CaseState.CLAIMED
    anna.post(f"{path}/note", text="called, no answer")
    anna.post(f"{path}/wait")
    assert cases.get(case.id).state is CaseState.WAITING_FOR_PATIENT
    assert anna.post(f"{path}/close", outcome="made up").status_code == 409
    anna.post(f"{path}/close", outcome="advice_given")
    assert cases.get(case.id).outcome == "advice_given"
    page = anna.get(path).text
    assert "Advice given" in page
    assert "called, no answer" in page
    anna.post(f"{path}/reopen")
    assert cases.get(case.id).state is CaseState.QUEUED
    anna.post(f"{path}/claim")
    assert anna.post(f"{path}/release").url.path == "/"
    assert cases.get(case.id).assignee is None


def test_of_two_who_claim_at_once_one_is_told(
    person: Callable[[str], Person], case: Case, cases: Cases, database: Database
) -> None:
    anna, nina = person("anna"), person("nina")
    tokens = anna.token, nina.token

    def claim(who: Person, token: str) -> int:
        return who.browser.post(f"/cases/{case.id}/claim", data={"csrf": token}).status_code

    results = at_once(lambda: claim(anna, tokens[0]), lambda: claim(nina, tokens[1]))
    assert sorted(results) == [200, 409]
    assert cases.get(case.id).state is CaseState.CLAIMED


def test_the_second_is_told_that_somebody_was_faster(person: Callable[[str], Person], case: Case) -> None:
    person("anna").post(f"/cases/{case.id}/claim")
    answer = person("nina").post(f"/cases/{case.id}/claim")
    assert answer.status_code == 409
    assert "This could not be done" in answer.text
    assert "Anna, breast care nurse" in answer.text


def test_the_urgency_can_be_judged_anew_and_the_record_says_by_whom(
    person: Callable[[str], Person], case: Case, cases: Cases
) -> None:
    person("nina").post(f"/cases/{case.id}/urgency", urgency="emergency")
    assert cases.get(case.id).urgency == "emergency"
    entry = next(one for one in cases.timeline(case.id) if one["action"] == "set the urgency")
    assert (entry["who"], entry["details"]) == ("Nina, oncology nurse", {"from": "urgent", "to": "emergency"})
    assert "Urgent → Emergency" in person("anna").get(f"/cases/{case.id}").text


@pytest.mark.parametrize("to", ["", "nobody", "ada", "anna"])
def test_a_case_is_handed_over_only_to_somebody_who_may_have_it(
    to: str, anna: Person, case: Case, cases: Cases, members: dict[str, Member]
) -> None:
    anna.post(f"/cases/{case.id}/claim")
    target = members[to].id if to in members else to
    assert anna.post(f"/cases/{case.id}/transfer", to=target).status_code == 409
    assert cases.get(case.id).assignee == members["anna"].id


def test_another_nurse_cannot_take_away_a_case_whose_holder_is_there(
    anna: Person, person: Callable[[str], Person], case: Case, cases: Cases, members: dict[str, Member]
) -> None:
    anna.post(f"/cases/{case.id}/claim")
    nina = person("nina")
    for step in ("transfer", "close", "release", "wait", "take_over"):
        answer = nina.post(f"/cases/{case.id}/{step}", to=members["nina"].id, outcome="advice_given")
        assert answer.status_code == 409, step
    assert cases.get(case.id).assignee == members["anna"].id


def test_an_erased_case_shows_that_and_can_only_be_read(
    anna: Person, case: Case, store: Database, cases: Cases, clock: Clock
) -> None:
    from companion.store.tables import cases as rows

    with store.writing() as connection:
        connection.execute(
            rows.update().values(
                state="withdrawn", reason="", about={}, consent={}, red_flags=[], conversation=None, erased_at=clock()
            )
        )
    page = anna.get(f"/cases/{case.id}").text
    assert "The contents of this case were deleted" in page
    assert anna.post(f"/cases/{case.id}/note", text="x").status_code == 409


def test_there_is_a_page_for_a_case_that_is_not_there(anna: Person) -> None:
    assert "There is no such case" in anna.get("/cases/nothing").text
    assert anna.post("/cases/nothing/claim").status_code == 404
    assert anna.post("/cases/nothing/explode").status_code == 404


def test_while_the_database_is_gone_nothing_is_lost_in_silence(
    anna: Person, case: Case, store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = anna.token
    monkeypatch.setattr(store, "engine", sa.create_engine("sqlite:////nowhere/at/all.db", future=True))
    answer = anna.browser.post(f"/cases/{case.id}/claim", data={"csrf": token})
    assert answer.status_code == 503
    assert "Nothing was stored" in answer.text
    assert anna.browser.get("/health").json() == {"desk": "up", "database": "down"}


def test_the_note_can_be_printed_and_taken_as_pdf(anna: Person, case: Case) -> None:
    page = anna.get(f"/cases/{case.id}/print").text
    assert "Printed by Anna, breast care nurse" in " ".join(page.split())
    pdf = anna.get(f"/cases/{case.id}/note.pdf")
    assert pdf.headers["content-type"] == "application/pdf"
    assert case.reference in pdf.headers["content-disposition"]
    assert pdf.content.startswith(b"%PDF")


@pytest.mark.parametrize("font", [True, False])
def test_any_signs_can_be_printed(font: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    from companion.cases.sbar import Sbar
    from companion.desk import pdf

    if not font:
        monkeypatch.setattr(pdf, "_font_folder", lambda: None)
        pdf._known_signs.cache_clear()
    text = "Ærøskøbing 你好 مرحبا नमस्ते \N{GRINNING FACE} \N{RIGHT-TO-LEFT OVERRIDE}x “quoted” " + "long" * 200
    note = Sbar(text, text, text, text, ("S", "B", "A", "R"))
    assert note_as_pdf(note, title=text, footer=text, lacking="some are shown as a box").startswith(b"%PDF")
    pdf._known_signs.cache_clear()
