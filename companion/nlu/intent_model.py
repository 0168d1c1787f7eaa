"""The intent model: first what kind of message it is, then which intent of that kind.

Both steps add up two readings: one of the sense (sentence vector and named terms), one of words and letter groups,
which tell apart what the vector blurs. Personal advice is recognised with caution: general words given as advice harm
more than a question sent to the team. Confidences are calibrated by temperature scaling on held-out examples (Guo and
others 2017, arXiv 1706.04599), so that of the answers given with confidence 0.9 about 90 % are right. Stored as plain
arrays in one .npz file; no pickle.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import sparse
from scipy.optimize import minimize_scalar
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.model_selection import StratifiedKFold
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import normalize
from sklearn.svm import LinearSVC

from companion.encoder.sentence_encoder import DIMENSIONS
from companion.nlu.reading import Reading

__all__ = ["ADVICE", "IntentModel", "Sample"]

#: The kind that caution favours: a request for personal advice.
ADVICE = "advice"
#: Added to the score of a kind. Chosen by cross-validation on the training data: personal advice is then recognised in
#: about 95 % of its (hard) examples, for 2 % of topic questions taken for it.
_CAUTION = {ADVICE: 3.0}

_BUCKETS = 2**15
#: Weights and penalties, found by cross-validation too.
_VECTOR_WEIGHT = 5.0
_MIDDLE_WEIGHT = 4.0
_TERM_WEIGHT = 1.5
_KIND_LETTERS_WEIGHT = 2.0
_LETTERS_WEIGHT = 4.0
_LETTERS_PENALTY = 0.3
_HIDDEN = 256
_HIDDEN_PENALTY = 3e-2
_ROUNDS = 25
_FOLDS = 4
_SEED = 20261122

_WORDS = HashingVectorizer(n_features=_BUCKETS, ngram_range=(1, 2), alternate_sign=False, norm=None)
_LETTERS = HashingVectorizer(
    n_features=_BUCKETS, analyzer="char_wb", ngram_range=(3, 5), alternate_sign=False, norm=None, binary=True
)


@dataclass(frozen=True)
class Sample:
    """What the model sees of a message: how it reads, and the terms it names ("kind:value")."""

    reading: Reading
    terms: tuple[str, ...] = ()


class IntentModel:
    """Gives every intent its calibrated probability."""

    def __init__(self, names: Mapping[str, list[str]], arrays: Mapping[str, np.ndarray]) -> None:
        """`names`: `intents`, `kinds` (of each intent, in order), `terms`. `arrays`: see `_fit`."""
        self.intents = names["intents"]
        self._kinds = names["kinds"]
        self._terms = names["terms"]
        self._arrays = dict(arrays)
        self._all_kinds = sorted(set(self._kinds))
        self._members = [[i for i, kind in enumerate(self._kinds) if kind == one] for one in self._all_kinds]
        self._caution = np.array([_CAUTION.get(kind, 0.0) for kind in self._all_kinds])

    @classmethod
    def train(cls, samples: Sequence[Sample], labels: Sequence[str], kinds: Mapping[str, str]) -> IntentModel:
        """A model of `samples` (at least five an intent), their intents, and the kind of each intent; calibrated."""
        model = cls._fit(samples, labels, kinds)
        # One held-out fold is enough for one number, and keeps training short.
        unseen, logits = next(cls._held_out_logits(samples, labels, kinds))
        truth = np.array([model.intents.index(labels[i]) for i in unseen])
        model._arrays["temperature"] = np.array(_best_temperature(logits, truth))
        return model

    @classmethod
    def cross_validated_logits(
        cls, samples: Sequence[Sample], labels: Sequence[str], kinds: Mapping[str, str]
    ) -> np.ndarray:
        """For each sample its logits by a model that did not see it: shape (samples, intents), intents sorted."""
        logits = np.zeros((len(samples), len(set(labels))))
        for unseen, scores in cls._held_out_logits(samples, labels, kinds):
            logits[unseen] = scores
        return logits

    @classmethod
    def _held_out_logits(
        cls, samples: Sequence[Sample], labels: Sequence[str], kinds: Mapping[str, str]
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Fold by fold: which samples were held out, and their logits."""
        folds = StratifiedKFold(n_splits=_FOLDS, shuffle=True, random_state=_SEED)
        for seen, unseen in folds.split(np.zeros(len(samples)), labels):
            model = cls._fit([samples[i] for i in seen], [labels[i] for i in seen], kinds)
            yield unseen, model.logits([samples[i] for i in unseen])

    @classmethod
    def _fit(cls, samples: Sequence[Sample], labels: Sequence[str], kinds: Mapping[str, str]) -> IntentModel:
        terms = sorted({term for sample in samples for term in sample.terms})
        counts = _ngrams(samples)
        idf = (np.log((1 + len(samples)) / (1 + counts.getnnz(axis=0))) + 1).astype(np.float32)
        middle = np.mean([sample.reading.vector[DIMENSIONS:] for sample in samples], axis=0)
        letters = _letter_features(counts, idf)
        # What is not ours lies all around what is: a straight line does not part them, one hidden layer does. It learns
        # intents, not kinds: so it also knows why a message is of its kind.
        by_sense = MLPClassifier(
            (_HIDDEN,), alpha=_HIDDEN_PENALTY, learning_rate_init=1e-3, max_iter=_ROUNDS, random_state=_SEED
        ).fit(_sense_features(samples, terms, middle), labels)
        # Within a kind: balanced, for a topic with fewer examples is not a less likely question.
        by_letters = LinearSVC(C=_LETTERS_PENALTY, class_weight="balanced", random_state=_SEED).fit(letters, labels)
        kind_by_letters = LinearSVC(C=_LETTERS_PENALTY, random_state=_SEED)
        kind_by_letters.fit(letters, [kinds[label] for label in labels])
        intents = sorted(set(labels))
        arrays = {
            "idf": idf,
            "middle": middle,
            "hidden": by_sense.coefs_[0],
            "hidden_bias": by_sense.intercepts_[0],
            "sense": by_sense.coefs_[1],
            "sense_bias": by_sense.intercepts_[1],
            "letters": by_letters.coef_.T,
            "letters_bias": by_letters.intercept_,
            "kind_letters": kind_by_letters.coef_.T,
            "kind_letters_bias": kind_by_letters.intercept_,
            "temperature": np.array(1.0),
        }
        names = {"intents": intents, "kinds": [kinds[intent] for intent in intents], "terms": terms}
        return cls(names, {name: array.astype(np.float32) for name, array in arrays.items()})

    @property
    def temperature(self) -> float:
        """By how much the scores were too sure of themselves."""
        return float(self._arrays["temperature"])

    def probabilities(self, samples: Sequence[Sample]) -> np.ndarray:
        """Shape (samples, intents), in the order of `intents`; rows sum to 1."""
        return np.exp(_log_softmax(self.logits(samples) / self.temperature))

    def logits(self, samples: Sequence[Sample]) -> np.ndarray:
        """Logarithms of uncalibrated probabilities, shape (samples, intents)."""
        arrays = self._arrays
        letters = _letter_features(_ngrams(samples), arrays["idf"])
        hidden = np.maximum(
            _sense_features(samples, self._terms, arrays["middle"]) @ arrays["hidden"] + arrays["hidden_bias"], 0
        )
        sense = hidden @ arrays["sense"] + arrays["sense_bias"]
        kind = np.stack([np.logaddexp.reduce(sense[:, members], axis=1) for members in self._members], axis=1)
        kind += _KIND_LETTERS_WEIGHT * (letters @ arrays["kind_letters"] + arrays["kind_letters_bias"])
        kind = _log_softmax(kind + self._caution)
        within = sense + _LETTERS_WEIGHT * (letters @ arrays["letters"] + arrays["letters_bias"])
        logits = np.zeros_like(within)
        for column, members in enumerate(self._members):
            logits[:, members] = kind[:, [column]] + _log_softmax(within[:, members])
        return logits

    def save(self, path: Path) -> None:
        """Writes the model to `path` (.npz); in half precision, which changes no decision."""
        names = json.dumps({"intents": self.intents, "kinds": self._kinds, "terms": self._terms})
        halves = {name: array.astype(np.float16) for name, array in self._arrays.items()}
        np.savez_compressed(path, names=np.array(names), **halves)

    @classmethod
    def load(cls, path: Path) -> IntentModel:
        """The model that `save` wrote."""
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: stored[name].astype(np.float32) for name in stored.files if name != "names"}
            return cls(json.loads(str(stored["names"])), arrays)


