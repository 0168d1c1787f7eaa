"""Reads misspelt words as the words they were meant to be, before a message is understood."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from rapidfuzz import process
from rapidfuzz.distance import OSA

from companion.content.library import Library

__all__ = ["Spelling"]

_FILE = "words.json"
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
#: Shorter words are too near to too many others.
_LEAST_LETTERS = 4
#: From this length on two slips are forgiven instead of one. A word that sounds alike is forgiven one slip more.
_LONG = 9
#: What it costs to leave a word as it is: one that the examples hold too, or one never seen. A slip costs 1.
_SEEN, _UNSEEN = 0.2, 0.6
#: How many slips it is worth that a word is seen e times as often.
_FREQUENCY_WEIGHT = 0.3
#: The texts whose words are taken for rightly spelt.
_CONTENT = ("content/answers/", "content/escalations", "content/medicines", "content/notices", "content/terms")

#: "reckons" is known where "reckon" is: an ending, and what the stem may end in instead.
_ENDINGS = [
    (ending, instead)
    for endings, instead in (
        ("s es d ed ing r er ers ies y ly ness less ful able ish", ""),
        ("ing ed er ers able y", "e"),
        ("ies ied ier iest iness ily", "y"),
        ("ise", "ize"),
        ("ised", "ized"),
        ("isation", "ization"),
    )
    for ending in endings.split()
]
_LEAST_STEM = 3

#: Letters that sound alike, read in this order; vowels count only at the beginning of a word.
_SOUNDS = [
    (re.compile(written), sound)
    for written, sound in (
        ("ph", "f"),
        ("gh(?=t|s|$)", ""),
        ("^[kgp]n", "n"),
        ("gn(?=s|$|e)", "n"),
        ("^wr", "r"),
        ("^wh", "w"),
        ("^ps", "s"),
        ("mb(?=s|$)", "m"),
        ("[cst]+i(?=on|an|al|en)", "x"),
        ("tch|sh|ch", "x"),
        ("sc(?=[eiy])", "s"),
        ("c(?=[eiy])", "s"),
        ("ck|qu|[cq]", "k"),
        ("z", "s"),
        ("dg|g(?=[eiy])", "j"),
        ("(?<=.)ed$", "d"),
        ("(?<=..)[aeou]r$", ""),
        ("(?<=.)[aeiouyhw]+", ""),
        (r"(.)\1+", r"\1"),
    )
]


class Spelling:
    """Knows common English words, those of the content, and how often the training examples use them.

    A word that is none of these is read as the likeliest one that is near to it or sounds like it, if that is likelier
    than a word we never met. A capital inside a sentence is a name, and stays.
    """

    def __init__(
        self, right: Iterable[str], seen: Mapping[str, int], english: Iterable[str], usual: Mapping[str, str]
    ) -> None:
        """`right`: words to read others as; `seen`: how many examples hold a word; `english`: words to leave alone;
        `usual`: misspellings that no rule would find, and what is meant. All in lower case."""
        self._right = sorted(word for word in right if len(word) >= _LEAST_LETTERS and word.isalpha())
        self._seen = dict(seen)
        self._usual = dict(usual)
        self._known = {*right, *english, *self._usual.values()}
        self._sounds = {word: _sound(word) for word in self._right}
        self._read = lru_cache(maxsize=20_000)(self._nearest)

    @classmethod
    def learn(cls, texts: Iterable[str], english: frozenset[str], library: Library) -> Spelling:
        """From training examples and the content; `english` as in `__init__`."""
        seen = Counter(word for text in texts for word in {found.lower() for found in _WORD.findall(text)})
        # An example may be misspelt on purpose; the content is not.
        right = {word for word in seen if word in english} | set(_content_words(library))
        return cls(right, seen, english, library.terms.usual_misspellings)

    @classmethod
    def load(cls, folder: Path, english: frozenset[str], library: Library) -> Spelling:
        """What `save` wrote into `folder`."""
        words = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        return cls(words["right"], words["seen"], english, library.terms.usual_misspellings)

    def save(self, folder: Path) -> None:
        """Writes what was learnt into `folder`."""
        (folder / _FILE).write_text(json.dumps({"right": self._right, "seen": self._seen}), encoding="utf-8")

    def correct(self, text: str) -> str:
        """`text` with its misspelt words put right; everything else stays as it is."""
        return _WORD.sub(self._replace, text)

    def _replace(self, match: re.Match[str]) -> str:
        written = match.group()
        word = written.lower().replace("’", "'")
        if word in self._usual:
            return self._usual[word]
        if len(word) < _LEAST_LETTERS or not word.isalpha() or self._is_known(word) or _is_name(match):
            return written
        return self._read(word)

    def _is_known(self, word: str) -> bool:
        return word in self._known or any(
            word[: -len(ending)] + instead in self._known
            for ending, instead in _ENDINGS
            if word.endswith(ending) and len(word) >= len(ending) + _LEAST_STEM
        )

    def _nearest(self, word: str) -> str:
        sound = _sound(word)
        slips = 2 if len(word) >= _LONG else 1
        best = word
        least = (_SEEN if word in self._seen else _UNSEEN) - self._commonness(word)
        near = process.extract(word, self._right, scorer=OSA.distance, score_cutoff=slips + 1, limit=None)
        for candidate, distance, _ in near:
            alike = self._sounds[candidate] == sound
            # The first letter is nearly always right, or at least its sound.
            if distance > slips + alike or (candidate[0] != word[0] and not alike):
                continue
            cost = distance - alike - self._commonness(candidate)
            if cost < least:
                best, least = candidate, cost
        return best

    def _commonness(self, word: str) -> float:
        return _FREQUENCY_WEIGHT * math.log1p(self._seen.get(word, 0))


def _is_name(match: re.Match[str]) -> bool:
    word, message = match.group(), match.string
    if not word[1:].islower():
        # "LVEF", "PROTACs"; but whole messages are written in capitals too.
        return not message.isupper()
    before = message[: match.start()].rstrip()
    return word[0].isupper() and bool(before) and before[-1] not in ".!?:;\"“'("


def _sound(word: str) -> str:
    for written, sound in _SOUNDS:
        word = written.sub(sound, word)
    return word


def _content_words(library: Library) -> Iterator[str]:
    for name, file in library.files.items():
        if name.startswith(_CONTENT):
            for text in _strings(file.data):
                yield from (word.lower() for word in _WORD.findall(text) if len(word) > 1)


def _strings(data: object) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, (dict, list)):
        for part in data.values() if isinstance(data, dict) else data:
            yield from _strings(part)
