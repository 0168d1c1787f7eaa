"""docs/benchmark.md, .png and .json from what was measured."""

from __future__ import annotations

import json
import math
from pathlib import Path

import matplotlib

from companion.bench.figures import Comparison, Results

matplotlib.use("Agg")
from matplotlib import pyplot

__all__ = ["plot", "table", "write_report"]

_DPI = 100
_GROWTH_LIMIT = 1.5
_BETTER, _WORSE = "#1f6f8b", "#c8553d"
_PAGE = """\
# Speed and memory

Written by `make bench`; do not edit. The whole assistant (real content, encoder, red flags, action server, SQLite,
messages through the gate) beside the project that `rasa init` makes, trained and started in the same run. Each
repetition takes both, in turns, so that whatever else the machine does meets both.

{about}

A ratio is ours to the other's: the median of the repetitions, and in brackets the lowest and the highest. Messages are
examples of each project's own training data, each person in a conversation of their own. "Start" means new processes;
their files may be in the system's cache.

{table}

{growth}

![The ratios with their spread, on a logarithmic scale](benchmark.png)
"""


def write_report(results: Results, folder: Path) -> list[Path]:
    """Writes the page, the plot and the figures; gives their paths."""
    page, picture, data = (folder / f"benchmark.{kind}" for kind in ("md", "png", "json"))
    about = ", ".join(f"{name}: {value}" for name, value in results.about.items()) + "."
    page.write_text(_PAGE.format(about=about, table=table(results), growth=_growth(results)), encoding="utf-8")
    data.write_text(json.dumps(results.as_json(), indent=1) + "\n", encoding="utf-8")
    plot(results, picture)
    return [page, picture, data]


def table(results: Results) -> str:
    """The comparison as a Markdown table."""
    lines = ["| what | ours | rasa init | ratio | promised | kept |", "|---|---|---|---|---|---|"]
    for one in results.comparisons():
        unit = one.measure.unit
        lines.append(
            f"| {one.measure.what} | {_number(one.ours)} {unit} | {_number(one.other)} {unit} "
            f"| {_number(one.ratio)} ({_number(one.low)}–{_number(one.high)}) | {_promise(one)} | {_kept(one.met)} |"
        )
    return "\n".join(lines)


def plot(results: Results, file: Path) -> None:
    """One line a measure: the ratio, its spread, and where the promise lies."""
    found = [one for one in results.comparisons() if one.low > 0 and math.isfinite(one.high)][::-1]
    figure, axes = pyplot.subplots(figsize=(8, 0.9 + 0.27 * len(found)))
    for place, one in enumerate(found):
        better = one.ratio >= 1 if one.measure.unit == "/s" else one.ratio <= 1
        colour = _BETTER if better else _WORSE
        axes.plot([one.low, one.high], [place, place], color=colour, linewidth=2)
        axes.plot([one.ratio], [place], marker="o", color=colour)
        promised = one.measure.most or one.measure.least
        if promised:
            axes.plot([promised], [place], marker="|", markersize=13, color="black")
    axes.axvline(1, color="grey", linewidth=0.8, linestyle="--")
    axes.set_xscale("log")
    axes.set_yticks(range(len(found)), [one.measure.what for one in found], fontsize=8)
    axes.set_xlabel("ours / rasa init; bar: promised", fontsize=8)
    figure.tight_layout()
    figure.savefig(file, dpi=_DPI, metadata={"Software": None})
    pyplot.close(figure)


def _growth(results: Results) -> str:
    growth = results.growth()
    if growth is None:
        return "How a turn grows with the conversation was not measured."
    ratio, low, high = growth
    kept = _kept(ratio <= _GROWTH_LIMIT)
    return (
        f"Turn 200 takes {_number(ratio)} times as long as turn 5 ({_number(low)}–{_number(high)}); "
        f"promised: at most {_GROWTH_LIMIT}; kept: {kept}."
    )


def _promise(one: Comparison) -> str:
    if one.measure.most is not None:
        return f"≤ {_number(one.measure.most)}"
    return "" if one.measure.least is None else f"≥ {_number(one.measure.least)}"


def _kept(met: bool | None) -> str:
    return {None: "", True: "yes", False: "**no**"}[met]


def _number(value: float) -> str:
    """Three digits that count, as people write them."""
    if not math.isfinite(value):
        return "–"
    digits = 2 if value == 0 else max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:,.{min(digits, 3)}f}"
