"""The trained model is as good as docs/evaluation/baseline.json says, chance aside.

A worse model fails here; where the change is wanted, `make evaluate BASELINE=1` and `make evaluate-safety BASELINE=1`
lower the floors, and the reports show by how much.
"""

from __future__ import annotations

import pytest

from companion.evaluation.command import ARTICLES, BASELINE, UNSEEN, allowed_intents
from companion.evaluation.figures import Figure, read_baseline
from companion.evaluation.intervals import Rate
from companion.evaluation.questions import PARTS, read_questions
from companion.evaluation.safety import FIGURES as SAFETY
from companion.evaluation.safety import Checker, Outcomes, check_all, core_cases, minimised, read_cases
from companion.evaluation.safety_command import CASES, quick_rates, scope_cases
from companion.evaluation.trained_model import TrainedModel
from companion.evaluation.understanding import FIGURES, score
from companion.evaluation.variants import Variants
from companion.safety import load_rules
from companion.settings import ROOT

#: Two points, or two messages in a small part: another processor rounds otherwise and tips a message or two.
MARGIN, MESSAGES = 0.02, 2
#: These take minutes; the reports have them.
SLOW = {"cross_validated_strict", "core_minimised", "core_variants", "unseen_minimised"}


@pytest.fixture(scope="module")
def understood(model: TrainedModel, topics: frozenset[str]) -> dict[str, Rate]:
    intents = allowed_intents(model)
    rates = score(read_questions(UNSEEN, intents, topics), model.parse, topics).figures()
    return {**rates, "articles_strict": score(read_questions(ARTICLES, intents, topics), model.parse, topics).strict}


@pytest.fixture(scope="module")
def checker(model: TrainedModel) -> Checker:
    return Checker(model)


@pytest.fixture(scope="module")
def core(checker: Checker) -> Outcomes:
    return check_all(checker, core_cases(load_rules(ROOT)))


@pytest.fixture(scope="module")
def danger_seen(model: TrainedModel, checker: Checker, core: Outcomes) -> dict[str, Rate]:
    unseen = check_all(checker, read_cases(CASES, [flag.id for flag in load_rules(ROOT).rules]))
    scope = {PARTS[part]: check_all(checker, cases) for part, cases in scope_cases(model).items()}
    return quick_rates(core, unseen, scope)


def assert_no_worse(section: str, name: str, figure: Figure, rate: Rate) -> None:
    baseline = read_baseline(BASELINE, section)
    assert baseline is not None, f"no figures of '{section}' in {BASELINE}; run 'make evaluate[-safety] BASELINE=1'"
    before = baseline.rates[name].value
    margin = max(MARGIN, MESSAGES / rate.of)
    worse = before - rate.value if figure.at_least else rate.value - before
    assert worse <= margin + 1e-9, f"{figure.title}: {rate.value:.1%} ({rate.hits} of {rate.of}), was {before:.1%}"


@pytest.mark.parametrize("name", [name for name in FIGURES if name not in SLOW])
def test_messages_are_understood_as_well_as_before(name: str, understood: dict[str, Rate]) -> None:
    assert_no_worse("understanding", name, FIGURES[name], understood[name])


@pytest.mark.parametrize("name", [name for name in SAFETY if name not in SLOW])
def test_danger_is_seen_as_surely_as_before(name: str, danger_seen: dict[str, Rate]) -> None:
    assert_no_worse("safety", name, SAFETY[name], danger_seen[name])


def test_no_danger_of_the_core_set_is_missed(core: Outcomes) -> None:
    missed = [f"'{one.case.text}' shows {one.shown.value}, {one.case.rule} wants {one.case.wanted.value}"
              for one in core if not one.safe]  # fmt: skip
    assert not missed, "\n".join(missed)


def test_no_minimising_remark_lowers_the_urgency_of_the_core_set(checker: Checker, core: Outcomes) -> None:
    """Every example with one remark, every remark in turn; `make evaluate-safety` tries all with all."""
    pairs = minimised(core, Variants.load())
    remarks = len(Variants.load().minimised("any"))
    # One more than the number of remarks, so that the remark changes from example to example.
    lowered = [one for one in check_all(checker, pairs[:: remarks + 1]) if not one.safe]
    assert not lowered, "\n".join(f"'{one.case.text}' shows {one.shown.value}" for one in lowered)
