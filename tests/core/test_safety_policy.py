"""The order of things when somebody is in danger."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from rasa.core.policies.rule_policy import RulePolicy
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

from companion.core.safety_policy import SafetyPolicy
from companion.core.this_turn import ESCALATION, NUMBERS
from tests.core.conftest import OPEN, tracker_of, wrote

LISTEN, ANSWER = "action_listen", "action_answer"
FEVER = ("fever_on_treatment", "urgent")


@pytest.fixture(scope="module")
def policy() -> SafetyPolicy:
    """The policy as Rasa makes it."""
    context: Any = SimpleNamespace(is_finetuning=False)
    nothing: Any = None
    return SafetyPolicy(SafetyPolicy.get_default_config(), nothing, nothing, context)


def chosen(policy: SafetyPolicy, tracker: DialogueStateTracker, domain: Domain) -> str | None:
    """The action that the policy insists on, or None where it has no opinion."""
    prediction = policy.predict_action_probabilities(tracker, domain)
    if max(prediction.probabilities) == 0:
        return None
    return domain.action_names_or_texts[prediction.probabilities.index(max(prediction.probabilities))]


def test_it_comes_before_rules_and_stories() -> None:
    assert SafetyPolicy.get_default_config()["priority"] > RulePolicy.get_default_config()["priority"]


@pytest.mark.parametrize("urgency", ["emergency", "crisis", "safeguarding", "urgent", "soon", "support"])
@pytest.mark.parametrize(
    "intent", ["chemotherapy", "greet", "nlu_fallback", "other_language", "out_of_scope", "affirm"]
)
def test_the_escalation_comes_first_whatever_was_asked(
    urgency: str, intent: str, policy: SafetyPolicy, domain: Domain
) -> None:
    tracker = tracker_of(domain, LISTEN, wrote("…", intent, ("chest_pain", urgency)))
    assert chosen(policy, tracker, domain) == ESCALATION


@pytest.mark.parametrize("urgency", ["emergency", "crisis", "safeguarding", "urgent"])
def test_who_must_call_now_gets_nothing_to_read(urgency: str, policy: SafetyPolicy, domain: Domain) -> None:
    tracker = tracker_of(domain, LISTEN, wrote("…", "chemotherapy", ("chest_pain", urgency)), ESCALATION)
    assert chosen(policy, tracker, domain) == LISTEN


@pytest.mark.parametrize("urgency", ["soon", "support"])
def test_where_there_is_time_the_question_is_answered_too(urgency: str, policy: SafetyPolicy, domain: Domain) -> None:
    message = wrote("…", "chemotherapy", ("onj", urgency))
    assert chosen(policy, tracker_of(domain, LISTEN, message, ESCALATION), domain) == ANSWER
    assert chosen(policy, tracker_of(domain, LISTEN, message, ESCALATION, ANSWER), domain) == LISTEN


@pytest.mark.parametrize(
    ("intent", "then"),
    [
        ("follow_up", ANSWER),
        ("tell_me_more", "action_tell_more"),
        ("personal_medical_advice", "action_answer"),
    ],
)
def test_what_else_was_wanted_comes_after_it(intent: str, then: str, policy: SafetyPolicy, domain: Domain) -> None:
    message = wrote("…", intent, ("onj", "soon"))
    assert chosen(policy, tracker_of(domain, LISTEN, message, ESCALATION), domain) == then
    assert chosen(policy, tracker_of(domain, LISTEN, message, ESCALATION, then), domain) == LISTEN


def test_without_a_question_it_ends_with_the_escalation(policy: SafetyPolicy, domain: Domain) -> None:
    tracker = tracker_of(domain, LISTEN, wrote("…", "report_symptom", ("onj", "soon")), ESCALATION)
    assert chosen(policy, tracker, domain) == LISTEN


def test_it_has_no_opinion_where_there_is_no_danger(policy: SafetyPolicy, domain: Domain) -> None:
    assert chosen(policy, tracker_of(domain, LISTEN, wrote("…", "chemotherapy")), domain) is None
    assert chosen(policy, tracker_of(domain), domain) is None


def test_an_earlier_danger_does_not_take_over_later_turns(policy: SafetyPolicy, domain: Domain) -> None:
    tracker = tracker_of(domain, LISTEN, wrote("…", "greet", FEVER), ESCALATION, LISTEN, wrote("…", "chemotherapy"))
    assert chosen(policy, tracker, domain) is None


def test_a_second_danger_is_escalated_again(policy: SafetyPolicy, domain: Domain) -> None:
    again = wrote("…", "greet", FEVER)
    tracker = tracker_of(domain, LISTEN, wrote("…", "greet", FEVER), ESCALATION, LISTEN, again)
    assert chosen(policy, tracker, domain) == ESCALATION


def test_slots_set_in_between_change_nothing(policy: SafetyPolicy, domain: Domain) -> None:
    message = wrote("…", "chemotherapy", ("onj", "soon"))
    tracker = tracker_of(domain, LISTEN, message, ESCALATION, ANSWER, SlotSet("subject", "chemotherapy"))
    assert chosen(policy, tracker, domain) == LISTEN


def test_after_the_numbers_to_call_the_hand_off_has_the_word(policy: SafetyPolicy, domain: Domain) -> None:
    message = wrote("…", "talk_to_human", ("onj", "soon"))
    assert chosen(policy, tracker_of(domain, LISTEN, message, ESCALATION), domain) == NUMBERS
    assert chosen(policy, tracker_of(domain, LISTEN, message, ESCALATION, NUMBERS), domain) is None


@pytest.mark.parametrize("urgency", ["emergency", "crisis", "safeguarding", "urgent"])
def test_in_a_hand_off_danger_ends_the_turn(urgency: str, domain: Domain, policy: SafetyPolicy) -> None:
    message = wrote("…", "greet", ("chest_pain", urgency))
    assert chosen(policy, tracker_of(domain, OPEN, LISTEN, message), domain) == ESCALATION
    assert chosen(policy, tracker_of(domain, OPEN, LISTEN, message, ESCALATION), domain) == LISTEN


@pytest.mark.parametrize("urgency", ["soon", "support"])
def test_in_a_hand_off_lesser_danger_comes_first_and_then_its_question(
    urgency: str, domain: Domain, policy: SafetyPolicy
) -> None:
    message = wrote("…", "nlu_fallback", ("distress_high", urgency))
    assert chosen(policy, tracker_of(domain, OPEN, LISTEN, message), domain) == ESCALATION
    assert chosen(policy, tracker_of(domain, OPEN, LISTEN, message, ESCALATION), domain) is None


def test_a_topic_in_a_hand_off_is_answered_between_escalation_and_question(
    domain: Domain, policy: SafetyPolicy
) -> None:
    message = wrote("what is chemotherapy?", "chemotherapy", ("onj", "soon"))
    assert chosen(policy, tracker_of(domain, OPEN, LISTEN, message, ESCALATION), domain) == ANSWER
    assert chosen(policy, tracker_of(domain, OPEN, LISTEN, message, ESCALATION, ANSWER), domain) is None
