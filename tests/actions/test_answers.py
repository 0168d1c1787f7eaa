"""action_answer: what is said to questions, and what is remembered."""

from __future__ import annotations

from typing import Any

from actions.answers import ActionAnswer
from actions.base import library
from tests.actions.conftest import Talk, text_of


def question(text: str, intent: str, start: int) -> dict[str, Any]:
    return {"text": text, "intent": intent, "start": start, "confidence": 0.9}


def test_a_question_is_answered_in_one_message() -> None:
    said = Talk().user("what is radiotherapy", "radiation").run(ActionAnswer())
    assert len(said.messages) == 1
    assert said.text.startswith(library().answers["radiation"].short[:40])


def test_the_subject_is_remembered_and_the_disclaimer_counted() -> None:
    said = Talk().user("what is radiotherapy", "radiation").run(ActionAnswer())
    assert said.slots == {"subject": "radiation", "subject_medicine": None, "introduced": True, "told_more": False}


def test_the_full_disclaimer_comes_first_and_one_line_later() -> None:
    first = Talk().user("what is radiotherapy", "radiation").run(ActionAnswer())
    later = Talk(slots={"introduced": True}).user("what is surgery", "surgery").run(ActionAnswer())
    assert text_of("disclaimer_full") in first.text
    assert text_of("disclaimer_full") not in later.text
    assert text_of("disclaimer_line") in later.text


def test_a_medicine_is_remembered() -> None:
    medicine = {"entity": "medicine", "value": "palbociclib", "start": 8}
    said = Talk().user("what is Ibrance", "cdk46_inhibitors", entities=[medicine]).run(ActionAnswer())
    assert said.text.startswith("Palbociclib")
    assert said.slots["subject_medicine"] == "palbociclib"


def test_a_new_topic_drops_the_medicine() -> None:
    talk = Talk(slots={"subject": "cdk46_inhibitors", "subject_medicine": "palbociclib", "introduced": True})
    said = talk.user("what is a second opinion", "second_opinion_providers").run(ActionAnswer())
    assert said.slots["subject"] == "second_opinion_providers"
    assert said.slots["subject_medicine"] is None, "the old medicine would come up again"


def test_two_questions_get_two_messages_in_order() -> None:
    text = "What is surgery for? What is radiotherapy?"
    questions = [question("What is surgery for?", "surgery", 0), question("What is radiotherapy?", "radiation", 21)]
    said = Talk().user(text, "surgery", questions=questions).run(ActionAnswer())
    assert [message["text"][:7] for message in said.messages] == ["Surgery", "Radioth"]
    assert said.slots["subject"] == "radiation", "a follow-up is about what was read last"


def test_of_two_answers_only_the_first_has_the_full_disclaimer() -> None:
    questions = [question("What is surgery for?", "surgery", 0), question("What is radiotherapy?", "radiation", 21)]
    said = Talk().user("…", "surgery", questions=questions).run(ActionAnswer())
    assert text_of("disclaimer_full") in said.messages[0]["text"]
    assert text_of("disclaimer_full") not in said.messages[1]["text"]


def test_the_second_question_may_lean_on_the_first() -> None:
    questions = [
        question("What is hormone therapy?", "hormone_therapy", 0),
        question("What are its side effects?", "side_effects", 25),
    ]
    said = Talk().user("…", "hormone_therapy", questions=questions).run(ActionAnswer())
    assert said.messages[1]["text"].startswith(library().answers["hormone_therapy"].aspects["side_effects"][:40])


def test_personal_advice_beside_a_question_is_not_answered_with_general_content() -> None:
    questions = [
        question("What is hormone therapy?", "hormone_therapy", 0),
        question("Should I stop letrozole?", "personal_medical_advice", 25),
    ]
    said = Talk().user("…", "hormone_therapy", questions=questions).run(ActionAnswer())
    assert said.messages[1]["text"] == text_of("personal_medical_advice")
    assert said.slots["subject"] == "hormone_therapy"


def test_an_unfinished_question_without_a_subject_asks_back() -> None:
    said = Talk().user("and its side effects?", "follow_up").run(ActionAnswer())
    assert said.text == text_of("which_one")
    assert said.slots["subject"] is None
    assert not said.slots["introduced"], "nothing medical was said yet; the full disclaimer is still to come"


def test_asking_back_keeps_the_subject() -> None:
    talk = Talk(slots={"subject": "surgery", "introduced": True})
    said = talk.user("and the other one?", "follow_up").run(ActionAnswer())
    assert said.text == text_of("which_one")
    assert said.slots["subject"] == "surgery"


def test_the_numbers_are_those_of_the_country_that_was_said() -> None:
    talk = Talk().user("I live in Texas").bot().user("what is radiotherapy", "radiation")
    assert "911" in talk.run(ActionAnswer()).text
    assert "911," not in Talk().user("what is radiotherapy", "radiation").run(ActionAnswer()).text
