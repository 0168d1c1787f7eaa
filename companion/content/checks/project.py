"""Everything the checker looks at, read once: the content, and what the dialogue says it needs of it."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from companion.cases.service import Service
from companion.cases.staff_texts import StaffTexts
from companion.content.checks.house import House
from companion.content.contacts import contact_phrases
from companion.content.library import Library
from companion.content.problems import ContentError, Problem
from companion.content.yaml_file import YamlFile, read_yaml
from companion.safety.rule_file import load_rules
from companion.settings import Settings

__all__ = ["QUESTIONS", "Domain", "Project"]

QUESTIONS = "tests/evaluation/articles.csv"

T = TypeVar("T")
Shape = TypeVar("Shape", bound=BaseModel)


class Domain(BaseModel):
    """What is read of domain.yml."""

    intents: list[str | dict[str, Any]]
    responses: dict[str, Any] = {}

    @property
    def intent_names(self) -> list[str]:
        """The intents, also those written with settings of their own."""
        return [intent if isinstance(intent, str) else next(iter(intent), "") for intent in self.intents]


class _Step(BaseModel):
    intent: str | None = None
    action: str | None = None


class _DialogueRule(BaseModel):
    steps: list[_Step] = []


class _DialogueRules(BaseModel):
    rules: list[_DialogueRule] = []


class _Examples(BaseModel):
    intent: str | None = None
    examples: str = ""


class _Training(BaseModel):
    nlu: list[_Examples] = []


@dataclass(frozen=True)
class Project:
    """The content at one root.

    `urgencies`: red flag -> its urgency; `actions`: intent -> the actions of the rules that begin with it; `examples`:
    intent -> its different training examples; `questions`: the labels that have a test question; `code`: the program.
    """

    library: Library
    urgencies: dict[str, str]
    domain: Domain
    domain_file: YamlFile
    actions: dict[str, set[str]]
    examples: dict[str, set[str]]
    questions: set[str]
    code: str
    house: House
    today: date

    @classmethod
    def load(cls, root: Path, *, today: date | None = None) -> Project:
        """The project at `root`. Raises `ContentError` with every file that cannot be read."""
        return _load(root, today or date.today())

    @cached_property
    def phrases(self) -> dict[str | None, dict[str, str]]:
        """What a template may name, by country; None where the country is not known."""
        helplines = self.library.helplines
        countries = [None, *helplines.countries]
        return {country: contact_phrases(helplines, Settings(), country) for country in countries}

    def names(self, file: YamlFile, country: str | None = None) -> dict[str, str]:
        """What a template in `file` may name, with the value for `country` or an example."""
        examples = self.library.hand_off.examples if file.path == "content/hand_off.yml" else {}
        return {**examples, **self.phrases[country]}

    @cached_property
    def quoted(self) -> set[str]:
        """Every word that stands in quotes in the program: the ids it may use."""
        return set(re.findall(r"[\"'](\w+)[\"']", self.code))

    def file(self, name: str) -> YamlFile:
        """A content file by its name below content/."""
        return self.library.files[f"content/{name}"]

    def answer_file(self, topic: str) -> YamlFile:
        """A topic's file."""
        return self.file(f"answers/{topic}.yml")


def _load(root: Path, today: date) -> Project:
    reader = _Reader(root)
    library = reader.take(lambda: Library.load(root))
    rules = reader.take(lambda: load_rules(root))
    domain, domain_file = reader.shaped("domain.yml", Domain)
    actions = _actions(reader)
    examples = _examples(reader)
    questions = reader.take(lambda: _questions(root))
    # The project's own file; a deployment's is read when it starts.
    reader.take(lambda: Service.load({}, root=root))
    reader.take(lambda: StaffTexts.load(root))
    if reader.problems:
        raise ContentError(reader.problems)
    # Whatever is missing has left a problem behind.
    assert library is not None
    assert rules is not None
    assert domain is not None
    assert domain_file is not None
    assert questions is not None
    return Project(
        library=library,
        urgencies={flag.id: flag.urgency.value for flag in rules.rules},
        domain=domain,
        domain_file=domain_file,
        actions=actions,
        examples=examples,
        questions=questions,
        code=_code(root),
        house=House.load(),
        today=today,
    )


class _Reader:
    """Collects problems instead of stopping at the first file that cannot be read."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.problems: list[Problem] = []

    def take(self, read: Callable[[], T]) -> T | None:
        try:
            return read()
        except ContentError as error:
            self.problems += error.problems
            return None

    def shaped(self, name: str, shape: type[Shape]) -> tuple[Shape | None, YamlFile | None]:
        file = self.take(lambda: read_yaml(self.root / name, root=self.root))
        if file is None:
            return None, None
        try:
            return shape.parse_obj(file.data), file
        except ValidationError as error:
            self.problems += [
                file.problem(f"'{'.'.join(map(str, one['loc']))}': {one['msg']}", *one["loc"]) for one in error.errors()
            ]
            return None, file

    def folder(self, name: str, shape: type[Shape]) -> list[Shape]:
        paths = sorted((self.root / name).glob("*.yml"))
        read = [self.shaped(path.relative_to(self.root).as_posix(), shape)[0] for path in paths]
        return [one for one in read if one is not None]


def _actions(reader: _Reader) -> dict[str, set[str]]:
    actions: dict[str, set[str]] = {}
    for file in reader.folder("data/rules", _DialogueRules):
        for rule in file.rules:
            first = next((step.intent for step in rule.steps if step.intent), None)
            if first:
                actions.setdefault(first, set()).update(step.action for step in rule.steps if step.action)
    return actions


def _examples(reader: _Reader) -> dict[str, set[str]]:
    examples: dict[str, set[str]] = {}
    for file in reader.folder("data/nlu", _Training):
        for group in file.nlu:
            if group.intent:
                lines = (line.strip() for line in group.examples.splitlines())
                found = {line[1:].strip().lower() for line in lines if line.startswith("-")}
                examples.setdefault(group.intent, set()).update(found)
    return examples


def _questions(root: Path) -> set[str]:
    try:
        with (root / QUESTIONS).open(encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines))
    except FileNotFoundError:
        raise ContentError([Problem(QUESTIONS, 0, "there is no such file; it holds a test question a topic")]) from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise ContentError([Problem(QUESTIONS, 0, f"cannot be read ({error}); save it as UTF-8 CSV")]) from None
    if rows and "label" not in rows[0]:
        raise ContentError([Problem(QUESTIONS, 1, "has no column 'label'; the first line must name it")])
    return {row["label"] for row in rows if row["label"]}


def _code(root: Path) -> str:
    """The program without the checker, which names ids that it does not use."""
    paths = [path for folder in ("actions", "companion") for path in sorted((root / folder).rglob("*.py"))]
    return "\n".join(path.read_text(encoding="utf-8") for path in paths if "checks" not in path.parts)
