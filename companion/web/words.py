"""The widget's own words, by locale; one small YAML file each in locales/. What the assistant says is in content/."""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from companion.content import ContentError, Library, Problem, contact_phrases
from companion.settings import Settings

__all__ = ["LOCALES", "Words"]

LOCALES = Path(__file__).parent / "locales"
#: The locale that all others are compared with.
_FIRST = "en-GB"
#: Whom to call, in this order: the name of the label, and of the phrase of content/helplines.yml.
_NUMBERS = (
    ("emergency", "emergency"),
    ("care", "care_line"),
    ("crisis", "crisis_line"),
    ("abuse", "abuse_line"),
    ("support", "cancer_support_line"),
)


class Words:
    """Every locale's words, with the numbers that are right for the deployer's country."""

    def __init__(self, library: Library, settings: Settings, folder: Path = LOCALES) -> None:
        """Raises `ContentError` for a file that lacks a word or has one too many."""
        self._locales = {file.stem: _read(file) for file in sorted(folder.glob("*.yml"))}
        wrong = list(_differences(self._locales))
        if wrong:
            raise ContentError(wrong)
        self._default = settings.locale
        self._phrases = contact_phrases(library.helplines, settings)

    def of(self, locale: str) -> dict[str, Any]:
        """What the widget needs to speak `locale` (a BCP 47 tag such as "pt-BR"), or the nearest that there is:
        `locale`, `dir`, `words`, and `numbers` (`label`, `text`)."""
        name = self._nearest(locale)
        words = self._locales[name]
        labels = words["numbers"]
        numbers = [{"label": labels[label], "text": self._phrases[phrase]} for label, phrase in _NUMBERS]
        return {"locale": name, "dir": words["dir"], "words": words["words"], "numbers": numbers}

    def _nearest(self, locale: str) -> str:
        wanted = locale.lower()
        language = wanted.partition("-")[0]
        known = {name.lower(): name for name in self._locales}
        # English of elsewhere is spelt as the deployer does.
        return known.get(wanted) or known.get(language) or self._default


def _read(file: Path) -> dict[str, Any]:
    data = yaml.safe_load(file.read_text(encoding="utf-8"))
    if not isinstance(data, dict) or set(data) != {"dir", "numbers", "words"}:
        raise ContentError([_problem(file.stem, "give dir, numbers and words")])
    return data


def _differences(locales: Mapping[str, dict[str, Any]]) -> Iterator[Problem]:
    """What is not as in the first locale: one line each."""
    for part in ("numbers", "words"):
        first = locales[_FIRST][part]
        for name, data in locales.items():
            for key in sorted(first.keys() ^ data[part].keys()):
                yield _problem(name, f"'{key}' is {'missing' if key in first else 'not a word of the widget'}")
            for key in sorted(first.keys() & data[part].keys()):
                if _places(first[key]) != _places(data[part][key]):
                    yield _problem(name, f"'{key}' must have {_places(first[key])} in braces, as in {_FIRST}")


def _problem(locale: str, message: str) -> Problem:
    return Problem(f"companion/web/locales/{locale}.yml", 0, message)


def _places(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name)
