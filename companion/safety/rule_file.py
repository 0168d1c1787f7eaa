"""Loads content/red_flags.yml and tells an editor, line by line, what is wrong in it."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from companion.content.problems import ContentError, Problem
from companion.content.yaml_file import YamlFile, read_yaml
from companion.safety.model import RedFlag, RuleFile, Urgency
from companion.safety.pattern import PatternBook, PatternError

__all__ = ["load_rules"]

RULES = Path("content/red_flags.yml")


def load_rules(root: Path, path: Path = RULES) -> RuleFile:
    """The rules of the project at `root`. Raises `ContentError` with every problem found."""
    file = read_yaml(root / path, root=root)
    try:
        rules = RuleFile.parse_obj(file.data)
    except ValidationError as error:
        raise ContentError([file.problem(_plain(one["msg"]), *one["loc"]) for one in error.errors()]) from None
    problems = _problems(rules, file)
    if problems:
        raise ContentError(problems)
    return rules


def _plain(message: str) -> str:
    return message.replace("extra fields not permitted", "is no known field; check its spelling").replace(
        "field required", "a field is missing here"
    )


def _problems(rules: RuleFile, file: YamlFile) -> list[Problem]:
    problems = []
    seen: set[str] = set()
    book = PatternBook(rules.words, rules.spelt())
    for number, flag in enumerate(rules.rules):
        if flag.id in seen:
            problems.append(file.problem(f"the id '{flag.id}' is used twice; ids are unique", "rules", number, "id"))
        seen.add(flag.id)
        if flag.urgency is Urgency.none:
            problems.append(file.problem("a red flag cannot have the urgency 'none'", "rules", number, "urgency"))
        problems += _pattern_problems(book, flag, number, file)
    for name, text in rules.words.items():
        try:
            book.list_slot(text)
        except PatternError as error:
            problems.append(file.problem(str(error), "words", name))
    return problems


def _pattern_problems(book: PatternBook, flag: RedFlag, number: int, file: YamlFile) -> list[Problem]:
    problems = []
    for index, pattern in enumerate(flag.patterns):
        try:
            book.compile(pattern)
        except PatternError as error:
            problems.append(file.problem(f"the pattern '{pattern}' {error}", "rules", number, "patterns", index))
    return problems
