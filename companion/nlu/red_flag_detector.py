"""Rasa component: the danger a message describes. Adds `urgency` and `red_flags` to every parse."""

from __future__ import annotations

from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from companion.content import Library
from companion.encoder import SentenceEncoder, built_encoder
from companion.nlu.sentence_vectors import ENCODER, VECTOR
from companion.safety import Detector, Triage, train_detector
from companion.settings import ROOT

__all__ = ["RED_FLAGS", "URGENCY", "RedFlagDetector"]

URGENCY = "urgency"
RED_FLAGS = "red_flags"
_FILE = "danger.npz"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class RedFlagDetector(GraphComponent):
    """Runs the triage on every message, whatever its intent and whatever form is active."""

    def __init__(self, triage: Triage, storage: ModelStorage, resource: Resource) -> None:
        self._triage = triage
        self._storage = storage
        self._resource = resource
        # Our own words, which somebody tapped: read by the rules alone.
        self._typed = Library.load().typed_buttons

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> RedFlagDetector:
        """Reads the rules from content/red_flags.yml; `train` adds the detector for wording that no rule lists."""
        return cls(Triage.load(ROOT), model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> RedFlagDetector:
        """The rules as they are now, and the detector of the trained model."""
        with model_storage.read_from(resource) as folder:
            return cls(Triage.load(ROOT, Detector.load(folder / _FILE)), model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Learns from data/safety, the rules' examples, and the topics' examples as no danger."""
        encoder = SentenceEncoder(built_encoder())
        # The topics' examples have their vectors already; most of the work is done.
        known = {one.get(TEXT): one.get(VECTOR) for one in training_data.training_examples}

        def encode(texts: list[str]) -> np.ndarray:
            new = [text for text in dict.fromkeys(texts) if text not in known]
            vectors = {**known, **dict(zip(new, encoder.encode_deep(new), strict=True))}
            return np.vstack([vectors[text] for text in texts])

        with self._storage.write_to(self._resource) as folder:
            train_detector(ROOT, self._triage, encode).save(folder / _FILE)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets `urgency` (a level's name) and `red_flags` (most urgent first) as the public contract says."""
        for message in messages:
            text = message.get(TEXT) or ""
            encoder: SentenceEncoder = message.get(ENCODER)
            tapped = text.strip().lower() in self._typed
            vectors = None if tapped else encoder.encode_deep(self._triage.pieces(text))
            assessment = self._triage.assess(text, vectors)
            message.set(URGENCY, assessment.urgency.value, add_to_output=True)
            flags = [{"id": hit.id, "urgency": hit.urgency.value, "text": hit.text} for hit in assessment.hits]
            message.set(RED_FLAGS, flags, add_to_output=True)
        return messages
