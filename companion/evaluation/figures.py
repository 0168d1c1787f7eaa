"""Named figures with their goals, the baseline they are compared with, and the table that shows them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from companion.evaluation.intervals import Interval, Rate

__all__ = ["Baseline", "Figure", "headline", "percent", "range_of", "read_baseline", "table", "write_baseline"]


@dataclass(frozen=True)
class Figure:
    """One figure of a report: its title, its goal where the project set one, and which way is better."""

    title: str
    goal: float | None = None
    at_least: bool = True

    def met(self, rate: Rate) -> bool:
        """Whether `rate` is as good as the goal, or no goal was set."""
        return self.goal is None or (rate.value >= self.goal if self.at_least else rate.value <= self.goal)


@dataclass(frozen=True)
class Baseline:
    """The figures of an earlier run: shares as hits and messages, the median time in ms, the day."""

    date: str
    rates: Mapping[str, Rate]
    median_ms: float


def read_baseline(file: Path, section: str) -> Baseline | None:
    """The figures stored under `section` ("understanding", "safety"); None where there are none yet."""
    stored = _stored(file).get(section)
    if stored is None:
        return None
    rates = {name: Rate(*pair) for name, pair in stored["figures"].items()}
    return Baseline(stored["date"], rates, stored["median_ms"])


def write_baseline(file: Path, section: str, rates: Mapping[str, Rate], median_ms: float) -> None:
    """Stores the figures of this run under `section`; other sections stay."""
    figures = {name: [rate.hits, rate.of] for name, rate in rates.items()}
    today = date.today().isoformat()
    stored = {**_stored(file), section: {"date": today, "median_ms": round(median_ms, 2), "figures": figures}}
    file.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")


def _stored(file: Path) -> dict[str, Any]:
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}


def percent(share: float) -> str:
    """0.923 as "92.3 %"."""
    return f"{100 * share:.1f} %"


def range_of(interval: Interval) -> str:
    """(0.89, 0.945) as "89.0 to 94.5"."""
    return f"{100 * interval[0]:.1f} to {100 * interval[1]:.1f}"


def table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    """The lines of a Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return ["| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines]


def headline(
    figures: Mapping[str, Figure],
    rates: Mapping[str, Rate],
    interval: Callable[[Rate], Interval],
    baseline: Baseline | None,
) -> list[str]:
    """The table of the figures there are rates for, with goals and the change since the baseline."""
    rows = []
    for name, figure in figures.items():
        if name in rates:
            rate = rates[name]
            before = baseline.rates.get(name) if baseline else None
            rows.append(
                [
                    figure.title,
                    f"**{percent(rate.value)}**",
                    range_of(interval(rate)),
                    f"{rate.hits} of {rate.of}",
                    _goal(figure),
                    "" if figure.goal is None else "yes" if figure.met(rate) else "**no**",
                    _change(rate, before),
                ]
            )
    since = f"since {baseline.date}" if baseline else "since the baseline"
    return table(["Figure", "Share", "95 % interval", "Messages", "Goal", "Met", f"Change {since}"], rows)


def _goal(figure: Figure) -> str:
    if figure.goal is None:
        return ""
    return f"{'at least' if figure.at_least else 'at most'} {100 * figure.goal:.3g} %"


def _change(rate: Rate, before: Rate | None) -> str:
    if before is None:
        return "new"
    points = 100 * (rate.value - before.value)
    note = "" if before.of == rate.of else f" (then of {before.of})"
    return ("none" if rate.hits == before.hits and rate.of == before.of else f"{points:+.1f} points") + note
