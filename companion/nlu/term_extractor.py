"""Rasa component: the medicines, treatments, places in the body and receptor types a message names."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from companion.content import country_stated
from companion.content.library import Library

__all__ = ["TERMS", "TermExtractor", "topic_terms"]

TERMS = "terms"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class TermExtractor(GraphComponent, EntityExtractorMixin):
    """Entities from content/medicines.yml and content/terms.yml, misspelt ones too. Nothing is trained."""

    def __init__(self, library: Library) -> None:
        self._finder = library.term_finder()
        self._helplines = library.helplines
        self._topic = {name: medicine.topic for name, medicine in library.medicines.items()}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> TermExtractor:
        """Reads the terms from the content folder."""
        return cls(Library.load())

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Names the terms of all examples, for the intent classifier."""
        for message in training_data.training_examples:
            if message.get(TEXT):
                message.set(TERMS, topic_terms(self._entities(message.get(TEXT))))
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds the entities of incoming messages, and the country that the person says they are in."""
        for message in messages:
            text = message.get(TEXT) or ""
            entities = self._entities(text)
            message.set(TERMS, topic_terms(entities))
            country = country_stated(self._helplines, [text])
            if country is not None:
                entities.append({"entity": "country", "value": country, "start": 0, "end": len(text)})
            message.set(ENTITIES, message.get(ENTITIES, []) + self.add_extractor_name(entities), add_to_output=True)
        return messages

    def _entities(self, text: str) -> list[dict[str, Any]]:
        return [
            {
                "entity": term.kind,
                "value": term.value,
                "start": term.start,
                "end": term.end,
                "topic": self._topic.get(term.value, term.value),
            }
            for term in self._finder.find(text)
        ]


def topic_terms(entities: list[dict[str, Any]], start: int = 0, end: int | None = None) -> tuple[str, ...]:
    """What the intent classifier sees of the terms between two places of a message: "kind:topic".

    A medicine counts as one of its topic, so that one that no example names is understood as its neighbours are.
    """
    inside = [one for one in entities if start <= one["start"] and (end is None or one["end"] <= end)]
    return tuple(sorted({f"{one['entity']}:{one['topic']}" for one in inside if "topic" in one}))
