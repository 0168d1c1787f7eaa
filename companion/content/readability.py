"""How hard a text is to read, as a US school grade.

Flesch-Kincaid grade: 0.39 x words per sentence + 11.8 x syllables per word - 15.59 (Kincaid and others, 1975, Naval
Technical Training Command report 8-75), computed by textstat. Health text for the public should stay at grade 8 or
lower (US National Institutes of Health: grades 6 to 8).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import textstat

__all__ = ["MAX_GRADE", "Readability", "measure"]

MAX_GRADE = 8.0
#: Stands in for a medicine's name or an explained term: both are learnt as one word and count as two syllables.
_TWO_SYLLABLES = "tablet"


@dataclass(frozen=True)
class Readability:
    """`grade` counts medicines and explained terms as two syllables, `raw` does not; `words` is the length."""

    grade: float
    raw: float
    words: int


def measure(text: str, *, known_words: Iterable[str]) -> Readability:
    """How hard `text` is, where each of `known_words` (whole words, any case) counts as two syllables."""
    prose = _as_sentences(text)
    parts = {part for word in known_words for part in re.split(r"[\s/-]+", word.lower()) if len(part) > 2}
    known = re.compile(
        r"\b(?:" + "|".join(sorted(map(re.escape, parts), key=len, reverse=True)) + r")s?\b", re.IGNORECASE
    )
    simpler = known.sub(_TWO_SYLLABLES, prose) if parts else prose
    return Readability(
        grade=textstat.flesch_kincaid_grade(simpler),
        raw=textstat.flesch_kincaid_grade(prose),
        words=len(text.split()),
    )


def _as_sentences(text: str) -> str:
    """The text as it is heard: each list item, heading line ("The main kinds:") and paragraph ends a sentence."""
    sentences = []
    for block in re.split(r"\n\s*\n|\n(?=\s*[-*•])", text):
        sentence = " ".join(re.sub(r"^\s*[-*•]\s*", "", block).split()).rstrip(":")
        if sentence:
            sentences.append(sentence if sentence[-1] in ".!?" else f"{sentence}.")
    return " ".join(sentences)
