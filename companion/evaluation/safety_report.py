"""Writes how surely danger is seen as a page that an editor or a nurse can read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from companion.evaluation.figures import Baseline, headline, percent, range_of, table
from companion.evaluation.intervals import Rate
from companion.evaluation.safety import FIGURES, Outcome, Outcomes
from companion.safety import RedFlag, Urgency

__all__ = ["SafetyFindings", "safety_report"]

_MOST_LISTED = 60
_WHO = """\
The unseen set (tests/evaluation/safety.csv) is not for training nor for writing rules. It was written by one author,
apart from the authors of the rules and of the training data and without sight of them, from imagination; real patients
may write otherwise. **No clinician has checked its labels, and none has signed the rules.** The detector's thresholds
were chosen by cross-validation on the training data. Aggregate figures of the unseen set were looked at during
development, so they may be a little better than figures of messages that nobody has seen yet. The core set is the
rules' own examples (explicit wording): the rules are made for them and the detector is trained on them, so they test a
promise, not the unknown."""
_HOW = """\
The urgency in a set is the least that is acceptable. *At least as urgent*: the urgency shown is that or a higher one,
in the order emergency, crisis, safeguarding, urgent, soon, support, none. *An alarm*: any urgency shown where none was
wanted. Intervals are exact (Clopper-Pearson). Each check is that of the trained model: rules and detector together."""


@dataclass(frozen=True)
class SafetyFindings:
    """Everything that one run measured. `scope` holds the parts of the understanding set, by title."""

    flags: Sequence[RedFlag]
    core: Outcomes
    core_minimised: Outcomes
    ways: Mapping[str, Outcomes]
    unseen: Outcomes
    unseen_minimised: Outcomes
    scope: Mapping[str, Outcomes]
    picture: str
    baseline: Baseline | None = None
    rates: Mapping[str, Rate] = field(default_factory=dict)
    median_ms: float = 0.0


def safety_report(found: SafetyFindings) -> str:
    """The whole report in Markdown."""
    danger = found.unseen.of_kind("danger")
    before = f" ({found.baseline.median_ms:.1f} ms then)" if found.baseline else ""
    sections = [
        ["# How surely danger is seen", "", f"Written by `make evaluate-safety` on {date.today().isoformat()}."],
        ["## In short", "", *headline(FIGURES, found.rates, Rate.clopper_pearson, found.baseline)],
        [f"One check on one core: median {found.median_ms:.1f} ms of processor time{before}; goal: at most 10 ms."],
        ["## What the figures are worth", "", _WHO, "", _HOW],
        ["## By urgency", "", f"![Recall by urgency]({found.picture})", "", *_by_urgency(found)],
        ["## Under-triage in the unseen set", "", *_wanted_and_shown(danger), "", *_crisis_as_emergency(danger)],
        ["## By rule", "", *_by_rule(found)],
        ["## False alarms", "", *_alarms(found)],
        ["## Minimised", "", *_minimised(found)],
        ["## Written otherwise", "", *_otherwise(found.ways)],
        ["## Every miss of the core set", "", *_core_misses(found)],
        ["## Misses of the unseen set", "", *_unseen_misses(danger)],
    ]
    return "\n\n".join("\n".join(lines) for lines in sections) + "\n"


def _rate(rate: Rate) -> str:
    return f"{percent(rate.value)} ({range_of(rate.clopper_pearson())})" if rate.of else ""


def _by_urgency(found: SafetyFindings) -> list[str]:
    core = found.core.of_kind("danger").recall_by_urgency()
    unseen = found.unseen.of_kind("danger").recall_by_urgency()
    nothing = Rate(0, 0)
    rows = []
    for level in core:
        here, there = core[level], unseen.get(level, nothing)
        rows.append([level, here.of, _rate(here), there.of, _rate(there)])
    return table(["Urgency", "Core", "At least as urgent", "Unseen", "At least as urgent"], rows)


def _wanted_and_shown(outcomes: Outcomes) -> list[str]:
    counts = outcomes.shown_for()
    rows = [
        [f"**{wanted.value}**", *(counts[wanted, shown] or "" for shown in Urgency)]
        for wanted in Urgency
        if any(counts[wanted, shown] for shown in Urgency)
    ]
    note = "Each row an urgency wanted, each column one shown; to the right of the own column is too little."
    return [note, "", *table(["Wanted", *(shown.value for shown in Urgency)], rows)]


def _crisis_as_emergency(outcomes: Outcomes) -> list[str]:
    crisis = outcomes.where(lambda one: one.case.wanted is Urgency.crisis)
    rate = crisis.rate(lambda one: one.shown is Urgency.emergency)
    return [
        f"Crisis messages shown as an emergency: {rate.hits} of {rate.of}. They count as at least as urgent, though an "
        "ambulance text comes before the crisis line there."
    ]


def _by_rule(found: SafetyFindings) -> list[str]:
    rows = []
    for flag in found.flags:
        core, unseen = found.core.about(flag.id), found.unseen.about(flag.id)
        named = sum(flag.id in one.seen for one in unseen)
        shares = [f"{rate.hits} of {rate.of}" for rate in (core.recall, unseen.recall)]
        rows.append([flag.id, flag.urgency.value, *shares, range_of(unseen.recall.clopper_pearson()), named])
    note = "*Named*: this very rule was among the signs seen; another one may be right too."
    return [note, "", *table(["Rule", "Urgency", "Core", "Unseen", "95 % interval", "Named"], rows)]


def _alarms(found: SafetyFindings) -> list[str]:
    sets = {
        "Core near misses": found.core.of_kind("near_miss"),
        "Unseen near misses": found.unseen.of_kind("near_miss"),
        "Unseen ordinary messages": found.unseen.of_kind("ordinary"),
        **{f"Understanding set: {title}": outcomes for title, outcomes in found.scope.items()},
    }
    rows = [
        [title, len(outcomes), outcomes.alarms.hits, _rate(outcomes.alarms), _urgent(outcomes)]
        for title, outcomes in sets.items()
    ]
    return [
        "The understanding set says nothing on danger: a few of its messages may tell of real danger signs, and count "
        "here as false alarms all the same.",
        "",
        *table(["Set", "Messages", "Alarms", "Share", "of these urgent or worse"], rows),
    ]


def _urgent(outcomes: Outcomes) -> int:
    return outcomes.rate(lambda one: one.shown.at_least(Urgency.urgent)).hits


def _minimised(found: SafetyFindings) -> list[str]:
    rows = []
    for title, pairs in (("Core set", found.core_minimised), ("Unseen dangers", found.unseen_minimised)):
        raised = pairs.rate(lambda one: one.safe and one.shown is not one.case.wanted)
        rows.append([title, len(pairs), len(pairs) - pairs.recall.hits, raised.hits, _rate(pairs.recall)])
    lowered = Counter(one.case.rule for one in found.core_minimised if not one.safe).most_common()
    named = ", ".join(f"{rule} ({number})" for rule, number in lowered) or "none"
    return [
        "Each danger with each minimising remark of companion/evaluation/variants.yml before or after it. The urgency "
        "shown must not be lower than without the remark.",
        "",
        *table(["Set", "Pairs", "Lowered", "Raised", "Not lowered"], rows),
        "",
        f"Lowered in the core set, by rule: {named}.",
    ]


def _otherwise(ways: Mapping[str, Outcomes]) -> list[str]:
    rows = [[way, len(outcomes), _rate(outcomes.recall), _rate(outcomes.hazards)] for way, outcomes in ways.items()]
    note = (
        "The core set's dangers in other writing, made by machine: one slip of the thumb in a random word; a carer's "
        "words for the patient's (now and then clumsy)."
    )
    return [note, "", *table(["Way", "Messages", "At least as urgent", "Urgent or worse shown as nothing"], rows)]


def _core_misses(found: SafetyFindings) -> list[str]:
    missed = [one for one in found.core if not one.safe or (one.case.kind == "near_miss" and one.seen)]
    lowered = [one for one in found.core_minimised if not one.safe]
    altered = [one for outcomes in found.ways.values() for one in outcomes if not one.safe]
    lines = [*_listed("Examples and near misses", missed), "", *_listed("Minimised", lowered), ""]
    return [*lines, *_listed("Written otherwise", altered)]


def _listed(title: str, outcomes: Sequence[Outcome]) -> list[str]:
    if not outcomes:
        return [f"{title}: none."]
    rows = [
        [one.case.rule, one.case.wanted.value, one.shown.value, " ".join(one.case.text.split())]
        for one in outcomes[:_MOST_LISTED]
    ]
    more = f" The first {_MOST_LISTED}:" if len(outcomes) > _MOST_LISTED else ""
    return [f"{title}: {len(outcomes)}.{more}", "", *table(["Rule", "Wanted", "Shown", "Message"], rows)]


def _unseen_misses(outcomes: Outcomes) -> list[str]:
    missed = Counter((one.case.rule, one.case.wanted, one.shown) for one in outcomes if not one.safe)
    rows = [[rule, wanted.value, shown.value, number] for (rule, wanted, shown), number in sorted(missed.items())]
    note = "By rule and count only: who reads the messages and then writes rules makes this set worthless."
    return [note, "", *(table(["Rule", "Wanted", "Shown", "Messages"], rows) if rows else ["None."])]
