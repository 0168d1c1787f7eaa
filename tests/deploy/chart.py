"""Renders our Helm chart, which keeps to a small part of Helm's language; anything beyond it is an error here.

Helm itself is no Python package; the chart was rendered once with its own engine, to the same documents.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

__all__ = ["render"]

_TAG = re.compile(r"\{\{(-\s)?\s*(.*?)\s*(\s-)?\}\}", re.DOTALL)
_WORD = re.compile(r'"[^"]*"|\(|\)|\||:=|,|[^\s()|,]+')


@dataclass
class _Block:
    """`words` of a tag, what is inside until its end; of text, the text."""

    words: list[str]
    text: str = ""
    inside: list[_Block] = field(default_factory=list)


def render(chart: Path, values: dict[str, Any], *, release: str = "companion") -> list[dict[str, Any]]:
    """The documents of the chart in `chart`, with `values` laid over its own."""
    own = yaml.safe_load((chart / "values.yaml").read_text(encoding="utf-8"))
    engine = _Engine()
    files = sorted((chart / "templates").iterdir())
    trees = {file.name: _parse(file.read_text(encoding="utf-8")) for file in files}
    root = {"Values": _laid_over(own, values), "Release": {"Name": release}}
    for tree in trees.values():
        engine.define(tree)
    texts = [engine.run(tree, root, {"$": root}) for name, tree in trees.items() if name.endswith(".yaml")]
    return [document for text in texts for document in yaml.safe_load_all(text) if document]


def _laid_over(below: Any, above: Any) -> Any:
    if not (isinstance(below, dict) and isinstance(above, dict)):
        return above
    return {
        **below,
        **{name: _laid_over(below[name], value) if name in below else value for name, value in above.items()},
    }


def _parse(text: str) -> list[_Block]:
    stack: list[list[_Block]] = [[]]
    place, trim = 0, False
    for tag in _TAG.finditer(text):
        before = text[place : tag.start()]
        before = before.lstrip() if trim else before
        stack[-1].append(_Block([], before.rstrip() if tag[1] else before))
        place, trim = tag.end(), bool(tag[3])
        words = _WORD.findall(tag[2])
        if words[0] == "end":
            stack.pop()
        else:
            block = _Block(words)
            stack[-1].append(block)
            if words[0] in ("if", "range", "define"):
                stack.append(block.inside)
    rest = text[place:]
    stack[-1].append(_Block([], rest.lstrip() if trim else rest))
    assert len(stack) == 1, "an 'end' is missing"
    return stack[0]


class _Engine:
    def __init__(self) -> None:
        self._defined: dict[str, list[_Block]] = {}

    def define(self, tree: list[_Block]) -> None:
        for block in tree:
            if block.words[:1] == ["define"]:
                self._defined[block.words[1].strip('"')] = block.inside

    def run(self, tree: list[_Block], dot: Any, variables: dict[str, Any]) -> str:
        return "".join(self._one(block, dot, variables) for block in tree)

    def _one(self, block: _Block, dot: Any, variables: dict[str, Any]) -> str:
        kind = block.words[0] if block.words else ""
        if not kind:
            return block.text
        if kind == "define":
            return ""
        if kind == "if":
            return self.run(block.inside, dot, variables) if self._value(block.words[1:], dot, variables) else ""
        if kind == "range":
            return "".join(self._each(block, dot, variables))
        value = self._value(block.words, dot, variables)
        return str(value).lower() if isinstance(value, bool) else str(value)

    def _each(self, block: _Block, dot: Any, variables: dict[str, Any]) -> Iterator[str]:
        words = block.words[1:]
        if ":=" in words:
            key, _, value, _, *words = words
            for name, item in sorted(self._value(words, dot, variables).items()):
                yield self.run(block.inside, item, {**variables, key: name, value: item})
        else:
            for item in self._value(words, dot, variables):
                yield self.run(block.inside, item, variables)

    def _value(self, words: list[str], dot: Any, variables: dict[str, Any]) -> Any:
        """A pipeline: each part's value is the next one's last argument."""
        passed: list[Any] = []
        for part in _split(words):
            first, *arguments = self._arguments(part, dot, variables)
            if part[0] == "include":
                name, at = arguments
                passed = [self.run(self._defined[name], at, {"$": variables["$"]})]
            elif callable(first):
                passed = [first(*arguments, *passed)]
            else:
                assert not arguments, f"no function: {' '.join(part)}"
                passed = [first]
        return passed[0]

    def _arguments(self, words: list[str], dot: Any, variables: dict[str, Any]) -> Iterator[Any]:
        place = 0
        while place < len(words):
            if words[place] == "(":
                end = words.index(")", place)
                yield self._value(words[place + 1 : end], dot, variables)
                place = end
            else:
                yield _atom(words[place], dot, variables)
            place += 1


def _split(words: list[str]) -> Iterator[list[str]]:
    part: list[str] = []
    for word in words:
        if word == "|":
            yield part
            part = []
        else:
            part.append(word)
    yield part


def _atom(word: str, dot: Any, variables: dict[str, Any]) -> Any:
    if word.startswith('"'):
        return word[1:-1]
    if word.isdigit():
        return int(word)
    if word in _FUNCTIONS:
        return _FUNCTIONS[word]
    start, *path = word.split(".")
    found = variables[start] if start.startswith("$") else dot
    assert not start or start.startswith("$"), f"not in this part of the language: {word}"
    for name in filter(None, path):
        # Helm says nothing of a value that is not there; here it is an error.
        found = found[name]
    return found


def _nindent(count: int, text: str) -> str:
    return "\n" + "\n".join(" " * count + line if line else line for line in text.split("\n"))


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "include": lambda *_: None,
    "toYaml": lambda value: yaml.safe_dump(value, default_flow_style=False).rstrip("\n"),
    "nindent": _nindent,
    "quote": lambda value: json.dumps(str(value)),
    "eq": lambda one, other: one == other,
    "ne": lambda one, other: one != other,
    "gt": lambda one, other: one > other,
    "int": int,
    "div": lambda one, other: int(one) // int(other),
}
