"""Whether a confidence of 0.9 means right nine times in ten."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from companion.evaluation.intervals import Rate
from companion.evaluation.understanding import FALLBACK, Result

__all__ = ["Bin", "calibration_error", "reliability"]

_BINS = 10


@dataclass(frozen=True)
class Bin:
    """Answers of about the same confidence: their mean confidence, and how many were right."""

    confidence: float
    right: Rate


def reliability(results: Iterable[Result]) -> list[Bin]:
    """The messages that were understood, by tenths of confidence; an accepted alternative is right."""
    tenths: dict[int, list[tuple[float, bool]]] = {}
    for one in results:
        if one.parse.intent != FALLBACK and one.parse.ranking:
            confidence = one.parse.ranking[0][1]
            tenths.setdefault(min(int(confidence * _BINS), _BINS - 1), []).append((confidence, one.accepted))
    return [
        Bin(sum(sure for sure, _ in pairs) / len(pairs), Rate(sum(right for _, right in pairs), len(pairs)))
        for _, pairs in sorted(tenths.items())
    ]


def calibration_error(bins: Sequence[Bin]) -> float:
    """The mean distance of confidence and share right, weighted by messages (expected calibration error)."""
    total = sum(one.right.of for one in bins)
    return sum(abs(one.confidence - one.right.value) * one.right.of for one in bins) / total if total else 0.0
