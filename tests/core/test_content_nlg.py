"""The texts of utterances come from the content, with the numbers of the person's country."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import SessionStarted
from rasa.shared.core.trackers import DialogueStateTracker

from companion.content import Library
from companion.core.content_nlg import ContentNLG
from companion.core.safety_policy import ESCALATION
from companion.dialogue.replies import Writer
from companion.settings import Settings
from tests.core.conftest import tracker_of, wrote

FEVER, CHEST = ("fever_on_treatment", "urgent"), ("chest_pain", "emergency")
JAW, RIB = ("onj", "soon"), ("bone_pain_new", "soon")


@pytest.fixture(scope="module")
def library() -> Library:
    return Library.load()


def said(utterance: str, tracker: DialogueStateTracker) -> dict[str, Any]:
    """What the patient gets."""
    return asyncio.run(ContentNLG().generate(utterance, tracker, "rest"))


def test_every_utterance_of_the_domain_has_its_words(domain: Domain, library: Library) -> None:
    writer = Writer(library, Settings())
    for utterance in domain.responses:
        if utterance in (ESCALATION, "utter_other_language"):
            continue
        reply = said(utterance, tracker_of(domain, wrote("hello")))
        assert reply["text"] == writer.notice(utterance.removeprefix("utter_")).text
        assert all(button["title"] == button["payload"] for button in reply["buttons"])


def test_before_the_first_message_there_are_words_too(domain: Domain) -> None:
    assert said("utter_greet", tracker_of(domain))["text"].startswith("Hello.")


def test_an_utterance_without_words_is_an_error(domain: Domain) -> None:
    with pytest.raises(KeyError):
        said("utter_nothing_of_the_kind", tracker_of(domain, wrote("hello")))


def test_another_language_is_answered_in_it(domain: Domain, library: Library) -> None:
    tracker = tracker_of(domain, wrote("…", "other_language", language="fr"))
    assert said("utter_other_language", tracker)["text"].startswith(library.languages["fr"])


def test_the_first_mention_of_a_danger_is_told_in_full(domain: Domain) -> None:
    text = said(ESCALATION, tracker_of(domain, wrote("fever", "greet", FEVER)))["text"]
    assert text.startswith("Phone your 24-hour cancer line")
    assert "if you have not done so yet" not in text


def test_a_second_mention_gets_the_short_form(domain: Domain) -> None:
    tracker = tracker_of(domain, wrote("fever", "greet", FEVER), ESCALATION, wrote("fever still", "greet", FEVER))
    assert "if you have not done so yet" in said(ESCALATION, tracker)["text"]


def test_a_new_danger_is_told_in_full_though_another_was_mentioned(domain: Domain) -> None:
    tracker = tracker_of(domain, wrote("fever", "greet", FEVER), ESCALATION, wrote("chest", "greet", CHEST, FEVER))
    text = said(ESCALATION, tracker)["text"]
    assert text.startswith("Call ")
    assert "if you have not done so yet" not in text


def test_lesser_signs_that_are_urgent_together_are_told_as_such(domain: Domain, library: Library) -> None:
    tracker = tracker_of(domain, wrote("jaw and rib", "greet", JAW, RIB, urgency="urgent"))
    text = said(ESCALATION, tracker)["text"]
    assert text.startswith("Phone your 24-hour cancer line")
    assert library.escalations.combination.seen in text


def test_a_danger_that_has_become_more_urgent_is_told_in_full(domain: Domain) -> None:
    tracker = tracker_of(
        domain, wrote("jaw", "greet", JAW), ESCALATION, wrote("jaw and rib", "greet", JAW, RIB, urgency="urgent")
    )
    text = said(ESCALATION, tracker)["text"]
    assert "if you have not done so yet" not in text, f"the patient reads:\n{text}"


def test_a_new_day_tells_a_danger_in_full_again(domain: Domain) -> None:
    yesterday = wrote("fever", "greet", FEVER)
    tracker = tracker_of(domain, yesterday, ESCALATION, SessionStarted(), wrote("fever", "greet", FEVER))
    assert "if you have not done so yet" not in said(ESCALATION, tracker)["text"]


def test_the_numbers_are_those_of_the_country_that_was_said(domain: Domain) -> None:
    tracker = tracker_of(domain, wrote("I live in Texas"), wrote("chest pain", "greet", CHEST))
    assert said(ESCALATION, tracker)["text"].startswith("Call 911 now.")


def test_the_deployers_country_counts_where_none_was_said(domain: Domain, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPANION_COUNTRY", "GB")
    tracker = tracker_of(domain, wrote("chest pain", "greet", CHEST))
    assert said(ESCALATION, tracker)["text"].startswith("Call 999 now.")


def test_a_place_without_numbers_is_not_the_deployers_country(domain: Domain, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPANION_COUNTRY", "GB")
    text = said("utter_say_country", tracker_of(domain, wrote("I am in France", "say_country")))["text"]
    assert "999." not in text, f"somebody in France reads:\n{text}"
