"""One test a rule and promise: `pytest -k fever` shows what a change to that rule does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from companion.safety import RedFlag, Triage, Urgency, load_rules

RULES = {flag.id: flag for flag in load_rules(Path(__file__).resolve().parents[2]).rules}
BEFORE = [
    "it's probably nothing but ",
    "sorry to be silly but ",
    "don't want to bother anyone but ",
    "My husband says it's fine but ",
    "Hi there. ",
    "not one to complain, ",
    "no rush but ",
]
AFTER = [
    ", probably nothing",
    " but my husband says it's fine",
    ". Don't want to bother anyone.",
    ", sorry to be silly",
    " but I'm sure it's normal",
    " lol",
    ". What does HER2 low mean?",
]
TYPOS = {
    r"\bbreathing\b": "breething",
    r"\bchest\b": "chset",
    r"\bheadache": "hedache",
    r"\bconfused\b": "confussed",
    r"\bvomiting\b": "vommiting",
    r"\bdiarrhoea\b": "diarhea",
    r"\bswollen\b": "swolen",
    r"\bbleeding\b": "bleedng",
    r"\bswelling\b": "sweling",
    r"\btablets\b": "tabelts",
    r"\bmorphine\b": "morphene",
    r"\btoday\b": "2day",
}


def under_triaged(triage: Triage, flag: RedFlag, messages: list[str]) -> list[str]:
    """What a person would wrongly be shown, one line a message."""
    shown = {message: triage.assess(message).urgency for message in messages}
    return [f"'{text}' shows {got.value}" for text, got in shown.items() if not got.at_least(flag.urgency)]


@pytest.mark.parametrize("rule", RULES)
def test_examples_are_met_with_the_rules_urgency(triage: Triage, rule: str) -> None:
    missed = under_triaged(triage, RULES[rule], RULES[rule].examples)
    assert not missed, f"{rule} promises {RULES[rule].urgency.value}, but {missed}"


@pytest.mark.parametrize("rule", RULES)
def test_near_misses_raise_no_alarm(triage: Triage, rule: str) -> None:
    alarms = {text: triage.assess(text).hits for text in RULES[rule].near_misses}
    assert not any(alarms.values()), {text: hits for text, hits in alarms.items() if hits}


@pytest.mark.parametrize("rule", RULES)
def test_minimising_never_lowers_the_urgency(triage: Triage, rule: str) -> None:
    for example in RULES[rule].examples:
        alone = triage.assess(example).urgency
        for softened in [before + example for before in BEFORE] + [example + after for after in AFTER]:
            shown = triage.assess(softened).urgency
            assert shown.at_least(alone), f"'{softened}' shows {shown.value}, without the remark {alone.value}"


@pytest.mark.parametrize("rule", RULES)
def test_capitals_and_missing_punctuation_change_nothing(triage: Triage, rule: str) -> None:
    examples = RULES[rule].examples
    written = [text.upper() for text in examples] + [text.replace("'", "") for text in examples]
    assert not under_triaged(triage, RULES[rule], written)


@pytest.mark.parametrize("rule", RULES)
def test_usual_slips_of_the_thumb_change_nothing(triage: Triage, rule: str) -> None:
    slipped = []
    for example in RULES[rule].examples:
        for word, typo in TYPOS.items():
            if re.search(word, example, re.IGNORECASE):
                slipped.append(re.sub(word, typo, example, flags=re.IGNORECASE))
    assert not under_triaged(triage, RULES[rule], slipped)


@pytest.mark.parametrize("rule", RULES)
def test_a_long_story_before_it_hides_nothing(triage: Triage, rule: str) -> None:
    story = (
        "I was diagnosed in 2019 and had surgery, then it came back in 2023. I live with my sister and two cats. "
        "What is a clinical trial? Can lung mets cause chest pain? My doctor is lovely. "
    )
    hidden = [story + text + ". Can I eat grapefruit?" for text in RULES[rule].examples]
    assert not under_triaged(triage, RULES[rule], hidden)


def test_there_are_46_rules_and_each_says_where_it_comes_from() -> None:
    assert len(RULES) == 46
    assert all(flag.sources and flag.rationale for flag in RULES.values())


def test_nothing_that_may_kill_is_excused_because_the_team_knows() -> None:
    lenient = [flag.id for flag in RULES.values() if flag.unless_known and flag.urgency.at_least(Urgency.safeguarding)]
    assert not lenient
