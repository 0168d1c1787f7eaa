"""A call: what the words raise, what is asked next, and the case it becomes."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from companion.cases import Cases, CaseState
from companion.content import ContentError
from companion.content.shaped_file import read_shaped
from companion.desk.danger import MODEL, Danger
from companion.desk.intake import Intake, Suggestion
from companion.safety import Assessment, Hit, Triage, Urgency, load_rules
from companion.settings import ROOT
from companion.store import Database
from tests.conftest import missing
from tests.desk.conftest import Person

HOT = "he is shivering and his temperature is 38.4, he had chemo last week"


@pytest.fixture(scope="module")
def intake() -> Intake:
    return Intake.load()


def call(**fields: str) -> dict[str, str]:
    """A form that can be opened as a case."""
    return {"key": "k1", "words": HOT, "urgency": "urgent", **fields}


def test_the_words_raise_danger_and_say_whom_to_call_first(anna: Person) -> None:
    page = anna.post("/intake/check", words=HOT, country="GB").text
    assert "fever, low temperature or shivering" in page
    assert "Phone your 24-hour cancer line on 020 7946 0000 now." in page
    assert "What is the temperature, and when was it taken?" in page
    assert page.index("blue, grey or blotchy") < page.index("What is the temperature"), "the most telling comes first"
    assert "christie.nhs.uk" in page


def test_a_page_without_the_detector_says_so(anna: Person) -> None:
    assert "Checked by the rules only" in anna.post("/intake/check", words=HOT).text


def test_with_a_trained_model_unusual_wording_is_seen_too() -> None:
    if not MODEL.exists():
        missing(f"{MODEL.name} is missing; run 'make train'")
    danger = Danger()
    assert danger.by_detector
    assert danger.assess(HOT).urgency.at_least(Urgency.urgent)
    assert danger.assess("what are your opening hours").urgency is Urgency.none


def test_an_answer_can_raise_the_urgency_and_the_reason_is_told(anna: Person) -> None:
    fields = {"words": HOT, "country": "GB", "answer-sepsis_signs": "yes"}
    page = " ".join(anna.post("/intake/check", **fields).text.split())
    assert 'at least <span class="badge level-emergency">Emergency</span>' in page
    assert "yes to: Are they confused" in page
    assert "Call 999 now." in page
    assert 'name="answer-sepsis_signs" value="yes" checked' in page


def test_the_case_holds_the_decision_the_suggestion_and_the_answers(
    anna: Person, cases: Cases, database: Database
) -> None:
    fields = call(
        urgency="soon",
        chosen_why="38.4 was yesterday, 36.8 now",
        caller="Peter",
        relation="partner",
        patient="Maria",
        contact="020 7946 0123",
        country="GB",
        **{"answer-temperature": "36.8 at noon", "answer-no_urine": "no", "answer-alone": ""},
    )
    page = anna.post("/intake", **fields)
    (case,) = cases.queue()
    assert page.url.path == f"/cases/{case.id}"
    assert (case.channel, case.conversation, case.urgency) == ("phone", None, "soon")
    assert case.state is CaseState.QUEUED
    assert case.about["suggested"]["urgency"] == "urgent"
    assert "fever" in case.about["suggested"]["why"]
    assert case.about["chosen_why"] == "38.4 was yesterday, 36.8 now"
    assert case.about["decided_by"] == "Anna, breast care nurse"
    assert {one["id"]: one["answer"] for one in case.about["answers"]} == {
        "temperature": "36.8 at noon",
        "no_urine": "no",
    }
    assert {flag["id"] for flag in case.red_flags} == {"fever_on_treatment"}
    assert "Who calls: Peter (partner)." in page.text
    assert case.reference in anna.get("/").text
    assert cases.timeline(case.id)[0]["who"] == "Anna, breast care nurse"


def test_a_call_sent_twice_is_one_case(anna: Person, cases: Cases) -> None:
    for _ in range(2):
        anna.post("/intake", **call(take="1"))
    (case,) = cases.queue()
    assert case.state is CaseState.CLAIMED


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"urgency": ""}, "choose an urgency"),
        ({"urgency": "made up"}, "choose an urgency"),
        ({"words": ""}, "write down the caller"),
        ({"urgency": "none"}, "Please say why"),
    ],
)
def test_what_is_missing_is_said_and_nothing_typed_is_lost(
    fields: dict[str, str], words: str, anna: Person, cases: Cases
) -> None:
    answer = anna.post("/intake", **call(contact="020 7946 0123", **{"answer-temperature": "38.4", **fields}))
    assert answer.status_code == 422
    assert words in answer.text
    assert 'value="020 7946 0123"' in answer.text
    assert 'name="key" value="k1"' in answer.text
    assert cases.queue() == []


def test_a_higher_urgency_than_suggested_needs_no_reason(anna: Person, cases: Cases) -> None:
    anna.post("/intake", **call(urgency="emergency"))
    assert cases.queue()[0].urgency == "emergency"


def test_with_the_database_gone_what_was_typed_stays_on_the_page(
    anna: Person, store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    fields = {"csrf": anna.token, **call(contact="020 7946 0123")}

    def gone(*_: object, **__: object) -> None:
        from companion.store import StoreError

        raise StoreError("OperationalError")

    monkeypatch.setattr(Cases, "open", gone)
    answer = anna.browser.post("/intake", data=fields)
    assert answer.status_code == 503
    assert "Nothing was stored" in answer.text
    assert HOT in answer.text
    assert 'value="020 7946 0123"' in answer.text


def test_every_danger_sign_has_questions_and_every_level_a_way_to_go_on(intake: Intake) -> None:
    assert set(intake.red_flags) == {flag.id for flag in load_rules(ROOT).rules}
    assert set(intake.urgency) == {level.value for level in Urgency}


def test_a_question_never_suggests_less_than_the_words_did(intake: Intake) -> None:
    """Any example of any rule, with any answers: the suggestion is at least the rule's urgency."""
    triage = Triage(load_rules(ROOT))
    for flag in load_rules(ROOT).rules:
        assessment = triage.assess(flag.examples[0])
        questions = intake.next_questions([hit.id for hit in assessment.hits])
        for answer in ("yes", "no", "unknown", ""):
            found = Suggestion.of(assessment, questions, dict.fromkeys(questions, answer))
            assert found.urgency.at_least(flag.urgency), (flag.id, answer)


