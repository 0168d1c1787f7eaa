"""The command `evaluate`."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from pathlib import Path

from companion.content.library import Library
from companion.evaluation.calibration import reliability
from companion.evaluation.comparison import compare, read_comparison
from companion.evaluation.cross_validation import cross_validate
from companion.evaluation.figures import read_baseline, write_baseline
from companion.evaluation.plots import plot_confusions, plot_reliability
from companion.evaluation.progress import shown
from companion.evaluation.questions import Question, read_questions
from companion.evaluation.trained_model import TrainedModel, open_model
from companion.evaluation.understanding import FIGURES, Scores, score
from companion.evaluation.understanding_report import Findings, own_file_report, report
from companion.run.training import MODEL
from companion.settings import ROOT

__all__ = ["ARTICLES", "BASELINE", "UNSEEN", "allowed_intents", "evaluate"]

SETS = ROOT / "tests" / "evaluation"
UNSEEN = SETS / "understanding.csv"
ARTICLES = SETS / "articles.csv"
DOCS = ROOT / "docs" / "evaluation"
BASELINE = DOCS / "baseline.json"
COMPARISON = DOCS / "comparison.json"
#: Reports on other people's files quote them: they stay on this machine.
OWN_FILES = ROOT / "var" / "evaluation"
_SECTION = "understanding"
#: Given by the language detector, not by the classifier.
_FURTHER_INTENTS = {"other_language"}


def evaluate(file: Path | None = None, *, baseline: bool = False, compared: bool = False) -> int:
    """Scores the trained model on the project's sets, or on `file`, and writes the report.

    Raises `ContentError` for a file that cannot be scored and `FileNotFoundError` without a model.
    """
    topics = frozenset(Library.load().answers)
    with open_model(MODEL) as model:
        if file is not None:
            return _evaluate_file(file, model, topics)
        questions = read_questions(UNSEEN, allowed_intents(model), topics)
        articles = read_questions(ARTICLES, allowed_intents(model), topics)
        if compared:
            compare(COMPARISON, questions, articles, topics)
        found = _measure(model, questions, articles, topics)
    DOCS.mkdir(parents=True, exist_ok=True)
    (DOCS / "understanding.md").write_text(report(found), encoding="utf-8")
    if baseline:
        write_baseline(BASELINE, _SECTION, found.rates, found.median_ms)
    _tell(found, DOCS / "understanding.md")
    return 0


def allowed_intents(model: TrainedModel) -> set[str]:
    """The labels that a set may use."""
    return set(model.kinds()) | _FURTHER_INTENTS


def _measure(
    model: TrainedModel, questions: Sequence[Question], articles: Sequence[Question], topics: frozenset[str]
) -> Findings:
    unseen, times = _score(model, questions, topics)
    trained = cross_validate(model, topics)
    rates = unseen.figures()
    rates["articles_strict"] = score(shown(articles, "articles"), model.parse, topics).strict
    rates["cross_validated_strict"] = trained.strict
    bins = {"Unseen messages": reliability(unseen.results), "Cross-validation": reliability(trained.results)}
    pictures = {"confusions": "confusions.png", "reliability": "reliability.png"}
    DOCS.mkdir(parents=True, exist_ok=True)
    plot_confusions(trained.results, DOCS / pictures["confusions"])
    plot_reliability(bins, DOCS / pictures["reliability"])
    return Findings(
        unseen,
        rates,
        *times,
        model.megabytes,
        bins,
        cross_validated=trained,
        comparison=read_comparison(COMPARISON),
        baseline=read_baseline(BASELINE, _SECTION),
        pictures=pictures,
    )


def _evaluate_file(file: Path, model: TrainedModel, topics: frozenset[str]) -> int:
    scores, times = _score(model, read_questions(file, allowed_intents(model), topics), topics)
    OWN_FILES.mkdir(parents=True, exist_ok=True)
    pictures = {name: f"{file.stem}-{name}.png" for name in ("confusions", "reliability")}
    bins = {file.name: reliability(scores.results)}
    plot_confusions(scores.results, OWN_FILES / pictures["confusions"])
    plot_reliability(bins, OWN_FILES / pictures["reliability"])
    before = read_baseline(BASELINE, _SECTION)
    found = Findings(scores, scores.figures(), *times, model.megabytes, bins, baseline=before, pictures=pictures)
    target = OWN_FILES / f"{file.stem}.md"
    target.write_text(own_file_report(file.name, found), encoding="utf-8")
    _tell(found, target)
    return 0


def _score(
    model: TrainedModel, questions: Sequence[Question], topics: frozenset[str]
) -> tuple[Scores, tuple[float, float]]:
    """The scores, and the median and the 95th-percentile time of a message in ms."""
    model.parse("a first message wakes everything up")
    scores = score(shown(questions, "messages"), model.parse, topics)
    times = sorted(one.parse.milliseconds for one in scores.results)
    return scores, (statistics.median(times), times[int(0.95 * (len(times) - 1))])


def _tell(found: Findings, target: Path) -> None:
    for name, rate in found.rates.items():
        goal = "" if FIGURES[name].met(rate) else "  (goal missed)"
        print(f"{100 * rate.value:5.1f} %  {FIGURES[name].title} ({rate.hits} of {rate.of}){goal}")
    print(f"{found.median_ms:5.1f} ms for a message. The report: {target.relative_to(ROOT)}")
