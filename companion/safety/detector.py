"""Recognises danger in wording that no rule lists, from the sentence vectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

__all__ = ["NONE", "Detector", "Guess"]

NONE = "none"
# A red flag nearly as likely as the likeliest is a possibility to reckon with.
_RIVAL = 0.3


@dataclass(frozen=True)
class Guess:
    """The red flags a sentence is most like, best first; the probability that it tells of any danger at all."""

    ids: list[str]
    score: float


class Detector:
    """A multinomial logistic regression over sentence vectors; its classes are red-flag ids and `none`."""

    def __init__(self, labels: Sequence[str], weights: np.ndarray, bias: np.ndarray, threshold: float) -> None:
        self.labels = list(labels)
        self.threshold = threshold
        self._weights = weights
        self._bias = bias

    @classmethod
    def train(
        cls,
        vectors: np.ndarray,
        labels: Sequence[str],
        threshold: float = 0.4,
        weights: Sequence[float] | None = None,
    ) -> Detector:
        """A detector learnt from `vectors` (n, 384) and their red-flag ids or "none"; needs scikit-learn.

        `threshold` is the least probability of danger that counts; `weights` say how much each example matters. 0.4,
        the regularisation below and the weights of companion.safety.training were chosen by cross-validation over
        data/safety, the rules' examples and the topics' training examples.
        """
        from sklearn.linear_model import LogisticRegression

        model = LogisticRegression(C=40.0, max_iter=150, tol=1e-3)
        model.fit(vectors, list(labels), sample_weight=weights)
        classes = [str(label) for label in model.classes_]
        return cls(classes, model.coef_.astype(np.float32), model.intercept_.astype(np.float32), threshold)

    def save(self, path: Path) -> None:
        """Writes the coefficients to `path` (.npz, no pickle)."""
        np.savez(
            path,
            labels=np.array(self.labels),
            weights=self._weights,
            bias=self._bias,
            threshold=np.array(self.threshold),
        )

    @classmethod
    def load(cls, path: Path) -> Detector:
        """The detector saved at `path`. Raises `OSError` if it cannot be read."""
        with np.load(path, allow_pickle=False) as data:
            labels = [str(label) for label in data["labels"]]
            return cls(labels, data["weights"], data["bias"], float(data["threshold"]))

    def probabilities(self, vectors: np.ndarray) -> np.ndarray:
        """One row a vector, one column a label."""
        scores = vectors @ self._weights.T + self._bias
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        return scores / scores.sum(axis=1, keepdims=True)

    def predict(self, vectors: np.ndarray) -> list[Guess | None]:
        """For each row of `vectors` (n, 384) the red flag it is most like, or None below the threshold."""
        rows = self.probabilities(np.asarray(vectors, dtype=np.float32))
        none = self.labels.index(NONE)
        return [self._guess(row, none) for row in rows]

    def _guess(self, row: np.ndarray, none: int) -> Guess | None:
        danger = 1.0 - float(row[none])
        if danger < self.threshold:
            return None
        others = row.copy()
        others[none] = 0.0
        best = [int(index) for index in others.argsort()[::-1] if others[index] >= _RIVAL * others.max()]
        return Guess([self.labels[index] for index in best], danger)
