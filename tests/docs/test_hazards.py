"""The hazard log is whole, names tests that exist, and its page is up to date."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import pytest

from companion.content import ContentError
from companion.hazards import LOG, PAGE, Hazard, load_hazards, render

ROOT = Path(__file__).resolve().parents[2]
CONVERSATIONS = "tests/conversations/test_conversations.py::test_conversation"
HAZARDS = load_hazards(ROOT).hazards


@lru_cache(maxsize=1)
def existing_tests() -> frozenset[str]:
    """The ids of all tests by their source, parametrised ones once: collecting them with pytest would take a minute."""
    found = set()
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        name = file.relative_to(ROOT).as_posix()
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test"):
                found.add(f"{name}::{node.name}")
    return frozenset(found)


def fault(test: str) -> str | None:
    """What is wrong with the id of a test, or None."""
    function, _, case = test.partition("[")
    if function not in existing_tests():
        return f"there is no test {function}"
    if not case:
        return f"{test}: name one conversation, [folder/file]" if function == CONVERSATIONS else None
    if function != CONVERSATIONS or not case.endswith("]"):
        return f"{test}: write it without brackets"
    file = ROOT / "tests" / "conversations" / f"{case[:-1]}.yml"
    return None if file.is_file() else f"there is no conversation {file.relative_to(ROOT)}"


@pytest.mark.parametrize("hazard", HAZARDS, ids=lambda hazard: hazard.id)
def test_every_test_that_a_hazard_names_exists(hazard: Hazard) -> None:
    faults = [found for found in map(fault, hazard.tests) if found]
    assert not faults, f"{LOG}, {hazard.id}: {'; '.join(faults)}"


@pytest.mark.parametrize("hazard", HAZARDS, ids=lambda hazard: hazard.id)
def test_no_hazard_names_a_test_twice(hazard: Hazard) -> None:
    assert len(hazard.tests) == len(set(hazard.tests))


@pytest.mark.parametrize("hazard", HAZARDS, ids=lambda hazard: hazard.id)
def test_mitigation_does_not_make_a_hazard_likelier(hazard: Hazard) -> None:
    assert hazard.likelihood_after <= hazard.likelihood_before


def test_the_page_is_up_to_date() -> None:
    shown = (ROOT / PAGE).read_text(encoding="utf-8")
    assert shown == render(load_hazards(ROOT)), f"{PAGE} is old; run: .venv/bin/python -m companion hazards"


def test_the_page_claims_no_compliance_and_no_agreement_that_was_not_given() -> None:
    page = render(load_hazards(ROOT))
    assert "It claims no compliance with DCB0129" in page
    assert page.count("estimate, not yet agreed by a clinical safety officer") == 2 * sum(
        hazard.agreed_by is None for hazard in HAZARDS
    )


def test_every_risk_of_the_scale_has_a_meaning() -> None:
    scales = load_hazards(ROOT).scales
    for row in scales.risk:
        assert len(row) == len(scales.severity)
        assert set(row) <= set(range(1, len(scales.meaning) + 1))


def test_a_made_up_test_is_noticed() -> None:
    assert fault("tests/safety/test_every_rule.py::test_that_nobody_wrote")
    assert fault("tests/safety/test_nowhere.py::test_near_misses_raise_no_alarm")
    assert fault(f"{CONVERSATIONS}[danger/that_nobody_wrote]")
    assert fault(CONVERSATIONS)
    assert fault("tests/safety/test_every_rule.py::test_near_misses_raise_no_alarm[fever_on_treatment]")
    assert fault("tests/safety/test_every_rule.py::test_near_misses_raise_no_alarm") is None


def without(field: str) -> Callable[[str], str]:
    """Takes the first entry's `field` out, with the lines that belong to it."""
    return lambda text: re.sub(rf"^    {field}:.*\n(?:^      .*\n)*", "", text, count=1, flags=re.MULTILINE)


@pytest.mark.parametrize("field", [name for name in Hazard.__fields__ if name != "id"])
def test_a_hazard_without_one_of_its_fields_is_refused(field: str, tmp_path: Path) -> None:
    assert "field required" in refusal(tmp_path, without(field))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text.replace("id: false_reassurance", "id: missed_red_flag"), "is used twice"),
        (lambda text: text.replace("severity: 5", "severity: 6", 1), "less than or equal to 5"),
        (lambda text: re.sub(r"    tests:\n(?:      - .*\n)+", "    tests: []\n", text, count=1), "at least 1 item"),
        (lambda text: text.replace("agreed_by: null", "agreed_by: null\n    agreed: yes", 1), "not permitted"),
    ],
)
def test_a_fault_in_the_log_is_one_line_with_its_place(
    change: Callable[[str], str], message: str, tmp_path: Path
) -> None:
    told = refusal(tmp_path, change)
    assert message in told
    assert re.match(rf"{re.escape(LOG.as_posix())}:\d+: ", told), told


def refusal(root: Path, change: Callable[[str], str]) -> str:
    """What is said of the log after `change`."""
    text = (ROOT / LOG).read_text(encoding="utf-8")
    changed = change(text)
    assert changed != text, "the change found nothing to change"
    file = root / LOG
    file.parent.mkdir(parents=True)
    file.write_text(changed, encoding="utf-8")
    with pytest.raises(ContentError) as refused:
        load_hazards(root)
    return str(refused.value)
