"""The pictures of the reports: small PNG files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib
import numpy as np

from companion.evaluation.calibration import Bin
from companion.evaluation.intervals import Interval, Rate
from companion.evaluation.understanding import Result

matplotlib.use("Agg")
from matplotlib import pyplot

__all__ = ["plot_confusions", "plot_recalls", "plot_reliability"]

_DPI = 90
_COLOURS = ("#1f6f8b", "#c8553d")


def plot_confusions(results: Sequence[Result], file: Path) -> None:
    """One row a label, one column what it was taken for; the share of the row as a shade of blue."""
    rows = sorted({one.question.label for one in results})
    columns = sorted({*rows, *(one.parse.intent for one in results)})
    shares = np.zeros((len(rows), len(columns)))
    for one in results:
        shares[rows.index(one.question.label), columns.index(one.parse.intent)] += 1
    shares /= shares.sum(axis=1, keepdims=True)
    size = 2.5 + 0.13 * len(columns)
    figure, axes = pyplot.subplots(figsize=(size + 0.8, size))
    # Square roots make the rare confusions visible beside the diagonal.
    axes.imshow(np.sqrt(shares), cmap="Blues", vmin=0, vmax=1)
    axes.set_xticks(range(len(columns)), columns, rotation=90, fontsize=6)
    axes.set_yticks(range(len(rows)), rows, fontsize=6)
    axes.set_xlabel("understood as", fontsize=8)
    axes.set_ylabel("meant", fontsize=8)
    _save(figure, file)


def plot_reliability(series: Mapping[str, Sequence[Bin]], file: Path) -> None:
    """How often answers given with some confidence are right; on the diagonal, confidence can be taken at its word."""
    figure, axes = pyplot.subplots(figsize=(4.5, 4.2))
    axes.plot([0, 1], [0, 1], color="grey", linewidth=0.8, linestyle="--")
    for colour, (name, bins) in zip(_COLOURS, series.items(), strict=False):
        shares = [one.right for one in bins]
        errors = _error_bars(shares, [one.wilson() for one in shares])
        places = [one.confidence for one in bins]
        axes.errorbar(places, [one.value for one in shares], errors, label=name, color=colour, marker="o", capsize=2)
    axes.set(xlim=(0, 1.02), ylim=(0, 1.02), xlabel="confidence", ylabel="share that is right")
    axes.legend(loc="upper left", fontsize=8)
    _save(figure, file)


def plot_recalls(series: Mapping[str, Mapping[str, Rate]], file: Path) -> None:
    """Recall by urgency, with exact intervals, one colour a set."""
    figure, axes = pyplot.subplots(figsize=(6, 3.4))
    names = sorted({name for rates in series.values() for name in rates}, key=list(next(iter(series.values()))).index)
    for index, (colour, (title, rates)) in enumerate(zip(_COLOURS, series.items(), strict=False)):
        places = [names.index(name) + 0.2 * index - 0.1 for name in rates]
        errors = _error_bars(list(rates.values()), [rate.clopper_pearson() for rate in rates.values()])
        values = [rate.value for rate in rates.values()]
        axes.errorbar(places, values, errors, label=title, color=colour, marker="o", linestyle="", capsize=3)
    axes.axhline(0.98, color="grey", linewidth=0.8, linestyle="--")
    axes.set_xticks(range(len(names)), names)
    axes.set(ylim=(0, 1.03), ylabel="shown at least as urgent")
    axes.legend(loc="lower left", fontsize=8)
    _save(figure, file)


def _error_bars(rates: Sequence[Rate], intervals: Sequence[Interval]) -> np.ndarray:
    below = [max(rate.value - low, 0) for rate, (low, _) in zip(rates, intervals, strict=True)]
    above = [max(high - rate.value, 0) for rate, (_, high) in zip(rates, intervals, strict=True)]
    return np.array([below, above])


def _save(figure: pyplot.Figure, file: Path) -> None:
    figure.tight_layout()
    # No date or version inside: the same figures give the same file.
    figure.savefig(file, dpi=_DPI, metadata={"Software": None})
    pyplot.close(figure)
