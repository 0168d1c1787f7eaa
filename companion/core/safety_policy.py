"""Policy: danger goes first, in every state of the conversation; where a person holds it, nothing else is said."""

from __future__ import annotations

from typing import Any

from rasa.core.featurizers.tracker_featurizers import TrackerFeaturizer
from rasa.core.policies.policy import Policy, PolicyPrediction, SupportedData
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.generator import TrackerWithCachedStates
from rasa.shared.core.trackers import DialogueStateTracker

from companion.content.library import Library
from companion.core.hand_off_policy import claimed
from companion.core.this_turn import ESCALATION, NUMBERS, this_turn
from companion.dialogue.hand_off import Claim
from companion.dialogue.hand_off_state import CALL_FIRST
from companion.dialogue.subject import FOLLOW_UP, PERSONAL_ADVICE

__all__ = ["ESCALATION", "HELD", "SafetyPolicy"]

#: In a message's metadata: the reference of the case whose assignee holds the chat.
HELD = "held"
_ANSWER = "action_answer"
#: What else is said after a less urgent escalation, as the rules say it without one. Symptoms and distress are answered
#: by the escalation itself.
_THEN = {
    FOLLOW_UP: _ANSWER,
    PERSONAL_ADVICE: _ANSWER,
    "tell_me_more": "action_tell_more",
    "talk_to_human": NUMBERS,
}
#: Above RulePolicy (4 in Rasa 3.6), so that no rule, form or story comes before the escalation.
_PRIORITY = 7


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=False)
class SafetyPolicy(Policy):
    """Predicts `utter_escalation` right after a message with a red flag, before anything else is said.

    The text is uttered inside the Rasa server: it needs no action server and no network.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Only its priority."""
        return {"priority": _PRIORITY}

    @staticmethod
    def supported_data() -> SupportedData:
        """Learns nothing."""
        return SupportedData.ML_AND_RULE_DATA

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        featurizer: TrackerFeaturizer | None = None,
    ) -> None:
        super().__init__(config, model_storage, resource, execution_context, featurizer)
        self._library = Library.load()

    def train(self, training_trackers: list[TrackerWithCachedStates], domain: Domain, **kwargs: Any) -> Resource:
        """Nothing to learn."""
        return self._resource

    def predict_action_probabilities(
        self, tracker: DialogueStateTracker, domain: Domain, **kwargs: Any
    ) -> PolicyPrediction:
        """`utter_escalation`, then what else was asked, or the person's turn; the person's turn at once where somebody
        of the staff holds the chat; no opinion otherwise."""
        message, actions = this_turn(tracker)
        parsed = message.parse_data if message else {}
        held = message is not None and bool(message.metadata.get(HELD))
        if message is None or not (parsed.get("red_flags") or held):
            return self._prediction(self._default_predictions(domain))
        if parsed.get("red_flags") and ESCALATION not in actions:
            return self._choose(ESCALATION, domain)
        if held:
            return self._choose(ACTION_LISTEN_NAME, domain)
        if parsed.get("urgency") in CALL_FIRST:
            # The person is to make a call, not to read on; their question can be asked again.
            return self._choose(ACTION_LISTEN_NAME, domain)
        whose = claimed(tracker, message, self._library)
        then = _ANSWER if message.intent_name in self._library.answers else _THEN.get(message.intent_name or "")
        if then is not None and then not in actions and whose is not Claim.OURS:
            return self._choose(then, domain)
        if then == NUMBERS or whose is not Claim.NOT_OURS:
            # The hand-off asks its question, again, below the escalation.
            return self._prediction(self._default_predictions(domain))
        return self._choose(ACTION_LISTEN_NAME, domain)

    def _choose(self, action: str, domain: Domain) -> PolicyPrediction:
        probabilities = self._default_predictions(domain)
        probabilities[domain.index_for_action(action)] = 1.0
        return self._prediction(probabilities)
