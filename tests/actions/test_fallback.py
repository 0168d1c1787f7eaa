"""action_fallback: guesses first, then an honest no."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from actions.base import library
from actions.fallback import COUNTING, ActionFallback
from actions.stores import gaps
from companion.store import Database, Journal
from companion.store.gaps import Gap
from tests.actions.conftest import Said, Talk, text_of

NONE_OF_THESE = "None of these"


@pytest.fixture(autouse=True)
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    """What is counted is counted here."""
    database = Database(f"sqlite:///{tmp_path}/companion.db")
    database.migrate()
    monkeypatch.setenv("COMPANION_DATABASE", database.url.render_as_string())
    monkeypatch.delenv("COMPANION_KEEP_UNANSWERED", raising=False)
    return database


def counted() -> list[Gap]:
    """What the editors are told, when all of it is counted."""
    COUNTING.submit(lambda: None).result()
    return gaps().since(30)


def ranked(**confidences: float) -> list[dict[str, Any]]:
    return [{"name": name, "confidence": confidence} for name, confidence in confidences.items()]


def answer(text: str = "something about it", *, talk: Talk | None = None, **confidences: float) -> Said:
    """What is said to a message that was not understood, with these likeliest intents."""
    talk = talk or Talk()
    return talk.user(text, "nlu_fallback", intent_ranking=ranked(nlu_fallback=0.4, **confidences)).run(ActionFallback())


def test_the_likeliest_topics_are_offered() -> None:
    said = answer(surgery=0.3, radiation=0.25, chemotherapy=0.2, side_effects=0.15)
    assert said.text == text_of("did_you_mean")
    labels = [library().answers[name].label for name in ("surgery", "radiation", "chemotherapy")]
    assert said.buttons == [*labels, NONE_OF_THESE, "Talk to a person"]
    assert said.events == []


def test_only_topics_are_offered() -> None:
    said = answer(greet=0.3, surgery=0.25, follow_up=0.2)
    assert said.buttons[0] == library().answers["surgery"].label
    assert len(said.buttons) == 3


def test_a_topic_that_is_hardly_likely_is_not_offered() -> None:
    assert answer(surgery=0.09).text == text_of("not_understood")


def test_the_second_time_in_a_row_it_is_an_honest_no() -> None:
    talk = Talk().bot(buttons=("Surgery", NONE_OF_THESE, "Talk to a person"))
    said = answer(talk=talk, surgery=0.3)
    assert said.text == text_of("not_understood")
    assert "Yes, ask a person" in said.buttons


def test_after_something_was_understood_it_guesses_again() -> None:
    talk = Talk().bot(buttons=("Surgery", NONE_OF_THESE)).user("…").bot(buttons=("Tell me more",))
    assert answer(talk=talk, surgery=0.3).text == text_of("did_you_mean")


def test_what_is_likely_not_ours_gets_no_guess() -> None:
    assert answer(out_of_scope=0.38, surgery=0.3).text == text_of("not_understood")


def test_out_of_scope_gets_no_guess() -> None:
    talk = Talk().user("the weather?", "out_of_scope", intent_ranking=ranked(out_of_scope=0.8, surgery=0.15))
    assert talk.run(ActionFallback()).text == text_of("not_understood")


def test_a_message_without_words_is_told_so() -> None:
    for text in ("😭😭", "12345", "?!", "39.5"):
        assert answer(text, surgery=0.3).text == text_of("no_words"), text


def test_a_very_long_message_is_asked_for_in_short() -> None:
    assert answer("word " * 300, surgery=0.3).text == text_of("too_long")


def test_the_numbers_are_those_of_the_country_that_was_said() -> None:
    talk = Talk().user("I live in Leeds").bot()
    assert "Breast Cancer Now nurses" in answer(talk=talk).text


def test_an_empty_parse_is_answered_too() -> None:
    assert Talk().run(ActionFallback()).text == text_of("no_words")


def test_it_is_counted_under_the_nearest_topic() -> None:
    answer(surgery=0.3, radiation=0.25)
    answer(greet=0.4, surgery=0.05)
    Talk().user("the weather?", "out_of_scope", intent_ranking=ranked(out_of_scope=0.95)).run(ActionFallback())
    assert counted() == [Gap("other", 2), Gap("surgery", 1)]


def test_a_message_without_words_is_not_counted() -> None:
    answer("12345")
    assert counted() == []


def test_no_text_is_kept(database: Database) -> None:
    being_answered(database, "is my cat ill")
    answer("is my cat ill")
    assert counted() == [Gap("other", 1)]


def test_where_the_deployer_wants_it_the_message_can_be_found(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMPANION_KEEP_UNANSWERED", "1")
    being_answered(database, "is my cat ill")
    answer("is my cat ill")
    assert counted() == [Gap("other", 1, ("is my cat ill",))]


def test_without_a_database_the_person_gets_the_same_answer(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("COMPANION_DATABASE", "sqlite:////nowhere/companion.db")
    assert answer("is my cat ill").text == text_of("not_understood")
    COUNTING.submit(lambda: None).result()
    assert "not counted: StoreError" in caplog.text
    assert "cat" not in caplog.text


def being_answered(database: Database, text: str) -> None:
    journal = Journal(database)
    journal.take("somebody", journal.receive("somebody", "web", text).seq, seconds=15)
