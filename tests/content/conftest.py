"""A small sound project to spoil, and the real one to leave alone."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from companion.content.check import check
from companion.content.checks import Project, Rule, topics
from companion.safety.rule_file import RULES as RED_FLAGS
from companion.settings import ROOT

SMALL = Path(__file__).with_name("small")
#: Real files that are taken as they are.
_WHOLE = ("content/service.yml", "content/staff_texts.yml")
#: The tests must not begin to fail because time goes by; `make check` uses the real day.
TODAY = date(2026, 11, 22)


@dataclass(frozen=True)
class Copy:
    """A copy of the small project, to be spoilt."""

    root: Path

    def spoil(self, name: str, old: str, new: str) -> None:
        """Changes the one place of a file that reads `old`."""
        path = self.root / name
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"'{old}' stands {text.count(old)} times in {name}"
        path.write_text(text.replace(old, new), encoding="utf-8")

    def write(self, name: str, text: str) -> None:
        """A whole file."""
        (self.root / name).write_text(text, encoding="utf-8")

    def told_by(self, rule: Rule, *, today: date = TODAY) -> list[str]:
        """What one rule says; a warning says so."""
        found = rule(Project.load(self.root, today=today))
        return [f"{'warning ' if problem.severity == 'warning' else ''}{problem}" for problem in found]

    def told(self) -> list[str]:
        """What the whole checker says."""
        return list(map(str, check(self.root, today=TODAY)))


@pytest.fixture(scope="session")
def cut_files() -> dict[str, str]:
    """Real files of many words, cut to a few: they must have the shape of the day. By name."""
    flags, terms = _real(RED_FLAGS.as_posix()), _real("content/terms.yml")
    fever = next(rule for rule in flags["rules"] if rule["id"] == "fever_on_treatment")
    context = {name: value.split(",")[0] for name, value in flags["context"].items()}
    flags |= {"rules": [fever | {"patterns": ["fever"]}], "context": context}
    flags |= {"words": {}, "spellings": {}, "real_words": ""}
    kinds = {kind: entries for kind, entries in terms.items() if _holds_terms(entries)}
    terms |= {kind: {name: {"words": [name]} for name in entries} for kind, entries in kinds.items()}
    whole = {name: (ROOT / name).read_text(encoding="utf-8") for name in _WHOLE}
    return {RED_FLAGS.as_posix(): yaml.safe_dump(flags), "content/terms.yml": yaml.safe_dump(terms), **whole}


@pytest.fixture
def copy(tmp_path: Path, cut_files: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Copy:
    """A sound small project, whose contract has two topics."""
    monkeypatch.setattr(topics, "CONTRACT_TOPICS", ("hormone_therapy", "prognosis_life_expectancy"))
    root = tmp_path / "project"
    shutil.copytree(SMALL, root)
    for name, text in cut_files.items():
        (root / name).write_text(text, encoding="utf-8")
    return Copy(root)


@pytest.fixture(scope="session")
def real_project() -> Project:
    """The real content."""
    return Project.load(ROOT, today=TODAY)


def _real(name: str) -> dict[str, Any]:
    return yaml.load((ROOT / name).read_text(encoding="utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def _holds_terms(entries: object) -> bool:
    return isinstance(entries, dict) and all(isinstance(entry, dict) for entry in entries.values())
