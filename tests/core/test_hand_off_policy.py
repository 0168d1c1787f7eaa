"""Who has the word while a request for a person is being put together."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from rasa.core.policies.rule_policy import RulePolicy
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

from companion.core.hand_off_policy import HandOffPolicy
from companion.core.safety_policy import SafetyPolicy
from companion.core.this_turn import ESCALATION, HAND_OFF, NUMBERS
from tests.core.conftest import OPEN, tracker_of, wrote

LISTEN, ANSWER = "action_listen", "action_answer"
FIGURES = [{"title": text, "payload": text} for text in ("Yes, show general figures", "No, I would rather not know")]


@pytest.fixture(scope="module")
def policy() -> HandOffPolicy:
    """The policy as Rasa makes it."""
    context: Any = SimpleNamespace(is_finetuning=False)
    nothing: Any = None
    return HandOffPolicy(HandOffPolicy.get_default_config(), nothing, nothing, context)


def chosen(policy: HandOffPolicy, tracker: DialogueStateTracker, domain: Domain) -> str | None:
    """The action that the policy insists on, or None where it has no opinion."""
    prediction = policy.predict_action_probabilities(tracker, domain)
    if max(prediction.probabilities) == 0:
        return None
    return domain.action_names_or_texts[prediction.probabilities.index(max(prediction.probabilities))]


def test_it_comes_after_danger_and_before_rules() -> None:
    mine, safety, rules = (one.get_default_config()["priority"] for one in (HandOffPolicy, SafetyPolicy, RulePolicy))
    assert safety > mine > rules


def test_without_a_request_it_has_no_opinion(policy: HandOffPolicy, domain: Domain) -> None:
    assert chosen(policy, tracker_of(domain), domain) is None
    for intent in ("greet", "chemotherapy", "affirm", "deny", "nlu_fallback"):
        assert chosen(policy, tracker_of(domain, LISTEN, wrote("yes", intent)), domain) is None


def test_after_the_numbers_to_call_comes_the_offer(policy: HandOffPolicy, domain: Domain) -> None:
    message = wrote("a nurse please", "talk_to_human")
    assert chosen(policy, tracker_of(domain, LISTEN, message), domain) is None
    assert chosen(policy, tracker_of(domain, LISTEN, message, NUMBERS), domain) == HAND_OFF
    assert chosen(policy, tracker_of(domain, LISTEN, message, NUMBERS, HAND_OFF), domain) == LISTEN


@pytest.mark.parametrize("intent", ["affirm", "deny", "stop", "nlu_fallback", "talk_to_human"])
def test_an_answer_is_the_hand_offs_whatever_its_intent(intent: str, policy: HandOffPolicy, domain: Domain) -> None:
    message = wrote("no", intent)
    assert chosen(policy, tracker_of(domain, OPEN, LISTEN, message), domain) == HAND_OFF
    assert chosen(policy, tracker_of(domain, OPEN, LISTEN, message, HAND_OFF), domain) == LISTEN


def test_another_question_is_answered_as_always_and_then_ours_is_asked(policy: HandOffPolicy, domain: Domain) -> None:
    message = wrote("what is chemotherapy?", "chemotherapy")
    assert chosen(policy, tracker_of(domain, OPEN, LISTEN, message), domain) is None
    assert chosen(policy, tracker_of(domain, OPEN, LISTEN, message, ANSWER), domain) == HAND_OFF


def test_where_the_answer_ends_with_a_question_ours_waits(policy: HandOffPolicy, domain: Domain) -> None:
    asks = BotUttered("Would you like figures?", {"buttons": FIGURES})
    question = wrote("how long do people live?", "prognosis_life_expectancy")
    so_far = (OPEN, LISTEN, question, ANSWER, asks)
    assert chosen(policy, tracker_of(domain, *so_far), domain) == LISTEN
    assert chosen(policy, tracker_of(domain, *so_far, LISTEN, wrote("yes", "affirm")), domain) is None


def test_below_an_escalation_it_goes_on(policy: HandOffPolicy, domain: Domain) -> None:
    message = wrote("I can't stop crying", "express_distress", ("distress_high", "support"))
    assert chosen(policy, tracker_of(domain, OPEN, LISTEN, message, ESCALATION), domain) == HAND_OFF


def test_a_slot_that_cannot_be_read_keeps_nobody_from_an_answer(policy: HandOffPolicy, domain: Domain) -> None:
    broken = SlotSet("hand_off", {"step": "of an older release"})
    assert chosen(policy, tracker_of(domain, broken, LISTEN, wrote("hello", "greet")), domain) is None
