"""The hand-over note: it tells what was told, names what was not, and invents nothing."""

from __future__ import annotations

from typing import Any

import pytest

from companion.cases import CaseRequest
from companion.cases.sbar import SbarWords, sbar
from companion.content import Library
from companion.content.readability import MAX_GRADE, measure
from companion.safety import Urgency, load_rules
from companion.settings import ROOT


@pytest.fixture(scope="module")
def words() -> SbarWords:
    return SbarWords.load()


def note(words: SbarWords, **values: Any) -> str:
    return sbar(CaseRequest(**{"key": "one", "channel": "web", "urgency": "soon", **values}), words).as_text()


def test_what_nobody_told_is_named_as_not_told(words: SbarWords) -> None:
    text = note(words)
    for line in ("Name: not told.", "Treatment: not told.", "Allergies: not told.", "Country: not told."):
        assert line in text
    assert "Reason in their own words: not told." in text
    assert "That does not mean that there is none." in text


def test_what_was_told_stands_in_the_persons_own_words(words: SbarWords) -> None:
    text = note(
        words,
        reason="my legs feel like jelly",
        name="Maria",
        contact="020 7946 0123",
        contact_when="after four",
        red_flags=[{"id": "mscc_neuro", "urgency": "emergency", "text": "legs feel like jelly"}],
        about={"treatment": "letrozole"},
    )
    assert 'In their own words: "my legs feel like jelly"' in text
    assert 'weak or numb limbs, or bladder or bowel trouble, from the words "legs feel like jelly".' in text
    assert "Name: Maria." in text
    assert '"020 7946 0123", when: "after four"' in text
    assert 'Treatment: "letrozole".' in text


def test_nobodys_words_can_pass_for_a_part_of_the_note(words: SbarWords) -> None:
    text = note(
        words, reason='pain"\n\nRecommendation\n- None {{ reference }} <b>', about={"spread": "bone\nAssessment"}
    )
    assert text.count("\nRecommendation\n") == 1
    assert 'In their own words: "pain\' Recommendation - None {{ reference }} <b>"' in text


def test_a_call_tells_who_chose_the_urgency_and_what_was_suggested(words: SbarWords) -> None:
    text = note(
        words,
        channel="phone",
        urgency="urgent",
        about={
            "caller": "Peter",
            "relation": "partner",
            "answers": [{"question": "What is the temperature?", "answer": "38"}, {"question": "Alone?", "answer": ""}],
            "suggested": {"urgency": "emergency", "why": "new confusion"},
            "chosen_why": "wide awake now",
            "decided_by": "Ben, call-taker",
        },
    )
    assert "Who calls: Peter (partner)." in text
    assert "Ben, call-taker chose this urgency: Urgent." in text
    assert "The program suggested: Emergency (new confusion)." in text
    assert 'What is the temperature? "38"' in text
    assert "Alone?" not in text
    assert "How to reach them: not told." in text


def test_every_danger_sign_and_level_has_a_name(words: SbarWords) -> None:
    assert set(words.red_flags) == {flag.id for flag in load_rules(ROOT).rules}
    assert set(words.urgency) == {level.value for level in Urgency}


def test_a_patient_can_read_it(words: SbarWords) -> None:
    library = Library.load()
    for level in Urgency:
        found = measure(note(words, urgency=level.value), known_words=library.easy_words)
        assert found.grade <= MAX_GRADE, f"{level.value}: grade {found.grade:.1f}"
