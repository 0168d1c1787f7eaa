"""Bars as inline SVG, coloured by the style sheet. The table beside each says the same in numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Bar", "Plot", "columns", "rows"]

_WIDTH, _HEIGHT = 720, 170
_GAP = 0.25  # of a column's width
_ROW, _BAR, _LABELS = 28, 18, 230


@dataclass(frozen=True)
class Bar:
    """One bar in the picture's units: its corner, its size, and what it stands for."""

    x: float
    y: float
    width: float
    height: float
    label: str
    value: float


@dataclass(frozen=True)
class Plot:
    """A picture of `width` by `height` with its bars; `most` is the value of a bar of full size."""

    width: int
    height: int
    most: float
    bars: list[Bar]


def columns(values: Sequence[tuple[str, float]]) -> Plot:
    """Upright bars, one a day."""
    most = max((value for _, value in values), default=0) or 1
    step = _WIDTH / max(1, len(values))
    bars = []
    for number, (label, value) in enumerate(values):
        height = round(_HEIGHT * value / most, 1)
        x, width = round(number * step + step * _GAP / 2, 2), round(step * (1 - _GAP), 2)
        bars.append(Bar(x, round(_HEIGHT - height, 1), width, height, label, value))
    return Plot(_WIDTH, _HEIGHT, most, bars)


def rows(values: Sequence[tuple[str, float]]) -> Plot:
    """Lying bars with room for a label before each."""
    most = max((value for _, value in values), default=0) or 1
    # Beside the longest bar stands its number.
    space = _WIDTH - _LABELS - 60
    bars = [
        Bar(_LABELS, number * _ROW + (_ROW - _BAR) / 2, round(space * value / most, 1), _BAR, label, value)
        for number, (label, value) in enumerate(values)
    ]
    return Plot(_WIDTH, max(1, len(values)) * _ROW, most, bars)
