"""All curated content, read once, checked for shape."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError, parse_obj_as

from companion.content.model import (
    Answer,
    Button,
    Escalations,
    FollowUps,
    HandOffTexts,
    Helplines,
    Medicine,
    Notice,
    Source,
    Terms,
)
from companion.content.problems import ContentError, Problem
from companion.content.term_finder import TermFinder
from companion.content.wording import spell
from companion.content.yaml_file import YamlFile, read_yaml
from companion.settings import ROOT

__all__ = ["Library"]

T = TypeVar("T")


@dataclass(frozen=True)
class Library:
    """The content folder in memory. `files` keeps each file's lines, so that checks can name them."""

    answers: dict[str, Answer]
    medicines: dict[str, Medicine]
    terms: Terms
    notices: dict[str, Notice]
    hand_off: HandOffTexts
    buttons: dict[str, Button]
    sources: dict[str, Source]
    helplines: Helplines
    escalations: Escalations
    follow_ups: FollowUps
    languages: dict[str, str]
    american: dict[str, str]
    files: dict[str, YamlFile]

    @classmethod
    def load(cls, root: Path = ROOT) -> Library:
        """The content of the project at `root`. Raises `ContentError` with every problem of shape found."""
        reader = _Reader(root)
        library = cls(
            answers=reader.folder("content/answers", Answer),
            medicines=reader.file("content/medicines.yml", dict[str, Medicine]),
            terms=reader.file("content/terms.yml", Terms),
            notices=reader.file("content/notices.yml", dict[str, Notice]),
            hand_off=reader.file("content/hand_off.yml", HandOffTexts),
            buttons=reader.file("content/buttons.yml", dict[str, Button]),
            sources=reader.file("content/sources.yml", dict[str, Source]),
            helplines=reader.file("content/helplines.yml", Helplines),
            escalations=reader.file("content/escalations.yml", Escalations),
            follow_ups=reader.file("content/follow_ups.yml", FollowUps),
            languages=reader.file("content/languages.yml", dict[str, str]),
            american=reader.file("content/spelling.yml", dict[str, str]),
            files=reader.files,
        )
        if reader.problems:
            raise ContentError(reader.problems)
        return library

    @cached_property
    def named_terms(self) -> dict[str, dict[str, list[str]]]:
        """Everything a person may name: kind -> id -> the words for it."""
        terms = {
            kind: {name: term.words for name, term in getattr(self.terms, kind).items()}
            for kind in ("treatment", "body_site", "receptor_type", "provider", "other_condition", "supplement")
        }
        medicines = {
            name: [medicine.generic, *medicine.brands, *medicine.also] for name, medicine in self.medicines.items()
        }
        return {"medicine": medicines, **terms}

    def term_finder(self) -> TermFinder:
        """Finds these terms in messages."""
        return TermFinder(self.named_terms, common_words=self.terms.not_misspelt)

    @cached_property
    def easy_words(self) -> list[str]:
        """Words that count as two syllables in the reading grade: names of medicines, and terms the texts explain."""
        names = [name for words in self.named_terms["medicine"].values() for name in words]
        return [*self.terms.explained, *names]

    @cached_property
    def quick_replies(self) -> dict[str, str]:
        """The id of every quick reply (or the topic), by its text in lower case, British and American."""
        british = {button.text: name for name, button in self.buttons.items()}
        british |= {answer.label: topic for topic, answer in self.answers.items()}
        american = {spell(text, self.american, "en-US"): name for text, name in british.items()}
        return {text.lower(): name for text, name in {**american, **british}.items()}

    @cached_property
    def typed_buttons(self) -> dict[str, str]:
        """The intent of every quick reply, by its text in lower case, in British and in American spelling."""
        return {
            text: self.buttons[name].intent if name in self.buttons else name
            for text, name in self.quick_replies.items()
        }


class _Reader:
    """Reads files into models, collecting problems instead of stopping at the first."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.files: dict[str, YamlFile] = {}
        self.problems: list[Problem] = []

    def file(self, name: str, shape: Callable[..., T] | type[T]) -> T:
        try:
            document = read_yaml(self._root / name, root=self._root)
        except ContentError as error:
            self.problems += error.problems
            return None  # type: ignore[return-value]  # load() raises before anybody sees it
        self.files[name] = document
        try:
            return parse_obj_as(shape, document.data)  # type: ignore[arg-type]
        except ValidationError as error:
            self.problems += [_problem(document, one, shape) for one in error.errors()]
            return None  # type: ignore[return-value]

    def folder(self, name: str, shape: type[T]) -> dict[str, T]:
        paths = sorted((self._root / name).glob("*.yml"))
        return {path.stem: self.file(f"{name}/{path.name}", shape) for path in paths}


def _problem(document: YamlFile, error: Mapping[str, Any], shape: Any) -> Problem:
    """A pydantic error in an editor's words."""
    place = tuple(part for part in error["loc"] if part != "__root__")
    field = place[-1] if place else "the file"
    kind = error["type"]
    if kind == "value_error.missing":
        message = f"'{field}' is missing; add it"
    elif kind == "value_error.extra":
        known = f"; known fields: {', '.join(shape.__fields__)}" if _is_model(shape) and len(place) == 1 else ""
        message = f"'{field}' is not a known field; check its spelling{known}"
    else:
        message = f"'{field}': {error['msg']}"
    return document.problem(message, *place)


def _is_model(shape: Any) -> bool:
    return isinstance(shape, type) and issubclass(shape, BaseModel)
