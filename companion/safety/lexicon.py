"""Finds all phrases of the rule file in a message in one pass."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from companion.safety.text import Token

__all__ = ["Lexicon", "Place"]

# First and last token index.
Place = tuple[int, int]
_END = ""


class Lexicon:
    """A tree of phrases. A word that ends in `*` stands for every word that begins so."""

    def __init__(self) -> None:
        self._root: dict[str, Any] = {}
        self._stems: set[str] = set()
        self.words: set[str] = set()
        self.keys = lru_cache(maxsize=20_000)(self._keys)

    def add(self, phrase: Sequence[str], slot: int) -> None:
        """Has `slot` found wherever the words of `phrase` follow each other."""
        node = self._root
        for word in phrase:
            if word.endswith("*"):
                self._stems.add(word[:-1])
            else:
                self.words.add(word)
            node = node.setdefault(word, {})
        node.setdefault(_END, []).append(slot)

    def _keys(self, word: str) -> tuple[str, ...]:
        stems = (word[:length] for length in range(2, len(word) + 1))
        return (word, *(stem + "*" for stem in stems if stem in self._stems))

    def scan(self, tokens: Sequence[Token]) -> dict[int, list[Place]]:
        """Where each slot's phrases stand, in the order of the message; a phrase does not run over a sentence's end."""
        found: dict[int, list[Place]] = defaultdict(list)
        keys = [self.keys(token.word) for token in tokens]
        for first in range(len(tokens)):
            nodes = [self._root]
            for last in range(first, len(tokens)):
                if tokens[last].sentence != tokens[first].sentence:
                    break
                nodes = [node[key] for node in nodes for key in keys[last] if key in node]
                if not nodes:
                    break
                for node in nodes:
                    for slot in node.get(_END, ()):
                        if not found[slot] or found[slot][-1] != (first, last):
                            found[slot].append((first, last))
        return found


def stand_alone(places: Iterable[Place], masked: set[int]) -> list[Place]:
    """The places that use no masked token."""
    return [place for place in places if not any(index in masked for index in range(place[0], place[1] + 1))]
