"""Rasa component: a message in another language is told so in that language, not answered by guesswork."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from companion.content.library import Library
from companion.nlu.language import foreign_language

__all__ = ["LANGUAGE", "OTHER_LANGUAGE", "LanguageDetector"]

LANGUAGE = "language"
OTHER_LANGUAGE = "other_language"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class LanguageDetector(GraphComponent):
    """Sets the intent `other_language` and the output property `language`, for the languages of languages.yml."""

    def __init__(self, languages: frozenset[str]) -> None:
        self._languages = languages

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LanguageDetector:
        """Reads the languages from the content folder."""
        return cls(frozenset(Library.load().languages))

    def process(self, messages: list[Message]) -> list[Message]:
        """Overrides the intent of messages that are surely not English."""
        for message in messages:
            language = foreign_language(message.get(TEXT) or "", self._languages)
            if language is not None:
                intent = {"name": OTHER_LANGUAGE, "confidence": 1.0}
                message.set(INTENT, intent, add_to_output=True)
                message.set(INTENT_RANKING_KEY, [intent, *message.get(INTENT_RANKING_KEY, [])], add_to_output=True)
                message.set(LANGUAGE, language, add_to_output=True)
        return messages
