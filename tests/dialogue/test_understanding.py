"""What the dialogue makes of Rasa's parse of a message."""

from __future__ import annotations

from companion.dialogue.understanding import Asked, NamedTerm, Understanding


def test_a_message_of_one_question_is_that_question() -> None:
    parsed = {"text": "what is letrozole", "intent": {"name": "hormone_therapy"}, "questions": []}
    assert Understanding.of(parsed).questions == (Asked("what is letrozole", "hormone_therapy"),)


def test_each_question_has_the_terms_named_in_it_alone() -> None:
    text = "What is palbociclib? And what about the liver?"
    understood = Understanding.of(
        {
            "text": text,
            "intent": {"name": "cdk46_inhibitors"},
            "entities": [
                {"entity": "medicine", "value": "palbociclib", "start": 8},
                {"entity": "body_site", "value": "liver", "start": 40},
            ],
            "questions": [
                {"text": "What is palbociclib?", "intent": "cdk46_inhibitors", "start": 0},
                {"text": "And what about the liver?", "intent": "follow_up", "start": 21},
            ],
        }
    )
    first, second = understood.questions
    assert first.terms == (NamedTerm("medicine", "palbociclib", 8),)
    assert second.terms == (NamedTerm("body_site", "liver", 40),)


def test_the_first_term_of_a_kind_counts() -> None:
    asked = Asked("", "follow_up", (NamedTerm("medicine", "letrozole", 0), NamedTerm("medicine", "anastrozole", 9)))
    assert asked.first("medicine") == "letrozole"
    assert asked.first("body_site") is None


def test_the_ranking_keeps_its_order() -> None:
    ranking = [{"name": "surgery", "confidence": 0.5}, {"name": "radiation", "confidence": 0.3}]
    parsed = {"text": "x", "intent": {"name": "nlu_fallback"}, "intent_ranking": ranking}
    assert Understanding.of(parsed).ranking == (("surgery", 0.5), ("radiation", 0.3))


def test_an_empty_parse_is_one_question_that_was_not_understood() -> None:
    assert Understanding.of({}).questions == (Asked("", "nlu_fallback"),)
    assert Understanding.of({"text": None, "intent": None, "entities": None}).questions == (Asked("", "nlu_fallback"),)
