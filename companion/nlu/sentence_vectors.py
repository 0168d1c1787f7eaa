"""Rasa component: the message and each of its parts, read: rightly spelt, with a vector."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from companion.encoder import built_encoder
from companion.nlu.reading import Reader, Reading
from companion.nlu.splitting import split_message

__all__ = ["ENCODER", "PARTS", "READING", "VECTOR", "Part", "SentenceVectors"]

READING = "reading"
PARTS = "parts"
#: The vector of a training example as it was typed, shape (1152,): what the danger detector learns from.
VECTOR = "sentence_vector"
#: The encoder itself travels with an incoming message: components after this one share it.
ENCODER = "encoder"


@dataclass(frozen=True)
class Part:
    """A piece of a message as it was typed, and how it is read."""

    text: str
    reading: Reading


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class SentenceVectors(GraphComponent):
    """Sets `reading` and `parts` on each message; encoder and spelling are stored with the model."""

    def __init__(self, reader: Reader | None, storage: ModelStorage, resource: Resource) -> None:
        self._made: Reader | None = reader
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
        """A component whose reader `train` will make."""
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
        """The component with the reader of the trained model."""
        with model_storage.read_from(resource) as folder:
            return cls(Reader.load(folder), model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Builds the encoder into the model, and learns how the examples' words are spelt.

        Raises `EncoderMissingError` where the encoder's weights are not installed.
        """
        texts = [one.get(TEXT) for one in training_data.intent_examples if one.get(TEXT)]
        with self._storage.write_to(self._resource) as folder:
            shutil.copytree(built_encoder(), folder, dirs_exist_ok=True)
            self._made = Reader.learn(folder, texts)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Sets the readings and vectors of all examples."""
        examples = [message for message in training_data.training_examples if message.get(TEXT)]
        texts = [message.get(TEXT) for message in examples]
        readings = self._reader.read_all(texts)
        changed = [text for text, reading in zip(texts, readings, strict=True) if text != reading.text]
        as_typed = dict(zip(changed, self._reader.encoder.encode_deep(changed), strict=True))
        for message, text, reading in zip(examples, texts, readings, strict=True):
            message.set(READING, reading)
            message.set(VECTOR, as_typed.get(text, reading.vector))
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets the readings of incoming messages and of their parts."""
        for message in messages:
            text = message.get(TEXT) or ""
            message.set(ENCODER, self._reader.encoder)
            parts = split_message(text)
            whole, *readings = self._reader.read_all([text, *parts])
            message.set(READING, whole)
            message.set(PARTS, [Part(*pair) for pair in zip(parts, readings, strict=True)])
        return messages

    @property
    def _reader(self) -> Reader:
        if self._made is None:
            raise RuntimeError("the reader is made in train() or load(); neither has run")
        return self._made
