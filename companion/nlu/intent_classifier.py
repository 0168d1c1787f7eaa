"""Rasa component: the intent of a message, the questions it holds, and whether we know enough to answer."""

from __future__ import annotations

from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from companion.content.library import Library
from companion.dialogue.subject import FOLLOW_UP, PERSONAL_ADVICE
from companion.nlu.intent_model import ADVICE, IntentModel, Sample
from companion.nlu.sentence_vectors import PARTS, READING, Part
from companion.nlu.splitting import is_question
from companion.nlu.term_extractor import TERMS, topic_terms

__all__ = ["QUESTIONS", "TopicClassifier"]

#: Output property: the questions of the message in order, each {"text", "intent", "confidence", "start"}.
QUESTIONS = "questions"
_KINDS = {
    PERSONAL_ADVICE: ADVICE,
    "out_of_scope": "not_ours",
    "report_symptom": "felt",
    "express_distress": "felt",
}
_RANKING_LENGTH = 10
_MAX_QUESTIONS = 5
#: Messages of more words are stories with a question in them.
_STORY_WORDS = 50
#: How much surer a question by itself must be than the whole message it stands in.
_CLEARER = 0.3


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TopicClassifier(GraphComponent):
    """Our intent classifier.

    Quick replies are recognised by their exact words. Everything else goes through `IntentModel`; below `threshold`, or
    where the two likeliest are closer than `ambiguity`, the intent is `nlu_fallback`.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`threshold`, `ambiguity`: probabilities; `second_question`: the least sure that a further question may be."""
        return {"threshold": 0.25, "ambiguity": 0.02, "second_question": 0.6}

    def __init__(
        self,
        config: dict[str, Any],
        storage: ModelStorage,
        resource: Resource,
        *,
        model: IntentModel | None = None,
    ) -> None:
        self._config = {**self.get_default_config(), **config}
        self._storage = storage
        self._resource = resource
        self._model = model
        library = Library.load()
        # Read at start, not stored: a new label on a button needs no training.
        self._typed = library.typed_buttons
        self._topics = frozenset(library.answers)

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> TopicClassifier:
        """A classifier to be trained."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> TopicClassifier:
        """The trained classifier."""
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, model=IntentModel.load(folder / "intents.npz"))

    def train(self, training_data: TrainingData) -> Resource:
        """Learns from the examples, which `SentenceVectors` and `TermExtractor` have prepared."""
        examples = [one for one in training_data.intent_examples if one.get(TEXT)]
        samples = [Sample(one.get(READING), one.get(TERMS, ())) for one in examples]
        labels = [one.get(INTENT) for one in examples]
        self._model = IntentModel.train(samples, labels, {label: self._kind(label) for label in labels})
        with self._storage.write_to(self._resource) as folder:
            self._model.save(folder / "intents.npz")
        return self._resource

    def _kind(self, intent: str) -> str:
        """What kind of message an intent is: the first thing the model decides."""
        return "topic" if intent in self._topics else _KINDS.get(intent, "talk")

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets `intent`, `intent_ranking` and `questions`."""
        for message in messages:
            text = message.get(TEXT) or ""
            typed = self._typed.get(text.strip().lower())
            if typed is not None:
                self._set(message, [{"name": typed, "confidence": 1.0}], [])
            else:
                self._classify(message, text)
        return messages

    def _classify(self, message: Message, text: str) -> None:
        assert self._model is not None, "the model is trained in train() or read in load(); neither has run"
        parts: list[Part] = message.get(PARTS)
        spans = _spans(text, parts)
        entities = message.get(ENTITIES, [])
        whole = Sample(message.get(READING), message.get(TERMS, ()))
        pieces = [
            Sample(part.reading, topic_terms(entities, start, start + len(part.text)))
            for part, start in zip(parts, spans, strict=True)
        ]
        whole_probabilities, *probabilities = self._model.probabilities([whole, *pieces])
        ranking = self._rank(whole_probabilities)
        questions = self._questions(parts, spans, probabilities) if len(parts) > 1 else []
        if questions:
            best = max(questions, key=lambda question: question["confidence"])
            clearer = best["confidence"] - ranking[0]["confidence"] > _CLEARER
            # A long story blurs the whole, and so does distress; the question inside it is clear by itself.
            if clearer or len(text.split()) > _STORY_WORDS or not self._knows(ranking):
                index = next(i for i, start in enumerate(spans) if start == best["start"])
                ranking = self._rank(probabilities[index])
        if not self._knows(ranking):
            ranking = [{"name": DEFAULT_NLU_FALLBACK_INTENT_NAME, "confidence": self._config["threshold"]}, *ranking]
        self._set(message, ranking, questions)

    def _questions(self, parts: list[Part], spans: list[int], probabilities: list[np.ndarray]) -> list[dict[str, Any]]:
        """Parts that each ask something we are sure of, one an intent."""
        questions: dict[str, dict[str, Any]] = {}
        for part, start, row in zip(parts, spans, probabilities, strict=True):
            top = self._rank(row)[0]
            answerable = top["name"] in self._topics or top["name"] == PERSONAL_ADVICE
            # "What is letrozole? What are its side effects?": the second leans on the first.
            answerable = answerable or (top["name"] == FOLLOW_UP and bool(questions))
            if is_question(part.text) and answerable and top["confidence"] >= self._config["second_question"]:
                question = {"text": part.text, "intent": top["name"], "confidence": top["confidence"], "start": start}
                questions.setdefault(top["name"], question)
        return list(questions.values())[:_MAX_QUESTIONS]

    def _rank(self, probabilities: np.ndarray) -> list[dict[str, Any]]:
        assert self._model is not None
        order = np.argsort(probabilities)[::-1][:_RANKING_LENGTH]
        return [{"name": self._model.intents[i], "confidence": float(probabilities[i])} for i in order]

    def _knows(self, ranking: list[dict[str, Any]]) -> bool:
        first, second = ranking[0]["confidence"], ranking[1]["confidence"]
        return first >= self._config["threshold"] and first - second >= self._config["ambiguity"]

    @staticmethod
    def _set(message: Message, ranking: list[dict[str, Any]], questions: list[dict[str, Any]]) -> None:
        message.set(INTENT, ranking[0], add_to_output=True)
        message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        # One question is the message itself.
        message.set(QUESTIONS, questions if len(questions) > 1 else [], add_to_output=True)


def _spans(text: str, parts: list[Part]) -> list[int]:
    """Where each part begins in the message."""
    starts, position = [], 0
    for part in parts:
        position = max(text.find(part.text, position), 0)
        starts.append(position)
    return starts
