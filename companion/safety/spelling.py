"""Reads misspelt words as the words they were meant to be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache

from rapidfuzz.distance import OSA

__all__ = ["Speller"]

# A four-letter word is too near to too many others: only swapped letters ("pian") are read as a slip there.
_SWAP_ONLY = 4
_TWO_SLIPS = 9


class Speller:
    """Knows the rule file's words, its list of usual misspellings, and real words that only look like misspellings."""

    def __init__(
        self, vocabulary: Iterable[str], spellings: Mapping[str, list[str]], real_words: Iterable[str]
    ) -> None:
        self._known = frozenset(vocabulary) | frozenset(real_words)
        self._spellings = spellings
        self._candidates: dict[str, list[str]] = defaultdict(list)
        for word in sorted(set(vocabulary)):
            if len(word) >= _SWAP_ONLY and word.isalpha():
                self._candidates[word[0]].append(word)
        self.respell = lru_cache(maxsize=20_000)(self._respell)

    def _respell(self, word: str) -> list[str]:
        """The words to read for `word` (lower case, no apostrophe): itself when it is known or nothing is near."""
        if word in self._spellings:
            return self._spellings[word]
        if word in self._known or len(word) < _SWAP_ONLY or not word.isalpha():
            return [word]
        best, distance = word, 3
        # The first letter is nearly always right; the second covers a swap of the two.
        for candidate in self._candidates[word[0]] + self._candidates[word[1]]:
            limit = 2 if len(word) >= _TWO_SLIPS and len(candidate) >= _TWO_SLIPS else 1
            found = OSA.distance(word, candidate, score_cutoff=min(limit, distance - 1))
            if found > limit or found >= distance or (len(candidate) == _SWAP_ONLY and not _swapped(word, candidate)):
                continue
            best, distance = candidate, found
        return [best]


def _swapped(word: str, other: str) -> bool:
    return sorted(word) == sorted(other)
