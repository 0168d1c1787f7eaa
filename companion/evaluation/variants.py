"""The same danger in other words: minimised, shouted, misspelt, told by a carer."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

__all__ = ["Variants"]

_FILE = Path(__file__).with_name("variants.yml")
_WORD = re.compile(r"[^\W\d_]{5,}")
_PATIENT = re.compile(r"\b(?:I|im|my|me|myself)\b", re.IGNORECASE)
_SEED = 20261122


@dataclass(frozen=True)
class Variants:
    """The ways of variants.yml, and those that need no list."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    carer: tuple[tuple[str, str], ...]

    @classmethod
    def load(cls) -> Variants:
        """As in variants.yml beside this file."""
        data = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
        minimisers = data["minimisers"]
        carer = tuple((written, instead) for written, instead in data["carer"])
        return cls(tuple(minimisers["before"]), tuple(minimisers["after"]), carer)

    def minimised(self, text: str) -> list[str]:
        """`text` with each remark before it and each one after it."""
        return [remark + text for remark in self.before] + [text.rstrip(" .") + remark for remark in self.after]

    def ways(self) -> Mapping[str, Callable[[str], str]]:
        """By name, what rewrites a message; it gives the message unchanged where a way does not apply."""
        return {
            "capitals": str.upper,
            "small letters": str.lower,
            "no punctuation": _without_punctuation,
            "letters swapped": _swapped,
            "a letter missing": _shortened,
            "told by a carer": self._by_carer,
        }

    def _by_carer(self, text: str) -> str:
        if not _PATIENT.search(text):
            return text
        for written, instead in self.carer:
            text = re.sub(written, instead, text, flags=re.IGNORECASE)
        return text


def _without_punctuation(text: str) -> str:
    # A point between figures (38.2) is part of the number; a stop ends a sentence and stays a break.
    return re.sub(r"['’,;:!?]|(?<!\d)\.(?!\d)|\.(?=\s|$)", "", text)


def _swapped(text: str) -> str:
    def swap(word: str, place: int) -> str:
        return word[:place] + word[place + 1] + word[place] + word[place + 2 :]

    return _misspelt(text, swap)


def _shortened(text: str) -> str:
    return _misspelt(text, lambda word, place: word[:place] + word[place + 1 :])


def _misspelt(text: str, slip: Callable[[str, int], str]) -> str:
    """`text` with one slip inside one of its words of five letters or more; the same one every time."""
    found = list(_WORD.finditer(text))
    if not found:
        return text
    chance = random.Random(f"{_SEED} {text}")
    word = chance.choice(found)
    # The first letter and the last are nearly always right.
    place = chance.randrange(1, len(word.group()) - 2)
    return text[: word.start()] + slip(word.group(), place) + text[word.end() :]
