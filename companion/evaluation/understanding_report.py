"""Writes how well messages are understood as a page that an editor can read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from companion.evaluation.calibration import Bin, calibration_error
from companion.evaluation.comparison import CONFIGS
from companion.evaluation.figures import Baseline, headline, percent, range_of, table
from companion.evaluation.intervals import Rate
from companion.evaluation.questions import PARTS
from companion.evaluation.understanding import FIGURES, Result, Scores, confusions

__all__ = ["Findings", "own_file_report", "report"]

_WORST = 15
_EXAMPLES = 2
_LONGEST = 100
_COSTS = {
    "training_seconds": "Training, seconds by the clock",
    "training_cpu_seconds": "Training, seconds of processor time",
    "median_ms": "One message on one core, median ms",
    "megabytes": "Model file, MB",
}
_WHO = """\
The unseen messages (tests/evaluation/understanding.csv) are not for training. They were written by one author, apart
from the authors of the training data and without sight of it, from imagination; real patients may write otherwise. The
questions that the source articles raise (articles.csv) are by the same author, but no longer unseen: where one of them
was missed, examples in other words were added to the training data. **No clinician has checked their labels.**
Weights and thresholds were chosen by cross-validation on the training data, and on messages of one more author who had
seen none of ours; those are training data now. Aggregate figures of the unseen set were looked at during development,
so they may be a little better than figures of messages that nobody has seen yet."""
_HOW = """\
*Strictly*: the intent predicted is the label. *Accepted*: the label or an alternative that the author of the set wrote
beside it. A message met with "Did you mean ...?" or an honest no (nlu_fallback) counts as wrong in both; how often that
happens, and how often the right topic is then among the buttons, stands apart. *Answered as a topic*: any of the
topics' answers was given. Intervals are Wilson's. A figure of a small part moves by chance: read the interval, not the
digit."""


@dataclass(frozen=True)
class Findings:
    """Everything that one run measured."""

    unseen: Scores
    rates: Mapping[str, Rate]
    median_ms: float
    slow_ms: float
    megabytes: float
    reliability: Mapping[str, Sequence[Bin]]
    cross_validated: Scores | None = None
    comparison: Mapping[str, Any] | None = None
    baseline: Baseline | None = None
    pictures: Mapping[str, str] = field(default_factory=dict)


def report(found: Findings) -> str:
    """The project's own report, in Markdown."""
    assert found.cross_validated is not None, "the project's own report has a cross-validation"
    return _page(
        ["# How well messages are understood", "", _made_by("make evaluate"), ""],
        ["## In short", "", *headline(FIGURES, found.rates, Rate.wilson, found.baseline), "", *_cost(found)],
        ["## What the figures are worth", "", _WHO, "", _HOW],
        ["## By part of the unseen set", "", *_parts(found.unseen)],
        ["## Beside other pipelines", "", *_comparison(found)],
        ["## Can its confidence be believed?", "", *_reliability(found)],
        ["## Cross-validation on the training data", "", *_cross_validation(found.cross_validated, found.pictures)],
        ["## Worst confusions in the unseen set", "", *_counted(found.unseen.results)],
    )


def own_file_report(name: str, found: Findings) -> str:
    """The report on anybody's file of that `name`, in Markdown; it quotes the file."""
    confused = _confused(found.unseen.results)
    picture = ["", f"![What was taken for what]({found.pictures['confusions']})"]
    return _page(
        [f"# How well {name} is understood", "", _made_by(f"make evaluate FILE={name}"), ""],
        ["## In short", "", *headline(FIGURES, found.rates, Rate.wilson, found.baseline), "", *_cost(found)],
        ["The change is against the project's own unseen set: other messages, so no more than a hint.", "", _HOW],
        ["## By part", "", *_parts(found.unseen)],
        ["## Can its confidence be believed?", "", *_reliability(found)],
        ["## Worst confusions", "", *confused, *picture],
    )


def _page(*sections: Sequence[str]) -> str:
    return "\n\n".join("\n".join(lines).strip() for lines in sections) + "\n"


def _made_by(command: str) -> str:
    return f"Written by `{command}` on {date.today().isoformat()}; do not edit, run it again."


def _cost(found: Findings) -> list[str]:
    before = f" ({found.baseline.median_ms:.1f} ms then)" if found.baseline else ""
    return [
        f"- Understanding one message, on one core: median {found.median_ms:.1f} ms{before}, one in twenty longer than "
        f"{found.slow_ms:.0f} ms; goal: at most 15 ms. Processor time of all components, danger signs included.",
        f"- The model's file: {found.megabytes:.1f} MB; goal: at most 40 MB.",
    ]


