"""Cross-validates the intent model on data/nlu: every training example is judged by a model that did not see it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
import yaml
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.loading import load_data

from companion.content.library import Library
from companion.evaluation.progress import shown
from companion.evaluation.questions import Question, part_of
from companion.evaluation.trained_model import Parse, TrainedModel
from companion.evaluation.understanding import FALLBACK, Result, Scores
from companion.nlu.intent_classifier import TopicClassifier
from companion.nlu.intent_model import IntentModel, Sample
from companion.nlu.reading import Reader
from companion.nlu.term_extractor import TERMS, TermExtractor
from companion.settings import ROOT

__all__ = ["cross_validate"]


@dataclass(frozen=True)
class _Limits:
    """Below `threshold`, or with the two likeliest closer than `ambiguity`, a message counts as not understood."""

    threshold: float
    ambiguity: float


def cross_validate(model: TrainedModel, topics: Collection[str]) -> Scores:
    """The training examples as unseen messages, with the reader, kinds and temperature of `model`.

    Messages are judged as a whole: the second look at the parts of a long one belongs to serving.
    """
    data = TermExtractor(Library.load()).process_training_data(load_data(str(ROOT / "data" / "nlu")))
    examples = [one for one in data.intent_examples if one.get(TEXT)]
    reader = Reader.load(model.file("encoder.onnx").parent)
    samples = [Sample(reader.read(one.get(TEXT)), one.get(TERMS, ())) for one in shown(examples, "training examples")]
    labels = [one.get(INTENT) for one in examples]
    intents, kinds = sorted(set(labels)), model.kinds()
    missing = sorted(set(intents) - set(kinds))
    if missing:
        raise FileNotFoundError(f"the model does not know {', '.join(missing)}; train it again with 'make train'")
    logits = IntentModel.cross_validated_logits(samples, labels, kinds)
    probabilities = _softmax(logits / IntentModel.load(model.file("intents.npz")).temperature)
    limits = _limits()
    results = [
        Result(Question(one.get(TEXT), label, (), part_of(label, topics)), _decide(row, intents, limits))
        for one, label, row in zip(examples, labels, probabilities, strict=True)
    ]
    return Scores(results, topics)


def _decide(row: np.ndarray, intents: list[str], limits: _Limits) -> Parse:
    order = np.argsort(row)[::-1]
    ranking = tuple((intents[i], float(row[i])) for i in order[:10])
    (first, most), (_, second) = ranking[:2]
    known = most >= limits.threshold and most - second >= limits.ambiguity
    return Parse(first if known else FALLBACK, ranking, "none", (), 0.0)


def _limits() -> _Limits:
    pipeline = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))["pipeline"]
    ours: dict[str, Any] = next(one for one in pipeline if one["name"].endswith(TopicClassifier.__name__))
    config = {**TopicClassifier.get_default_config(), **ours}
    return _Limits(config["threshold"], config["ambiguity"])


def _softmax(logits: np.ndarray) -> np.ndarray:
    scores = np.exp(logits - logits.max(axis=1, keepdims=True))
    return scores / scores.sum(axis=1, keepdims=True)
