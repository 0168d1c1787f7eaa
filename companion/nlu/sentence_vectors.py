"""Rasa component: a vector for the message and for each of its parts."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from companion.encoder import SentenceEncoder, built_encoder
from companion.nlu.splitting import split_message

__all__ = ["ENCODER", "PARTS", "VECTOR", "Part", "SentenceVectors"]

VECTOR = "sentence_vector"
PARTS = "parts"
#: The encoder itself travels with an incoming message: components after this one share it.
ENCODER = "encoder"


@dataclass(frozen=True)
class Part:
    """A piece of a message and its vector of shape (384,)."""

    text: str
    vector: np.ndarray


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class SentenceVectors(GraphComponent):
    """Sets `sentence_vector` (shape (384,)) and `parts` on each message; the encoder is stored with the model."""

    def __init__(self, encoder: SentenceEncoder | None, storage: ModelStorage, resource: Resource) -> None:
        self._encoder = encoder
        self._storage = storage
        self._resource = resource

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceVectors:
        """A component whose encoder `train` will build."""
        return cls(None, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> SentenceVectors:
        """The component with the encoder of the trained model."""
        with model_storage.read_from(resource) as folder:
            return cls(SentenceEncoder(folder), model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Builds the encoder into the model. Raises `EncoderMissingError` where its weights are not installed."""
        with self._storage.write_to(self._resource) as folder:
            shutil.copytree(built_encoder(), folder, dirs_exist_ok=True)
            self._encoder = SentenceEncoder(folder)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Sets the vectors of all examples, in batches."""
        examples = [message for message in training_data.training_examples if message.get(TEXT)]
        for message, vector in zip(examples, self._encode([one.get(TEXT) for one in examples]), strict=True):
            message.set(VECTOR, vector)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets the vectors of incoming messages and of their parts."""
        for message in messages:
            text = message.get(TEXT) or ""
            texts = split_message(text)
            whole, *parts = self._encode([text, *texts]) if texts != [text] else self._encode([text]).repeat(2, axis=0)
            message.set(ENCODER, self._encoder)
            message.set(VECTOR, whole)
            message.set(PARTS, [Part(part, vector) for part, vector in zip(texts, parts, strict=True)])
        return messages

    def _encode(self, texts: Sequence[str]) -> np.ndarray:
        if self._encoder is None:
            raise RuntimeError("the encoder is built in train() or read in load(); neither has run")
        return self._encoder.encode(texts)
