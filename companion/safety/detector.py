"""Recognises danger in wording that no rule lists, from the sentence vectors and the words themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from companion.safety.features import ngrams, rarity, weighted

__all__ = ["NONE", "Detector", "Guess"]

NONE = "none"
#: A red flag nearly as likely as the likeliest is a possibility to reckon with.
_RIVAL = 0.25
#: Chosen by cross-validation, each author's messages held out in turn: the size of the network, the penalties, how
#: much the words count beside the sense, how widely the numbers of a vector are spread.
_HIDDEN = 128
_EPOCHS = 25
_NETWORK_PENALTY = 3e-2
_WORDS_PENALTY = 0.2
_NAMES_PENALTY = 0.1
_WORDS_WEIGHT = 4.0
_SPREAD = 0.4
#: Numbers of a vector that hardly differ say nothing, and their scale would not fit half precision.
_LEAST_SPREAD = 1e-3
#: The first numbers of a row are the sentence's vector; a name needs no more.
_MEANING = 384
_SEED = 20261122


@dataclass(frozen=True)
class Guess:
    """The red flags a text is most like, best first; the logarithm of the odds that it tells of danger at all."""

    ids: list[str]
    score: float

    @property
    def probability(self) -> float:
        """The score as a share from 0 to 1, as people read it."""
        return 1 / (1 + float(np.exp(-self.score)))


class Detector:
    """Two steps: is this danger at all (a small network over the vector, plus a linear reading of words and letters);
    and, as if it were, which (a logistic regression over the vector). Stored as plain arrays, no pickle."""

    def __init__(self, labels: Sequence[str], arrays: Mapping[str, np.ndarray]) -> None:
        """`labels` are red-flag ids; `arrays` as `train` makes them."""
        self.labels = list(labels)
        self._arrays = {name: array.astype(np.float32) for name, array in arrays.items()}

    @classmethod
    def train(
        cls, texts: Sequence[str], vectors: np.ndarray, labels: Sequence[str], repeats: Sequence[int] | None = None
    ) -> Detector:
        """A detector learnt from `texts`, their `vectors` (n, 384 or more) and their red-flag ids or "none".

        `repeats` says how much each example matters, 1 for the usual.
        """
        from sklearn.linear_model import LogisticRegression
        from sklearn.neural_network import MLPClassifier
        from sklearn.svm import LinearSVC

        named = np.array(labels)
        danger = named != NONE
        counted = np.ones(len(named), dtype=int) if repeats is None else np.array(repeats)
        mean, scale = vectors.mean(axis=0), _SPREAD / np.maximum(vectors.std(axis=0), _LEAST_SPREAD)
        sense = ((vectors - mean) * scale).astype(np.float32)
        counts = ngrams(texts)
        idf = rarity(counts)
        network = MLPClassifier((_HIDDEN,), alpha=_NETWORK_PENALTY, max_iter=_EPOCHS, random_state=_SEED)
        network.fit(np.repeat(sense, counted, axis=0), np.repeat(danger, counted))
        words = LinearSVC(C=_WORDS_PENALTY, random_state=_SEED)
        words.fit(weighted(counts, idf), danger, sample_weight=counted)
        names = LogisticRegression(C=_NAMES_PENALTY, max_iter=100, tol=1e-2)
        names.fit(sense[danger, :_MEANING], named[danger])
        arrays = {
            "mean": mean,
            "scale": scale,
            "idf": idf,
            "hidden": network.coefs_[0],
            "hidden_bias": network.intercepts_[0],
            "out": network.coefs_[1][:, 0],
            "out_bias": network.intercepts_[1],
            "words": words.coef_[0],
            "words_bias": words.intercept_,
            "names": names.coef_.T,
            "names_bias": names.intercept_,
        }
        return cls([str(label) for label in names.classes_], arrays)

    def save(self, path: Path) -> None:
        """Writes the arrays to `path` (.npz), in half precision, which changes no decision."""
        halves = {name: array.astype(np.float16) for name, array in self._arrays.items()}
        np.savez_compressed(path, labels=np.array(self.labels), **halves)

    @classmethod
    def load(cls, path: Path) -> Detector:
        """The detector saved at `path`. Raises `OSError` if it cannot be read."""
        with np.load(path, allow_pickle=False) as data:
            labels = [str(label) for label in data["labels"]]
            return cls(labels, {name: data[name] for name in data.files if name != "labels"})

    def guess(self, texts: Sequence[str], vectors: np.ndarray) -> list[Guess]:
        """For each of `texts`, with its row of `vectors`, how surely it tells of danger, and of which."""
        arrays = self._arrays
        sense = (np.asarray(vectors, dtype=np.float32) - arrays["mean"]) * arrays["scale"]
        hidden = np.maximum(sense @ arrays["hidden"] + arrays["hidden_bias"], 0)
        words = weighted(ngrams(texts), arrays["idf"]) @ arrays["words"] + arrays["words_bias"]
        scores = hidden @ arrays["out"] + arrays["out_bias"] + _WORDS_WEIGHT * words
        likely = sense[:, :_MEANING] @ arrays["names"] + arrays["names_bias"]
        return [Guess(self._names(row), float(score)) for row, score in zip(likely, scores, strict=True)]

    def _names(self, likely: np.ndarray) -> list[str]:
        order = likely.argsort()[::-1]
        return [self.labels[index] for index in order if likely[index] >= likely[order[0]] + np.log(_RIVAL)]
