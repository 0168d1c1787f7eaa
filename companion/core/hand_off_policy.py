"""Policy: while a request for a person is being put together, the hand-off has the word, after danger."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from rasa.core.featurizers.tracker_featurizers import TrackerFeaturizer
from rasa.core.policies.policy import Policy, PolicyPrediction, SupportedData
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered
from rasa.shared.core.generator import TrackerWithCachedStates
from rasa.shared.core.trackers import DialogueStateTracker

from companion.content.library import Library
from companion.core.conversation import before_the_last_message, last_offer
from companion.core.this_turn import HAND_OFF, NUMBERS, this_turn
from companion.dialogue.hand_off import Claim, claim
from companion.dialogue.said import Said, asks_otherwise

__all__ = ["HandOffPolicy", "claimed"]

_SLOT = "hand_off"
#: Below SafetyPolicy (7), above RulePolicy (4 in Rasa 3.6).
_PRIORITY = 5


def claimed(tracker: DialogueStateTracker, message: UserUttered, library: Library) -> Claim:
    """Whose the person's last message is, by the slot and by what was said before it."""
    slot = tracker.get_slot(_SLOT)
    # Writing out all events costs more than the rest of a turn's policies, and most chats ask for nobody.
    offered = last_offer(before_the_last_message(_events(tracker))) if slot else ()
    said = Said.of(message.parse_data, offered, library)
    return claim(slot, said, datetime.fromtimestamp(message.timestamp, timezone.utc))


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=False)
class HandOffPolicy(Policy):
    """Predicts `action_hand_off`: for a message that is the hand-off's, after the ordinary answer to any other, and
    after the numbers to call.

    Not a form of Rasa's: a form asks on at whatever is said. Here one pure function decides whose a message is.
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
        """`action_hand_off`, or the person's turn once it has spoken; no opinion where others have the word."""
        message, actions = this_turn(tracker)
        if message is None:
            return self._prediction(self._default_predictions(domain))
        if HAND_OFF in actions:
            return self._choose(ACTION_LISTEN_NAME, domain)
        if NUMBERS in actions:
            return self._choose(HAND_OFF, domain)
        whose = claimed(tracker, message, self._library)
        if whose is Claim.NOT_OURS or (whose is Claim.AFTER and not actions):
            return self._prediction(self._default_predictions(domain))
        if whose is Claim.AFTER and asks_otherwise(last_offer(_events(tracker)), self._library):
            # Two questions at once would leave a "yes" unclear.
            return self._choose(ACTION_LISTEN_NAME, domain)
        return self._choose(HAND_OFF, domain)

    def _choose(self, action: str, domain: Domain) -> PolicyPrediction:
        probabilities = self._default_predictions(domain)
        probabilities[domain.index_for_action(action)] = 1.0
        return self._prediction(probabilities)


def _events(tracker: DialogueStateTracker) -> list[dict[str, Any]]:
    return [event.as_dict() for event in tracker.applied_events()]
