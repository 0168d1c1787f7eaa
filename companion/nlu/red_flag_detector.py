"""Rasa component: the danger a message describes. Adds `urgency` and `red_flags` to every parse."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from companion.nlu.sentence_vectors import ENCODER
from companion.safety import Triage
from companion.settings import ROOT

__all__ = ["RED_FLAGS", "URGENCY", "RedFlagDetector"]

URGENCY = "urgency"
RED_FLAGS = "red_flags"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class RedFlagDetector(GraphComponent):
    """Runs the triage on every message, whatever its intent and whatever form is active."""

    def __init__(self, triage: Triage) -> None:
        self._triage = triage

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> RedFlagDetector:
        """Reads the rules from content/red_flags.yml."""
        return cls(Triage.load(ROOT))

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets `urgency` (a level's name) and `red_flags` (most urgent first) as the public contract says."""
        for message in messages:
            text = message.get(TEXT) or ""
            encoder = message.get(ENCODER)
            vectors = encoder.encode(self._triage.pieces(text)) if encoder and text else None
            assessment = self._triage.assess(text, vectors)
            message.set(URGENCY, assessment.urgency.value, add_to_output=True)
            flags = [{"id": hit.id, "urgency": hit.urgency.value, "text": hit.text} for hit in assessment.hits]
            message.set(RED_FLAGS, flags, add_to_output=True)
        return messages
