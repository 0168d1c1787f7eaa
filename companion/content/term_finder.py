"""Finds the medicines, treatments, places in the body and receptor types that a message names, misspelt ones too."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA

__all__ = ["Found", "TermFinder"]

_WORD = re.compile(r"[^\W_]+(?:[-/+'][^\W_]+)*\+?")
#: Shorter words are matched as written only: one changed letter makes another word ("port", "pert").
_MIN_FUZZY_LENGTH = 6
#: One slip is forgiven in a word of six to eight letters, two in a longer one: keeps "taxol" and "taxotere" apart.
_TWO_SLIPS_LENGTH = 9


@dataclass(frozen=True)
class Found:
    """A term in a message: `kind` such as "medicine", its `value` (the id), and where it stands."""

    kind: str
    value: str
    start: int
    end: int


class TermFinder:
    """Looks words up in lists of terms; the longest match wins, an exact one before a misspelt one."""

    def __init__(self, terms: Mapping[str, Mapping[str, Iterable[str]]], *, common_words: Iterable[str] = ()) -> None:
        """`terms`: kind -> id -> words for it. `common_words`: words never taken for a misspelt term."""
        self._exact: dict[tuple[str, ...], tuple[str, str]] = {}
        for kind, entries in terms.items():
            for value, words in entries.items():
                for word in words:
                    self._exact.setdefault(_words_of(word), (kind, value))
        self._longest = max((len(key) for key in self._exact), default=0)
        self._single = {key[0]: found for key, found in self._exact.items() if len(key) == 1}
        self._fuzzy = [word for word in self._single if len(word) >= _MIN_FUZZY_LENGTH and word.isalpha()]
        self._common = frozenset(word.lower() for word in common_words)

    def find(self, text: str) -> list[Found]:
        """The terms of `text` in reading order, none overlapping."""
        matches = list(_WORD.finditer(text))
        words = [_fold(match.group()) for match in matches]
        found: list[Found] = []
        index = 0
        while index < len(words):
            length, term = self._at(words, index)
            if term is not None:
                end = matches[index + length - 1].end()
                found.append(Found(term[0], term[1], matches[index].start(), end))
            index += max(length, 1)
        return found

    def _at(self, words: list[str], index: int) -> tuple[int, tuple[str, str] | None]:
        for length in range(min(self._longest, len(words) - index), 0, -1):
            term = self._exact.get(tuple(words[index : index + length]))
            if term is not None:
                return length, term
        return 1, self._misspelt(words[index])

    def _misspelt(self, word: str) -> tuple[str, str] | None:
        if len(word) < _MIN_FUZZY_LENGTH or not word.isalpha() or word in self._common:
            return None
        slips = 2 if len(word) >= _TWO_SLIPS_LENGTH else 1
        best = process.extractOne(word, self._fuzzy, scorer=OSA.distance, score_cutoff=slips)
        # The first letter is nearly always right; without this "remission" would be near "emission".
        return self._single[best[0]] if best and best[0][0] == word[0] else None


def _words_of(text: str) -> tuple[str, ...]:
    return tuple(_fold(match.group()) for match in _WORD.finditer(text))


def _fold(word: str) -> str:
    return word.lower().replace("\u2019", "'").removesuffix("'s")
