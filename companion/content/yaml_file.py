"""Reads a YAML file together with the line of each entry, so that a problem can be shown where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from companion.content.problems import ContentError, Problem

__all__ = ["YamlFile", "read_yaml"]

#: libyaml's parser where PyYAML was built with it: ten times as fast.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Place = tuple[str | int, ...]


@dataclass(frozen=True)
class YamlFile:
    """A parsed file: `data` as PyYAML gives it, `lines` from a place such as ("sources", 0, "title") to its line."""

    path: str
    data: Any
    lines: dict[Place, int]

    def line(self, place: Place) -> int:
        """The line of `place`, or of the nearest enclosing entry that has one; 0 for the whole file."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 0)

    def problem(self, message: str, *place: str | int, warning: bool = False) -> Problem:
        """A `Problem` at `place` of this file."""
        return Problem(self.path, self.line(place), message, "warning" if warning else "error")


def read_yaml(path: Path, *, root: Path) -> YamlFile:
    """The file at `path`; its name in problems is relative to `root`.

    Raises `ContentError` for a missing file, bad YAML, a key given twice, or an empty file.
    """
    name = path.relative_to(root).as_posix()
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ContentError([Problem(name, 0, "there is no such file; it must exist")]) from None
    except UnicodeDecodeError:
        raise ContentError([Problem(name, 0, "is not UTF-8 text; save it as UTF-8")]) from None
    try:
        loader = _LOADER(text)
        node: yaml.Node | None = loader.get_single_node()
        data = loader.construct_document(node) if node else None
    except yaml.YAMLError as error:
        raise ContentError([_syntax_problem(name, error)]) from None
    except ValueError:
        # A date that is none, such as 2026-11-31, passes as YAML and fails as a date, without a place.
        raise ContentError(list(_impossible_dates(name, node))) from None
    if node is None:
        raise ContentError([Problem(name, 0, "is empty; it must hold entries")])
    lines: dict[Place, int] = {}
    repeated: list[Problem] = []
    try:
        _walk(node, (), lines, repeated, name)
    except RecursionError:
        message = "holds an entry that contains itself; write it out instead"
        raise ContentError([Problem(name, 0, message)]) from None
    if repeated:
        raise ContentError(repeated)
    return YamlFile(name, data, lines)


def _syntax_problem(name: str, error: yaml.YAMLError) -> Problem:
    mark = getattr(error, "problem_mark", None)
    what = getattr(error, "problem", None) or "cannot be read"
    hint = "check the indentation, and put text that holds ': ' or starts with a special sign in quotes"
    return Problem(name, mark.line + 1 if mark else 0, f"is not valid YAML ({what}); {hint}")


def _impossible_dates(name: str, node: yaml.Node | None) -> Iterator[Problem]:
    if isinstance(node, yaml.MappingNode):
        for pair in node.value:
            for child in pair:
                yield from _impossible_dates(name, child)
    elif isinstance(node, yaml.SequenceNode):
        for child in node.value:
            yield from _impossible_dates(name, child)
    elif node is not None:
        try:
            _LOADER("").construct_object(node)
        except ValueError:
            message = f"'{node.value}' is not a day of the calendar; write year-month-day, such as 2026-11-30"
            yield Problem(name, node.start_mark.line + 1, message)


def _walk(node: yaml.Node, place: Place, lines: dict[Place, int], repeated: list[Problem], name: str) -> None:
    lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                message = f"'{key.value}' is given twice; keep one"
                repeated.append(Problem(name, key.start_mark.line + 1, message))
            seen.add(key.value)
            child = (*place, key.value)
            lines[child] = key.start_mark.line + 1
            _walk(value, child, lines, repeated, name)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            _walk(value, (*place, index), lines, repeated, name)
