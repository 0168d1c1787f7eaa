"""Cuts a message into words that know where they stood, so that a hit can show the patient's own words."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Message", "Token", "read", "words"]

_TOKEN = re.compile(
    r"2day|2nite|2night|2moro|b4|24/7"  # phone spellings that hold a digit
    r"|\d{1,3}(?:,\d{3})+|\d+(?:[.,]\d+)?"
    r"|[^\W\d_]+(?:['’‘`´][^\W\d_]+)*"
    r"|\n+|[.!?;…]+|[,:()/–—%°#*&+-]",
    re.IGNORECASE,
)
_APOSTROPHES = re.compile(r"['’‘`´]")
_STRETCHED = re.compile(r"(.)\1{2,}")
# Positions count words; these gaps make what stands behind a comma farther away, and a new sentence out of reach.
_COMMA_GAP = 1
_SENTENCE_GAP = 1000


@dataclass(frozen=True)
class Token:
    """One word or number: `word` in its normal form, `raw` as written, `start`/`end` in the original message,
    `sentence` its number, `position` for distances, `ends` whether punctuation follows."""

    word: str
    raw: str
    start: int
    end: int
    sentence: int
    position: int
    ends: bool


@dataclass(frozen=True)
class Message:
    """A message as tokens. `signs` are the punctuation marks by the index of the token they stand before."""

    text: str
    tokens: list[Token]
    signs: dict[int, str]

    def span(self, first: int, last: int) -> str:
        """The original text from token `first` to token `last`."""
        return self.text[self.tokens[first].start : self.tokens[last].end]

    def sentences(self) -> list[tuple[int, int]]:
        """First and last token index of each sentence."""
        spans: dict[int, tuple[int, int]] = {}
        for index, token in enumerate(self.tokens):
            spans[token.sentence] = (spans.get(token.sentence, (index, index))[0], index)
        return list(spans.values())


def words(text: str) -> list[str]:
    """The words of a phrase of the rule file, in the form that messages are compared in; a stem keeps its `*`."""
    found: list[str] = []
    for raw in _TOKEN.findall(text):
        if raw[0].isalnum():
            found.append(_plain(raw))
        elif raw == "*" and found:
            found[-1] += "*"
    return found


def read(text: str, respell: Callable[[str], list[str]]) -> Message:
    """`text` as a `Message`; `respell` gives the word or words to read for a written one."""
    tokens: list[Token] = []
    signs: dict[int, str] = {}
    sentence = position = 0
    for match in _TOKEN.finditer(text):
        raw = match.group()
        if not raw[0].isalnum():
            if tokens:
                signs[len(tokens)] = signs.get(len(tokens), "") + raw
                last = tokens[-1]
                tokens[-1] = Token(last.word, last.raw, last.start, last.end, last.sentence, last.position, True)
                if _ends_sentence(raw):
                    sentence += 1
                    position += _SENTENCE_GAP
                else:
                    position += _COMMA_GAP
            continue
        for word in respell(_plain(raw)):
            tokens.append(Token(word, raw, match.start(), match.end(), sentence, position, False))
            position += 1
    return Message(text, tokens, signs)


def _plain(raw: str) -> str:
    return _STRETCHED.sub(r"\1\1", _APOSTROPHES.sub("", raw).lower())


def _ends_sentence(sign: str) -> bool:
    # "my chest... it hurts" is one thought: three dots are a pause.
    return sign[0] in "!?;\n" or (sign[0] == "." and len(sign) == 1) or "!" in sign or "?" in sign
