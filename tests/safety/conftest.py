"""The rules are read once for all tests of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from companion.safety import RuleFile, Triage, load_rules

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def rules() -> RuleFile:
    return load_rules(ROOT)


@pytest.fixture(scope="session")
def triage(rules: RuleFile) -> Triage:
    return Triage(rules)
