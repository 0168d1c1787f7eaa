"""What was measured, again and again, and how the two compare."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

__all__ = ["MEASURES", "Comparison", "Measure", "Results", "percentile"]


@dataclass(frozen=True)
class Measure:
    """One thing that is measured. `most`: the ratio of ours to the other's that the project promises, at most;
    `least`: at least."""

    id: str
    what: str
    unit: str
    most: float | None = None
    least: float | None = None


_PEOPLE = (1, 4, 16)
#: In the order of the report. The targets are the project's own promises.
MEASURES: tuple[Measure, ...] = (
    Measure("start", "from start to the first answer", "s", most=1 / 4),
    Measure("train", "training", "s", most=1 / 4),
    Measure("memory", "memory of all processes, under load", "MB", most=1.0),
    *(
        measure
        for people in _PEOPLE
        for measure in (
            Measure(f"p50_{people}", f"turn, half are faster, {people} at once", "ms"),
            Measure(f"p95_{people}", f"turn, 95 in 100 are faster, {people} at once", "ms", most=1 / 3),
            Measure(f"p99_{people}", f"turn, 99 in 100 are faster, {people} at once", "ms"),
            Measure(f"rate_{people}", f"turns a second, {people} at once", "/s", least=3.0),
        )
    ),
    Measure("turn_5", "turn 5 of one conversation", "ms"),
    Measure("turn_50", "turn 50 of the same", "ms"),
    Measure("turn_200", "turn 200 of the same", "ms"),
    Measure("kept_seconds", "1,000 conversations of one turn, 16 at once", "s"),
    Measure("kept_memory", "memory that they add", "MB"),
    Measure("kept_p50", "turn with them kept, half are faster", "ms"),
)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that a `share` (0 to 1) of `values` does not exceed: the nearest rank, never one in between."""
    if not values:
        return math.nan
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


@dataclass(frozen=True)
class Comparison:
    """Both sides' medians and the ratio of ours to the other's, with the lowest and highest ratio of one repetition."""

    measure: Measure
    ours: float
    other: float
    ratio: float
    low: float
    high: float

    @property
    def met(self) -> bool | None:
        """Whether the promise is kept; None where none is made."""
        if self.measure.most is not None:
            return self.ratio <= self.measure.most
        if self.measure.least is not None:
            return self.ratio >= self.measure.least
        return None


@dataclass
class Results:
    """Every repetition of every measure. `about`: the machine, the date, how often."""

    about: dict[str, Any] = field(default_factory=dict)
    ours: dict[str, list[float]] = field(default_factory=dict)
    other: dict[str, list[float]] = field(default_factory=dict)

    def add(self, side: str, values: Mapping[str, float]) -> None:
        """One repetition's values of "ours" or "other", by the measures' ids."""
        kept = {"ours": self.ours, "other": self.other}[side]
        for name, value in values.items():
            kept.setdefault(name, []).append(value)

    def comparisons(self) -> list[Comparison]:
        """One for each measure that both sides have."""
        return [
            _compare(measure, self.ours[measure.id], self.other[measure.id])
            for measure in MEASURES
            if self.ours.get(measure.id) and self.other.get(measure.id)
        ]

    def growth(self) -> tuple[float, float, float] | None:
        """Turn 200 against turn 5 of ours: the median ratio, the lowest and the highest."""
        early, late = self.ours.get("turn_5"), self.ours.get("turn_200")
        return _spread(late, early) if early and late else None

    def as_json(self) -> dict[str, Any]:
        """For docs/benchmark.json."""
        return asdict(self)

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Results:
        """What `as_json` gave."""
        return cls(dict(data["about"]), dict(data["ours"]), dict(data["other"]))


def _compare(measure: Measure, ours: Sequence[float], other: Sequence[float]) -> Comparison:
    return Comparison(measure, statistics.median(ours), statistics.median(other), *_spread(ours, other))


def _spread(above: Iterable[float], below: Iterable[float]) -> tuple[float, float, float]:
    # Repetition by repetition: what slows the machine for a while slows both.
    ratios = [one / two if two else math.inf for one, two in zip(above, below, strict=False)]
    return statistics.median(ratios), min(ratios), max(ratios)