@pytest.mark.parametrize(("signs", "expected"), [(1, Urgency.soon), (2, Urgency.urgent)])
def test_two_lesser_signs_together_are_urgent(signs: int, expected: Urgency, intake: Intake) -> None:
    hits = [Hit("onj", Urgency.soon, "jaw", "rule")]
    questions = {"back_pain": intake.questions["back_pain"]}
    answers = {"back_pain": "yes" if signs == 2 else "no"}
    found = Suggestion.of(Assessment(Urgency.soon, hits), questions, answers)
    assert found.urgency is expected
    assert found.together is (signs == 2)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("always: [nothing]", "there is no question 'nothing'"),
        ("always: []", "the question 'q' is never asked"),
        ("always: [q]\nred_flags: {x: [q, r]}", "there is no question 'r'"),
    ],
)
def test_a_slip_in_the_questions_is_one_line(text: str, fault: str, tmp_path: object) -> None:
    from pathlib import Path

    root = Path(str(tmp_path))
    head = "sources: {s: {title: t}}\nquestions: {q: {ask: a, kind: text, sources: [s]}}\nurgency: {}\n"
    rest = "" if "red_flags" in text else "\nred_flags: {}"
    (root / "q.yml").write_text(head + text + rest)
    with pytest.raises(ContentError, match=fault) as caught:
        read_shaped("q.yml", Intake, root)
    assert "\n" not in str(caught.value)


def test_no_address_of_a_source_is_made_up() -> None:
    """Every source of a question is one that the rules or the research name, by its address."""
    rules = load_rules(ROOT)
    known = {source.address for flag in rules.rules for source in flag.sources}
    own = {source.address for source in Intake.load().sources.values()} - {None}
    # These three are about the way of asking, not about a danger sign.
    ways = {"ukacuteoncology.co.uk", "decisionaid.ohri.ca", "protriage.co.uk"}
    assert [one for one in own - known if not any(way in str(one) for way in ways)] == []


def test_the_queue_shows_calls_and_chats_together(anna: Person, cases: Cases, store: Database) -> None:
    anna.post("/intake", **call())
    assert "Telephone call" in anna.get("/?channel=phone").text
    with store.reading() as connection:
        assert connection.execute(sa.text("select count(*) from conversations")).scalar() == 0
