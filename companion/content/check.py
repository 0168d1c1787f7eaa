"""The content checker for editors: `python -m companion check`. The rules are in companion/content/checks/."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

from companion.content.checks import RULES, Project
from companion.content.checks.review import drafts
from companion.content.checks.texts import passages, rendered
from companion.content.problems import ContentError, Problem
from companion.content.readability import measure
from companion.settings import ROOT

__all__ = ["check", "run"]


def check(root: Path = ROOT, *, today: date | None = None) -> list[Problem]:
    """Every problem of the content at `root` as of `today`: errors first, each kind by file and line.

    Where a file cannot be read, only that is told.
    """
    try:
        return _problems(Project.load(root, today=today))
    except ContentError as error:
        return error.problems


def run(*, grades: bool = False, root: Path = ROOT) -> int:
    """Prints one line a problem and a summary, or with `grades` how hard each text is; 1 where errors are, else 0."""
    try:
        project = Project.load(root)
    except ContentError as error:
        _print(map(str, error.problems))
        print(f"{_count(len(error.problems), 'error')}; nothing else was checked, put this right first")
        return 1
    if grades:
        _print(_grades(project))
        return 0
    problems = _problems(project)
    _print(map(_line, problems))
    errors = sum(problem.severity == "error" for problem in problems)
    warnings = _count(len(problems) - errors, "warning")
    print(f"{_count(errors, 'error')}, {warnings}; {drafts(project)}")
    return 1 if errors else 0


def _problems(project: Project) -> list[Problem]:
    found = {problem for rule in RULES for problem in rule(project)}
    return sorted(found, key=lambda problem: (problem.severity, problem))


def _line(problem: Problem) -> str:
    if problem.severity == "error":
        return str(problem)
    return str(replace(problem, message=f"warning: {problem.message}"))


def _grades(project: Project) -> Iterator[str]:
    row = "{:<34} {:<22} {:>5} {:>6} {:>6}"
    yield row.format("topic", "field", "words", "grade", "raw")
    for text in passages(project):
        read = rendered(text, project)
        if read is not None:
            found = measure(read, known_words=project.library.easy_words)
            yield row.format(text.subject, text.field, found.words, f"{found.grade:.1f}", f"{found.raw:.1f}")


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        print(line)
