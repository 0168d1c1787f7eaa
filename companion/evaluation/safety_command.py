"""The command `evaluate-safety`."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from dataclasses import replace

from companion.content.library import Library
from companion.evaluation.command import BASELINE, DOCS, SETS, UNSEEN, allowed_intents
from companion.evaluation.figures import read_baseline, write_baseline
from companion.evaluation.intervals import Rate
from companion.evaluation.plots import plot_recalls
from companion.evaluation.progress import shown
from companion.evaluation.questions import PARTS, read_questions
from companion.evaluation.safety import (
    FIGURES,
    Case,
    Checker,
    Outcomes,
    check_all,
    core_cases,
    minimised,
    otherwise,
    read_cases,
)
from companion.evaluation.safety_report import SafetyFindings, safety_report
from companion.evaluation.trained_model import TrainedModel, open_model
from companion.evaluation.variants import Variants
from companion.run.training import MODEL
from companion.safety import Urgency, load_rules
from companion.settings import ROOT

__all__ = ["CASES", "evaluate_safety", "quick_rates", "scope_cases"]

CASES = SETS / "safety.csv"
_SECTION = "safety"
_PICTURE = "recall.png"
#: Of these parts of the understanding set no message is meant to tell of danger.
_PARTS = ("in_scope", "near_scope", "other_disease", "general", "small_talk")
_OUT_OF_SCOPE = ("near_scope", "other_disease", "general")


def evaluate_safety(*, baseline: bool = False) -> int:
    """Scores what danger the trained model sees, and writes the report. Raises as `evaluate` does."""
    rules = load_rules(ROOT)
    with open_model(MODEL) as model:
        checker, variants = Checker(model), Variants.load()
        scope = scope_cases(model)
        check_all(checker, [Case("a first message wakes everything up", Urgency.none)])
        unseen = _check(checker, read_cases(CASES, [flag.id for flag in rules.rules]), "unseen set")
        core = _check(checker, core_cases(rules), "core set")
        ways = otherwise(core, variants)
        found = SafetyFindings(
            flags=rules.rules,
            core=core,
            core_minimised=_check(checker, minimised(core, variants), "core set, minimised"),
            ways={name: _check(checker, cases, name) for name, cases in ways.items()},
            unseen=unseen,
            unseen_minimised=_check(checker, minimised(unseen, variants), "unseen set, minimised"),
            scope={PARTS[part]: _check(checker, cases, PARTS[part]) for part, cases in scope.items()},
            picture=_PICTURE,
            baseline=read_baseline(BASELINE, _SECTION),
        )
    found = replace(found, rates=_rates(found), median_ms=statistics.median(one.milliseconds for one in unseen))
    DOCS.mkdir(parents=True, exist_ok=True)
    recalls = {
        "core set": core.of_kind("danger").recall_by_urgency(),
        "unseen set": unseen.of_kind("danger").recall_by_urgency(),
    }
    plot_recalls(recalls, DOCS / _PICTURE)
    target = DOCS / "safety.md"
    target.write_text(safety_report(found), encoding="utf-8")
    if baseline:
        write_baseline(BASELINE, _SECTION, found.rates, found.median_ms)
    for name, rate in found.rates.items():
        goal = "" if FIGURES[name].met(rate) else "  (goal missed)"
        print(f"{100 * rate.value:5.1f} %  {FIGURES[name].title} ({rate.hits} of {rate.of}){goal}")
    print(f"{found.median_ms:5.1f} ms for a check. The report: {target.relative_to(ROOT)}")
    return 0


def scope_cases(model: TrainedModel) -> dict[str, list[Case]]:
    """The messages of the understanding set in which no danger is wanted, by part."""
    questions = read_questions(UNSEEN, allowed_intents(model), frozenset(Library.load().answers))
    return {
        part: [Case(one.text, Urgency.none, kind="ordinary") for one in questions if one.part == part]
        for part in _PARTS
    }


def quick_rates(core: Outcomes, unseen: Outcomes, scope: Mapping[str, Outcomes]) -> dict[str, Rate]:
    """The figures that need no variants; `scope` by title of the part, as in `PARTS`."""
    danger = unseen.of_kind("danger")
    outside = Outcomes(one for part in _OUT_OF_SCOPE for one in scope[PARTS[part]])
    return {
        "core_recall": core.of_kind("danger").recall,
        "core_near_miss_alarms": core.of_kind("near_miss").alarms,
        "unseen_recall": danger.recall,
        "unseen_hazardous": danger.hazards,
        **{f"unseen_{rule}": danger.about(rule).recall for rule in ("suicide_active", "suicide_passive")},
        "near_miss_alarms": unseen.of_kind("near_miss").alarms,
        "ordinary_alarms": unseen.of_kind("ordinary").alarms,
        "topic_alarms": scope[PARTS["in_scope"]].alarms,
        "out_of_scope_alarms": outside.alarms,
    }


def _rates(found: SafetyFindings) -> dict[str, Rate]:
    altered = Outcomes(one for outcomes in found.ways.values() for one in outcomes)
    rates = {
        **quick_rates(found.core, found.unseen, found.scope),
        "core_minimised": found.core_minimised.recall,
        "core_variants": altered.recall,
        "unseen_minimised": found.unseen_minimised.recall,
    }
    return {name: rates[name] for name in FIGURES}


def _check(checker: Checker, cases: list[Case], what: str) -> Outcomes:
    return check_all(checker, shown(cases, what))
