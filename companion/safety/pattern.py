"""The little language of the rule file's patterns.

A pattern is a line such as `<chest> + <pain>` or `<cannot> > breathe` or `{temperature >= 37.5}`:

    word word        these words in a row; `swell*` is every word that begins so
    <name>           one phrase of the word list `name`
    {times >= 3}     a number; measures and units in companion/safety/readings.py
    A | B            one of them
    A + B            both near each other (at most 6 words between), in either order
    A > B            B follows A (at most 3 words between)
    A ++ B           both in one sentence (at most 25 words between), in either order
    A & B            both in the message, anywhere
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from companion.safety.lexicon import Lexicon, Place
from companion.safety.readings import MEASURES, Reading
from companion.safety.text import Token, words

__all__ = ["Pattern", "PatternBook", "PatternError"]

_NEAR, _AFTER, _SENTENCE = 6, 3, 25
_WINDOW = _SENTENCE + 15
# A message that says the same thing a hundred times is not read a hundred times.
_MOST_PLACES = 30
_CONDITION = re.compile(r"\{\s*(\w+)\s*(?:(>=|<=|<)\s*(\d+(?:\.\d+)?))?\s*\}")


class PatternError(ValueError):
    """A pattern or word list that cannot be read; says what would be right."""


@dataclass(frozen=True)
class _Part:
    slot: int
    joined: str


@dataclass(frozen=True)
class Pattern:
    """One compiled line: groups joined by `&`, each a chain of parts."""

    text: str
    groups: tuple[tuple[_Part, ...], ...]
    slots: frozenset[int]


@dataclass(frozen=True)
class _Condition:
    measure: str
    sign: str
    limit: float

    def holds(self, reading: Reading) -> bool:
        if reading.measure != self.measure or not self.sign:
            return reading.measure == self.measure
        if self.sign == ">=":
            return reading.value >= self.limit
        return reading.value < self.limit or (self.sign == "<=" and reading.value == self.limit)


class PatternBook:
    """Compiles word lists and patterns into one `Lexicon`, and finds patterns in messages."""

    def __init__(self, lists: Mapping[str, str], spellings: Mapping[str, list[str]]) -> None:
        self.lexicon = Lexicon()
        self._spellings = spellings
        self._lists = lists
        self._slots: dict[str, int] = {}
        self._conditions: dict[int, _Condition] = {}

    def slot(self, alternatives: str) -> int:
        """The slot of a part such as `<chest> | ribs` or `{score >= 7}`. Raises `PatternError`."""
        if alternatives in self._slots:
            return self._slots[alternatives]
        slot = self._slots[alternatives] = len(self._slots)
        for alternative in (one.strip() for one in alternatives.split("|")):
            if alternative.startswith("{"):
                self._conditions[slot] = _condition(alternative)
                continue
            for phrase in self._phrases(alternative, ()):
                self.lexicon.add(phrase, slot)
        return slot

    def list_slot(self, text: str) -> int:
        """The slot of a comma-separated list of phrases."""
        return self.slot(" | ".join(_items(text)))

    def _phrases(self, text: str, inside: tuple[str, ...]) -> Iterator[list[str]]:
        if not text.startswith("<"):
            # Messages are read in one spelling; an editor may write the other ("urine" is read as "wee").
            phrase = [meant for word in words(text) for meant in self._spellings.get(word, [word])]
            if not phrase:
                raise PatternError("has an empty part; write a word, <list> or {measure >= number} between the signs")
            yield phrase
            return
        name = text[1:-1]
        if not text.endswith(">") or name not in self._lists:
            raise PatternError(f"names the word list {text}, which is not under 'words'")
        if name in inside:
            raise PatternError(f"the word list <{name}> contains itself")
        for item in _items(self._lists[name]):
            yield from self._phrases(item, (*inside, name))

    def compile(self, text: str) -> Pattern:
        """`text` as a `Pattern`. Raises `PatternError`."""
        groups: list[tuple[_Part, ...]] = []
        for group in text.split(" & "):
            pieces = re.split(r"\s(\+\+|\+|>)\s", group)
            chain = [_Part(self.slot(pieces[0].strip()), "")]
            for sign, piece in zip(pieces[1::2], pieces[2::2], strict=True):
                chain.append(_Part(self.slot(piece.strip()), sign))
            groups.append(tuple(chain))
        return Pattern(text, tuple(groups), frozenset(part.slot for group in groups for part in group))

    def readings(self, readings: Sequence[Reading]) -> dict[int, list[Place]]:
        """Where the number conditions hold, by slot."""
        return {
            slot: [(reading.first, reading.last) for reading in readings if condition.holds(reading)]
            for slot, condition in self._conditions.items()
        }

    def find(
        self,
        pattern: Pattern,
        places: Mapping[int, list[Place]],
        tokens: Sequence[Token],
        accepts: Callable[[list[Place], int], bool],
    ) -> list[Place] | None:
        """The places of the first match that `accepts` (asked for each group, with the group's number), or None."""
        match: list[Place] = []
        for number, group in enumerate(pattern.groups):
            chains = islice(_chains(group, 0, [], places, tokens), _MOST_PLACES)
            chain = next((chain for chain in chains if accepts(chain, number)), None)
            if chain is None:
                return None
            match += chain
        return match


def _chains(
    group: Sequence[_Part], at: int, chosen: list[Place], places: Mapping[int, list[Place]], tokens: Sequence[Token]
) -> Iterator[list[Place]]:
    if at == len(group):
        yield list(chosen)
        return
    all_places = places.get(group[at].slot, [])
    if chosen:
        # Only what can be near enough is looked at, or a long message would take for ever.
        nearest = chosen[0][0] - _WINDOW, chosen[-1][1] + _WINDOW
        all_places = all_places[bisect_left(all_places, (nearest[0], 0)) : bisect_left(all_places, (nearest[1], 0))]
    for place in all_places:
        if not chosen or _fits(group[at].joined, chosen, place, tokens):
            chosen.append(place)
            yield from _chains(group, at + 1, chosen, places, tokens)
            chosen.pop()


def _fits(joined: str, chosen: Sequence[Place], place: Place, tokens: Sequence[Token]) -> bool:
    first, last = place
    if any(first <= there[1] and there[0] <= last for there in chosen):
        return False
    if joined == ">":
        gap = tokens[first].position - tokens[chosen[-1][1]].position - 1
        return 0 <= gap <= _AFTER
    most = _NEAR if joined == "+" else _SENTENCE
    gaps = (
        tokens[first].position - tokens[there[1]].position - 1
        if first > there[1]
        else tokens[there[0]].position - tokens[last].position - 1
        for there in chosen
    )
    return min(gaps) <= most


def _items(text: str) -> list[str]:
    return [item for item in (part.strip() for part in text.replace("\n", " ").split(",")) if item]


def _condition(text: str) -> _Condition:
    match = _CONDITION.fullmatch(text)
    if not match or match[1] not in MEASURES:
        measures = ", ".join(MEASURES)
        raise PatternError(f"{text} is no number condition; write {{measure >= number}} with one of: {measures}")
    return _Condition(match[1], match[2] or "", float(match[3] or 0))
