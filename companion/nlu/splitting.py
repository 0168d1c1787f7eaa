"""Cuts a message into the questions and statements it is made of."""

from __future__ import annotations

import re

__all__ = ["is_question", "split_message"]

_QUESTION_WORDS = (
    "what|whats|what's|how|hows|how's|why|when|where|who|which|can|could|do|does|did|is|are|should|will|would|"
    "tell me|explain|any"
)
_SENTENCE_END = re.compile(r"(?<=[.?!;])\s+|\n+")
#: "... and what about ...": a second question joined on. Only before a question word, so
#: "pros and cons" stays whole.
_JOINED_QUESTION = re.compile(
    rf"[,;]?\s+(?:and|also|plus|but|&)\s+(?:also\s+)?(?=(?:{_QUESTION_WORDS})\b)|,\s+(?=(?:what|how|why|when|which)\b)",
    re.IGNORECASE,
)
_STARTS_AS_QUESTION = re.compile(
    rf"^\W*(?:(?:hi|hello|hey|please|so|and|but|also|ok)\W+)*(?:{_QUESTION_WORDS})\b", re.I
)
#: Shorter pieces carry no question of their own ("Hi.", "Thanks!").
_MIN_WORDS = 3
#: A message of more parts than this is a story; its first and last parts hold what was asked.
_MAX_PARTS = 12


def split_message(text: str) -> list[str]:
    """The parts of `text` in order: sentences, cut again where a second question is joined on with "and".

    Parts of fewer than three words are left out; a message that is all one part gives that part alone.
    """
    parts = [
        piece.strip(" ,;")
        for sentence in _SENTENCE_END.split(text)
        for piece in _joined_questions(sentence)
        if len(piece.split()) >= _MIN_WORDS
    ]
    if len(parts) > _MAX_PARTS:
        half = _MAX_PARTS // 2
        parts = parts[:half] + parts[-half:]
    return parts or [text.strip()]


def is_question(part: str) -> bool:
    """Whether a part asks something: it ends in a question mark or begins as a question does."""
    return part.rstrip().endswith("?") or bool(_STARTS_AS_QUESTION.match(part))


def _joined_questions(sentence: str) -> list[str]:
    pieces = _JOINED_QUESTION.split(sentence)
    if all(len(piece.split()) >= _MIN_WORDS for piece in pieces):
        return pieces
    return [sentence]