def _sense_features(samples: Sequence[Sample], terms: Sequence[str], middle: np.ndarray) -> np.ndarray:
    """`middle`: the mean of the examples' middle layers; what all sentences share tells nothing."""
    column = {term: index for index, term in enumerate(terms)}
    named = np.zeros((len(samples), len(terms)), dtype=np.float32)
    for row, sample in enumerate(samples):
        named[row, [column[term] for term in sample.terms if term in column]] = _TERM_WEIGHT
    vectors = np.vstack([sample.reading.vector for sample in samples])
    apart = (vectors[:, DIMENSIONS:] - middle).reshape(len(samples), -1, DIMENSIONS)
    layers = normalize(apart.reshape(-1, DIMENSIONS)).reshape(len(samples), -1)
    parts = [vectors[:, :DIMENSIONS] * _VECTOR_WEIGHT, layers * _MIDDLE_WEIGHT, named]
    return np.hstack(parts).astype(np.float32)


def _ngrams(samples: Sequence[Sample]) -> sparse.csr_matrix:
    texts = [sample.reading.text.lower() for sample in samples]
    counts = sparse.hstack([_WORDS.transform(texts), _LETTERS.transform(texts)], format="csr", dtype=np.float32)
    counts.data = np.log1p(counts.data)
    return counts


def _letter_features(counts: sparse.csr_matrix, idf: np.ndarray) -> sparse.csr_matrix:
    weighted = counts.multiply(idf).tocsr()
    words, letters = weighted[:, :_BUCKETS], weighted[:, _BUCKETS:]
    return sparse.hstack([normalize(words), normalize(letters)], format="csr")


def _log_softmax(scores: np.ndarray) -> np.ndarray:
    shifted = scores - scores.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def _best_temperature(logits: np.ndarray, truth: np.ndarray) -> float:
    def loss(temperature: float) -> float:
        return float(-_log_softmax(logits / temperature)[np.arange(len(truth)), truth].mean())

    return float(minimize_scalar(loss, bounds=(0.1, 10.0), method="bounded").x)
