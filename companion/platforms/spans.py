"""A message as every platform can show it: paragraphs of plain words, some of them strong, some of them links.

The plain text of the entry is the truth: nothing is left out of it or added, except that a source's title becomes the
link that stood behind it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from companion.store import Entry

__all__ = ["Paragraph", "Span", "button_titles", "pack", "paragraphs", "plain", "read"]

_WEB_ADDRESS = re.compile(r"https?://[^\s<>|\"]+[^\s<>|\".,;:!?)\]']")
_FIRST_SENTENCE = re.compile(r".+?[.!?](?=\s|$)", re.DOTALL)
#: Where a text may be cut, best first.
_BREAKS = ("\n", ". ", " ")


@dataclass(frozen=True)
class Span:
    """Words of one kind: `link` is where tapping them leads, `strong` words are the ones to see first."""

    text: str
    link: str | None = None
    strong: bool = False


Paragraph = tuple[Span, ...]


def paragraphs(entry: Entry) -> list[Paragraph]:
    """The message of `entry`: its sender's name where that is a person, an escalation's first sentence strong, sources
    as links."""
    found = read(entry.text, dict(_sources(entry.content)))
    if found and entry.content.get("red_flags"):
        found[0] = _first_sentence_strong(found[0])
    if entry.sender == "person" and entry.name:
        found.insert(0, (Span(f"{_printable(entry.name)}:", strong=True),))
    return found


def read(text: str, titles: Mapping[str, str] | None = None) -> list[Paragraph]:
    """The paragraphs of `text`. `titles`: address of a source -> the words that stand for it."""
    parts = re.split(r"\n\s*\n", _printable(text))
    return [_paragraph(part, titles or {}) for part in parts if part.strip()]


def plain(paragraph: Sequence[Span]) -> str:
    """Its words alone."""
    return "".join(span.text for span in paragraph)


def button_titles(content: Mapping[str, Any]) -> list[tuple[int, str]]:
    """The quick replies of an entry's content that can be shown, each with its place in `content["buttons"]`."""
    buttons = content.get("buttons")
    numbered = enumerate(buttons if isinstance(buttons, list) else [])
    titles = [(number, one.get("title")) for number, one in numbered if isinstance(one, dict)]
    shown = [(number, _printable(title)) for number, title in titles if isinstance(title, str)]
    return [(number, title) for number, title in shown if title]


def pack(parts: Sequence[Paragraph], size: Callable[[Paragraph], int], limit: int, gap: int) -> list[list[Paragraph]]:
    """`parts` in groups of at most `limit`, each part counting `size` and `gap` more between two; in order. A part that
    is too large for a group by itself is cut at the end of a line, of a sentence or of a word."""
    groups: list[list[Paragraph]] = []
    room = 0
    for part in (piece for whole in parts for piece in _cut(whole, size, limit)):
        needed = size(part) + gap
        if not groups or needed > room:
            groups.append([])
            room = limit + gap
        groups[-1].append(part)
        room -= needed
    return groups


def _cut(part: Paragraph, size: Callable[[Paragraph], int], limit: int) -> Iterator[Paragraph]:
    while size(part) > limit:
        words = plain(part)
        fits, too_many = 1, len(words)
        while fits + 1 < too_many:
            middle = (fits + too_many) // 2
            fits, too_many = (middle, too_many) if size(_take(part, 0, middle)) <= limit else (fits, middle)
        at = _break(words, fits)
        yield _take(part, 0, len(words[:at].rstrip()))
        part = _take(part, len(words) - len(words[at:].lstrip()), len(words))
    if plain(part):
        yield part


def _break(words: str, most: int) -> int:
    """The best place up to `most` to cut at; not in the first half, where a piece would come out too small."""
    for sign in _BREAKS:
        at = words.rfind(sign, most // 2, most)
        if at > 0:
            return at + len(sign)
    while most > 1 and unicodedata.combining(words[most]):
        most -= 1
    return most


def _take(part: Paragraph, start: int, end: int) -> Paragraph:
    taken, at = [], 0
    for span in part:
        piece = span.text[max(0, start - at) : max(0, end - at)]
        if piece:
            taken.append(replace(span, text=piece))
        at += len(span.text)
    return tuple(taken)


def _paragraph(text: str, titles: Mapping[str, str]) -> Paragraph:
    lines = text.strip().splitlines(keepends=True)
    return tuple(span for line in lines for span in _citation(line, titles) or _linked(line))


def _citation(line: str, titles: Mapping[str, str]) -> list[Span]:
    """A source's line with its title as the link; empty where it is none."""
    words = line.rstrip("\n")
    for address, title in titles.items():
        before, found, after = words.partition(title)
        if found and after.endswith(f": {address}"):
            rest = after.removesuffix(f": {address}") + line[len(words) :]
            return [one for one in (Span(before), Span(title, link=address), Span(rest)) if one.text]
    return []


def _linked(line: str) -> list[Span]:
    spans, at = [], 0
    for match in _WEB_ADDRESS.finditer(line):
        spans += [Span(line[at : match.start()]), Span(match.group(), link=match.group())]
        at = match.end()
    return [span for span in (*spans, Span(line[at:])) if span.text]


def _first_sentence_strong(part: Paragraph) -> Paragraph:
    words = plain(part)
    sentence = _FIRST_SENTENCE.match(words)
    end = sentence.end() if sentence else len(words)
    return (*(replace(span, strong=True) for span in _take(part, 0, end)), *_take(part, end, len(words)))


def _sources(content: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    parts = content.get("parts")
    sources = parts.get("sources") if isinstance(parts, dict) else None
    for one in sources if isinstance(sources, list) else []:
        address, title = (one.get("address"), one.get("title")) if isinstance(one, dict) else (None, None)
        if isinstance(address, str) and isinstance(title, str) and title and _WEB_ADDRESS.fullmatch(address):
            yield address, title


def _printable(text: str) -> str:
    """Without what no platform takes: control characters and halves of emoji."""
    kept = (one if one in "\n\t" or unicodedata.category(one) not in ("Cc", "Cs") else " " for one in text)
    return "".join(kept).strip()