def _parts(scores: Scores) -> list[str]:
    rows = []
    for part, title in PARTS.items():
        inside = scores.part(part)
        if inside.results:
            rates = [inside.strict, inside.accepted, inside.answered, inside.fallback]
            rows.append([title, len(inside.results), *(_with_range(rate) for rate in rates)])
    return table(["Part", "Messages", "Strictly", "Accepted", "Answered as a topic", "Not understood"], rows)


def _with_range(rate: Rate) -> str:
    return f"{percent(rate.value)} ({range_of(rate.wilson())})"


def _reliability(found: Findings) -> list[str]:
    picture = f"![Confidence and share right]({found.pictures['reliability']})"
    lines = ["Of the answers given with a confidence of about 0.9, nine in ten should be right.", "", picture, ""]
    for name, bins in found.reliability.items():
        rows = [[f"{one.confidence:.2f}", percent(one.right.value), one.right.of] for one in bins]
        lines += [f"{name}: mean distance {100 * calibration_error(bins):.1f} points.", ""]
        lines += [*table(["Mean confidence", "Right", "Messages"], rows), ""]
    return lines


def _cross_validation(scores: Scores, pictures: Mapping[str, str]) -> list[str]:
    figures = scores.figures()
    return [
        f"{len(scores.results)} examples of data/nlu in four folds, each judged by a model that did not see it: "
        f"{percent(scores.strict.value)} right ({range_of(scores.strict.wilson())}), "
        f"{percent(scores.fallback.value)} not understood. Topics: {_with_range(figures['in_scope_strict'])}; personal "
        f"advice: {_with_range(figures['personal_advice_recall'])}; out of scope answered as a topic: "
        f"{_with_range(figures['general_answered'])} (hard cases, written to be mistaken).",
        "",
        f"![What was taken for what]({pictures['confusions']})",
        "",
        "The worst confusions, with examples to sharpen:",
        "",
        *_confused(scores.results),
    ]


def _confused(results: Sequence[Result]) -> list[str]:
    """The commonest confusions, each with the examples that the model was surest of."""
    rows = []
    for (label, intent), number in confusions(results).most_common(_WORST):
        texts = [one for one in results if (one.question.label, one.parse.intent) == (label, intent)]
        texts.sort(key=lambda one: -one.parse.ranking[0][1])
        quoted = "; ".join(f"“{_short(one.question.text)}”" for one in texts[:_EXAMPLES])
        rows.append([label, intent, number, quoted])
    return table(["Meant", "Understood as", "Times", "For example"], rows)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[:_LONGEST].rsplit(" ", 1)[0] + " ..."


def _counted(results: Sequence[Result]) -> list[str]:
    rows = [[label, intent, number] for (label, intent), number in confusions(results).most_common(_WORST)]
    note = "Counts only: who reads the messages and then writes training data makes this set worthless."
    return [note, "", *table(["Meant", "Understood as", "Times"], rows)]


def _comparison(found: Findings) -> list[str]:
    if found.comparison is None:
        return ["Not measured yet: `make evaluate COMPARE=1`."]
    others: dict[str, dict[str, Any]] = dict(found.comparison["pipelines"])
    rows: list[list[object]] = []
    for name, rate in found.rates.items():
        pairs = [one["figures"].get(name) for one in others.values()]
        if all(pairs):
            rows.append([FIGURES[name].title, *(percent(Rate(*pair).value) for pair in pairs), percent(rate.value)])
    ours = {"median_ms": round(found.median_ms, 1), "megabytes": round(found.megabytes, 1)}
    rows += [[title, *(one[key] for one in others.values()), ours.get(key, "")] for key, title in _COSTS.items()]
    return [
        f"The same training data and the same sets. The others were trained on {found.comparison['date']} by "
        f"`{found.comparison['command']}`, on a machine with {found.comparison['cores']} cores that did other work "
        "too. Ours is the model of this report; its time and size include danger signs and languages. DIET is Rasa's "
        "default but for 30 epochs instead of 100: one epoch takes one to three minutes here. Where the confidence is "
        "too low (by each one's own limits), a message counts as not understood.",
        *(
            f"\n**Not measured yet:** {name}; `make evaluate COMPARE=1` does it."
            for name in CONFIGS
            if name not in others
        ),
        "",
        *table(["Figure", *others, "Ours"], rows),
    ]
