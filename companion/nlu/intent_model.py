"""The intent model: what a message means by its sense and by its letters, added up.

A logistic regression reads the sentence vector and the terms named (medicines and the like); a linear support-vector
machine reads words and letter groups, which tell apart what the vector blurs and survive misspelling. Their scores are
added and calibrated by temperature scaling on held-out folds (Guo and others 2017, arXiv 1706.04599), so that of the
answers given with confidence 0.9 about 90 % are right. Stored as plain arrays in one .npz file; no pickle.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import sparse
from scipy.optimize import minimize_scalar
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.preprocessing import normalize
from sklearn.svm import LinearSVC

__all__ = ["IntentModel", "Sample", "softmax"]

_BUCKETS = 2**15
#: Weights and penalties found by cross-validation on the training data (`make evaluate` repeats it).
_VECTOR_WEIGHT = 8.0
_TERM_WEIGHT = 1.5
_LETTERS_WEIGHT = 2.0
_SENSE_PENALTY = 0.3
_LETTERS_PENALTY = 0.3
_FOLDS = 5
_SEED = 20261122

_WORDS = HashingVectorizer(n_features=_BUCKETS, ngram_range=(1, 2), alternate_sign=False, norm=None)
_LETTERS = HashingVectorizer(
    n_features=_BUCKETS, analyzer="char_wb", ngram_range=(3, 5), alternate_sign=False, norm=None, binary=True
)


@dataclass(frozen=True)
class Sample:
    """What the model sees of a message: its text, its vector of shape (384,), the terms it names ("kind:value")."""

    text: str
    vector: np.ndarray
    terms: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Scores:
    """A linear model: features times `coefficients` plus `intercepts` gives a score an intent."""

    coefficients: np.ndarray
    intercepts: np.ndarray

    @classmethod
    def of(cls, fitted: LogisticRegression | LinearSVC) -> _Scores:
        return cls(fitted.coef_.T.astype(np.float32), fitted.intercept_.astype(np.float32))

    def __call__(self, features: np.ndarray | sparse.csr_matrix) -> np.ndarray:
        return np.asarray(features @ self.coefficients + self.intercepts)


class IntentModel:
    """Gives every intent its calibrated probability."""

    def __init__(
        self,
        *,
        intents: Sequence[str],
        terms: Sequence[str],
        idf: np.ndarray,
        sense: _Scores,
        letters: _Scores,
        temperature: float,
    ) -> None:
        self.intents = list(intents)
        self._terms = list(terms)
        self._idf = idf
        self._sense = sense
        self._letters = letters
        self.temperature = temperature

    @classmethod
    def train(cls, samples: Sequence[Sample], labels: Sequence[str]) -> IntentModel:
        """A model of `samples` (at least five an intent) and their intents, calibrated by cross-validation."""
        held_out = cls.cross_validated_logits(samples, labels)
        model = cls._fit(samples, labels)
        truth = np.array([model.intents.index(label) for label in labels])
        model.temperature = _best_temperature(held_out, truth)
        return model

    @classmethod
    def cross_validated_logits(cls, samples: Sequence[Sample], labels: Sequence[str]) -> np.ndarray:
        """For each sample its logits by a model that did not see it: shape (samples, intents), intents sorted."""
        logits = np.zeros((len(samples), len(set(labels))))
        folds = StratifiedKFold(n_splits=_FOLDS, shuffle=True, random_state=_SEED)
        for seen, unseen in folds.split(np.zeros(len(samples)), labels):
            model = cls._fit([samples[i] for i in seen], [labels[i] for i in seen])
            logits[unseen] = model.logits([samples[i] for i in unseen])
        return logits

    @classmethod
    def _fit(cls, samples: Sequence[Sample], labels: Sequence[str]) -> IntentModel:
        terms = sorted({term for sample in samples for term in sample.terms})
        counts = _ngrams(samples)
        idf = (np.log((1 + len(samples)) / (1 + counts.getnnz(axis=0))) + 1).astype(np.float32)
        # Balanced: a topic with fewer examples is not a less likely question.
        sense = LogisticRegression(C=_SENSE_PENALTY, max_iter=150, tol=1e-3, class_weight="balanced")
        letters = LinearSVC(C=_LETTERS_PENALTY, class_weight="balanced", random_state=_SEED)
        return cls(
            intents=sorted(set(labels)),
            terms=terms,
            idf=idf,
            sense=_Scores.of(sense.fit(_sense_features(samples, terms), labels)),
            letters=_Scores.of(letters.fit(_letter_features(counts, idf), labels)),
            temperature=1.0,
        )

    def probabilities(self, samples: Sequence[Sample]) -> np.ndarray:
        """Shape (samples, intents), in the order of `intents`; rows sum to 1."""
        return softmax(self.logits(samples) / self.temperature)

    def logits(self, samples: Sequence[Sample]) -> np.ndarray:
        """Uncalibrated scores, shape (samples, intents)."""
        by_sense = self._sense(_sense_features(samples, self._terms))
        return by_sense + _LETTERS_WEIGHT * self._letters(_letter_features(_ngrams(samples), self._idf))

    def save(self, path: Path) -> None:
        """Writes the model to `path` (.npz); coefficients in half precision, which changes no decision."""
        np.savez_compressed(
            path,
            names=np.array(json.dumps({"intents": self.intents, "terms": self._terms})),
            idf=self._idf,
            sense_coefficients=self._sense.coefficients.astype(np.float16),
            sense_intercepts=self._sense.intercepts,
            letters_coefficients=self._letters.coefficients.astype(np.float16),
            letters_intercepts=self._letters.intercepts,
            temperature=np.array(self.temperature),
        )

    @classmethod
    def load(cls, path: Path) -> IntentModel:
        """The model that `save` wrote."""
        with np.load(path, allow_pickle=False) as stored:
            names = json.loads(str(stored["names"]))
            return cls(
                intents=names["intents"],
                terms=names["terms"],
                idf=stored["idf"],
                sense=_Scores(stored["sense_coefficients"].astype(np.float32), stored["sense_intercepts"]),
                letters=_Scores(stored["letters_coefficients"].astype(np.float32), stored["letters_intercepts"]),
                temperature=float(stored["temperature"]),
            )


def _sense_features(samples: Sequence[Sample], terms: Sequence[str]) -> np.ndarray:
    column = {term: index for index, term in enumerate(terms)}
    named = np.zeros((len(samples), len(terms)), dtype=np.float32)
    for row, sample in enumerate(samples):
        named[row, [column[term] for term in sample.terms if term in column]] = _TERM_WEIGHT
    vectors = np.vstack([sample.vector for sample in samples]) * _VECTOR_WEIGHT
    return np.hstack([vectors.astype(np.float32), named])


def _ngrams(samples: Sequence[Sample]) -> sparse.csr_matrix:
    texts = [sample.text.lower() for sample in samples]
    counts = sparse.hstack([_WORDS.transform(texts), _LETTERS.transform(texts)], format="csr", dtype=np.float32)
    counts.data = np.log1p(counts.data)
    return counts


def _letter_features(counts: sparse.csr_matrix, idf: np.ndarray) -> sparse.csr_matrix:
    weighted = counts.multiply(idf).tocsr()
    words, letters = weighted[:, :_BUCKETS], weighted[:, _BUCKETS:]
    return sparse.hstack([normalize(words), normalize(letters)], format="csr")


def softmax(logits: np.ndarray) -> np.ndarray:
    """Row by row, the probabilities that `logits` stand for."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def _best_temperature(logits: np.ndarray, truth: np.ndarray) -> float:
    def loss(temperature: float) -> float:
        chosen = softmax(logits / temperature)[np.arange(len(truth)), truth]
        return float(-np.log(np.maximum(chosen, 1e-12)).mean())

    return float(minimize_scalar(loss, bounds=(0.1, 10.0), method="bounded").x)
