"""The queue: who comes first, what is late, who is there."""

from __future__ import annotations

import re
from collections.abc import Callable

from companion.cases import Cases
from companion.desk.accounts import Member
from companion.store import Database, Journal
from tests.clock import Clock
from tests.desk.conftest import Person, open_case


def references(page: str) -> list[str]:
    """The cases of the page, from top to bottom."""
    return re.findall(r'<a id="open-\w+" href="/cases/\w+">(\w+)</a>', page)


def test_most_urgent_first_then_who_has_waited_longest(
    anna: Person, cases: Cases, clock: Clock, database: Database
) -> None:
    soon = open_case(cases, "soon", urgency="soon", conversation=None)
    clock.wait(minutes=5)
    urgent = open_case(cases, "urgent", conversation=None)
    clock.wait(minutes=5)
    second, crisis = open_case(cases, "second", conversation=None), open_case(cases, "c", urgency="crisis")
    assert references(anna.get("/").text) == [one.reference for one in (crisis, urgent, second, soon)]


def test_what_somebody_has_comes_after_what_nobody_has(anna: Person, cases: Cases, members: dict[str, Member]) -> None:
    crisis, soon = open_case(cases, "crisis", urgency="crisis"), open_case(cases, "soon", urgency="soon")
    cases.claim(crisis.id, members["anna"].staff)
    assert references(anna.get("/").text) == [soon.reference, crisis.reference]


def test_clocks_run_against_the_target(anna: Person, cases: Cases, clock: Clock) -> None:
    open_case(cases)
    clock.wait(minutes=12)
    assert "18 min left" in anna.get("/").text
    clock.wait(minutes=19)
    page = anna.get("/").text
    assert "late by 1 min" in page
    assert "<dd>31 min</dd>" in page


def test_filters_show_what_is_asked_for(anna: Person, cases: Cases, members: dict[str, Member], clock: Clock) -> None:
    mine = open_case(cases, "mine")
    other = open_case(cases, "other", urgency="soon", channel="telegram", conversation=None)
    over = open_case(cases, "over", conversation=None)
    cases.claim(mine.id, members["anna"].staff)
    cases.claim(over.id, members["nina"].staff)
    cases.close(over.id, members["nina"].staff, "advice_given")
    for query, expected in (
        ("", [mine, other]),
        ("show=mine", [mine]),
        ("show=waiting", [other]),
        ("show=closed", [over]),
        ("urgency=soon", [other]),
        ("channel=telegram", [other]),
        ("urgency=crisis", []),
        ("show=%3Cscript%3E&urgency=nonsense", [mine, other]),
    ):
        assert set(references(anna.get(f"/?{query}").text)) == {one.reference for one in expected}, query


def test_the_page_says_who_is_on_duty(anna: Person, person: Callable[[str], Person], clock: Clock) -> None:
    nina, _ = person("nina"), person("ada")
    assert "Anna, breast care nurse; Nina, oncology nurse" in " ".join(anna.get("/").text.split())
    nina.post("/duty", on="0")
    assert "Nina, oncology nurse" not in anna.get("/").text
    anna.post("/duty", on="0")
    assert "Nobody is on duty" in anna.get("/").text


def test_a_patient_whose_nurse_is_away_needs_somebody(
    person: Callable[[str], Person], cases: Cases, journal: Journal, clock: Clock, members: dict[str, Member]
) -> None:
    journal.receive("web-1", "web", "hello", key="a")
    case = open_case(cases)
    anna = person("anna")
    anna.post(f"/cases/{case.id}/claim")
    anna.post(f"/cases/{case.id}/take_over")
    anna.post(f"/cases/{case.id}/write", text="How are you?", key="k")
    clock.wait(minutes=31)
    lea = person("lea")
    page = " ".join(lea.get("/").text.split())
    assert "away" in page
    assert "Holder away" not in page, "the patient has not written yet"
    journal.receive("web-1", "web", "are you there?", key="b")
    page = " ".join(lea.get("/").text.split())
    assert "Holder away, patient waits" in page
    assert references(lea.get("/?show=waiting").text) == [case.reference]
    lea.post(f"/cases/{case.id}/transfer", to=members["lea"].id)
    assert cases.get(case.id).assignee == members["lea"].id
    assert journal.heads(["web-1"])["web-1"].held, "a session that ended must not end the take-over"
