"""What is counted is what the reports say is counted."""

from __future__ import annotations

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.fallback import ActionFallback
from companion.content import Library
from companion.evaluation.calibration import calibration_error, reliability
from companion.evaluation.figures import Baseline, Figure, headline
from companion.evaluation.intervals import Rate
from companion.evaluation.questions import Question
from companion.evaluation.safety import Case, Outcome, Outcomes
from companion.evaluation.trained_model import Parse
from companion.evaluation.understanding import Result, Scores, buttons_offered
from companion.evaluation.variants import Variants
from companion.safety import Urgency

TOPICS = frozenset({"hormone_therapy", "side_effects", "nutrition"})
FLUSHES = Question("hot flushes?", "side_effects", ("hormone_therapy",))


def result(intent: str, question: Question = FLUSHES, offered: tuple[str, ...] = (), sure: float = 0.9) -> Result:
    return Result(question, Parse(intent, ((intent, sure),), "none", (), 5.0), offered)


def test_an_accepted_alternative_is_not_strictly_right() -> None:
    scores = Scores([result("side_effects"), result("hormone_therapy"), result("nutrition")], TOPICS)
    assert (scores.strict, scores.accepted) == (Rate(1, 3), Rate(2, 3))


def test_not_understood_is_wrong_even_where_the_right_button_is_offered() -> None:
    figures = Scores([result("nlu_fallback", offered=("side_effects",))], TOPICS).figures()
    assert figures["in_scope_accepted"] == Rate(0, 1)
    assert figures["in_scope_offered"] == figures["in_scope_fallback"] == Rate(1, 1)


def test_only_a_topic_counts_as_answered() -> None:
    weather = Question("weather?", "out_of_scope", (), "general")
    understood = [result(intent, weather) for intent in ("nutrition", "personal_medical_advice", "nlu_fallback")]
    assert Scores(understood, TOPICS).figures()["general_answered"] == Rate(1, 3)


def test_a_model_that_is_always_half_sure_and_half_right_is_calibrated() -> None:
    bins = reliability([result("side_effects", sure=0.5), result("nutrition", sure=0.5)])
    assert calibration_error(bins) == pytest.approx(0.0)


@pytest.mark.parametrize("text", ["hot flushes or food?", "why " * 300, "?!", "42"])
@pytest.mark.parametrize(
    "ranking",
    [
        [("side_effects", 0.28), ("nutrition", 0.27), ("hormone_therapy", 0.2), ("surgery", 0.15)],
        [("side_effects", 0.28), ("greet", 0.27), ("hormone_therapy", 0.09)],
        [("out_of_scope", 0.28), ("side_effects", 0.27)],
        [("greet", 0.2)],
    ],
)
def test_the_buttons_counted_are_those_a_person_is_offered(text: str, ranking: list[tuple[str, float]]) -> None:
    library = Library.load()
    ranking = [("nlu_fallback", 0.3), *ranking]
    parsed = {
        "text": text,
        "intent": {"name": "nlu_fallback"},
        "intent_ranking": [{"name": name, "confidence": confidence} for name, confidence in ranking],
    }
    dispatcher = CollectingDispatcher()
    ActionFallback().respond(dispatcher, Tracker("someone", {}, parsed, [], False, None, {}, "action_listen"))
    shown = [button["title"] for message in dispatcher.messages for button in message["buttons"]]
    labels = {answer.label: topic for topic, answer in library.answers.items()}
    counted = buttons_offered(text, Parse("nlu_fallback", tuple(ranking), "none", (), 0.0), frozenset(library.answers))
    assert [labels[title] for title in shown if title in labels] == list(counted)


def test_an_emergency_shown_for_a_crisis_is_at_least_as_urgent_but_not_the_reverse() -> None:
    crisis = Outcome(Case("...", Urgency.crisis), Urgency.emergency, (), 1.0)
    emergency = Outcome(Case("...", Urgency.emergency), Urgency.crisis, (), 1.0)
    assert Outcomes([crisis, emergency]).recall == Rate(1, 2)


def test_a_soon_shown_as_nothing_is_a_miss_but_no_hazard() -> None:
    missed = [Outcome(Case("...", wanted), Urgency.none, (), 1.0) for wanted in (Urgency.soon, Urgency.urgent)]
    assert Outcomes(missed).hazards == Rate(1, 1)
    assert Outcomes(missed).recall == Rate(0, 2)


def test_a_carer_tells_it_in_the_third_person() -> None:
    tell = Variants.load().ways()["told by a carer"]
    assert (
        tell("I've got a pain in my chest and I feel faint")
        == "my mum has got a pain in her chest and my mum feels faint"
    )
    assert tell("I'm scared my husband will hurt me") == "my mum is scared my husband will hurt her"


def test_a_slip_of_the_thumb_is_the_same_one_every_time() -> None:
    ways = Variants.load().ways()
    for name in ("letters swapped", "a letter missing"):
        assert ways[name]("sudden chest pain") == ways[name]("sudden chest pain") != "sudden chest pain"


def test_the_table_tells_goal_change_and_what_is_missed() -> None:
    before = Baseline("2026-01-01", {"a": Rate(45, 50)}, 5.0)
    line = headline({"a": Figure("Right", 0.9)}, {"a": Rate(44, 50)}, Rate.wilson, before)[-1]
    assert line == "| Right | **88.0 %** | 76.2 to 94.4 | 44 of 50 | at least 90 % | **no** | -2.0 points |"
