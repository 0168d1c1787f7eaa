"""What the detector looks at beside the whole message: the telling sentences, and the message without its softeners."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from companion.safety.context import Scene
from companion.safety.lexicon import Place
from companion.safety.text import Message

__all__ = ["Piece", "cut"]

# Each piece more costs a sentence's encoding (about 2 ms); most messages have none.
_MOST_SENTENCES = 3
_SHORTEST = 3


@dataclass(frozen=True)
class Piece:
    """Text to encode, and the tokens `first` to `last` of the message that it stands for."""

    text: str
    first: int
    last: int


def cut(message: Message, scene: Scene) -> list[Piece]:
    """The whole message, then at most four pieces of it; the whole is always there."""
    end = len(message.tokens) - 1
    whole = Piece(message.text, 0, end)
    pieces = [whole]
    plain = _without(message, scene.softeners)
    if plain != message.text:
        pieces.append(Piece(plain, 0, end))
        pieces += _beside(message, scene.softeners)
    sentences = [(first, last) for first, last in message.sentences() if last - first + 1 >= _SHORTEST]
    if len(sentences) > 1:
        telling = [span for span in sentences if scene.telling(*span)]
        # Somebody's own body comes before explanations; of those, the longest say most.
        telling.sort(key=lambda span: (not scene.personal(span[0]), span[0] - span[1]))
        pieces += [Piece(message.span(first, last), first, last) for first, last in telling[:_MOST_SENTENCES]]
    return pieces


def _beside(message: Message, places: Sequence[Place]) -> list[Piece]:
    """What a single sentence says before a remark in its middle: "my heart thumps, anyway, can I drink coffee?"."""
    starts = [first for first, _ in places if first >= _SHORTEST]
    if not starts or len(message.sentences()) > 1 or min(starts) > len(message.tokens) - _SHORTEST:
        return []
    last = min(starts) - 1
    return [Piece(message.span(0, last), 0, last)]


def _without(message: Message, places: Sequence[Place]) -> str:
    """The text without greetings and minimising remarks ("sorry to be silly", "probably nothing")."""
    text, start = "", 0
    for first, last in sorted(places):
        begin = message.tokens[first].start
        if begin >= start:
            text += message.text[start:begin]
            start = message.tokens[last].end
    rest = (text + message.text[start:]).strip(" ,.;:!-").removeprefix("but ").removesuffix(" but")
    return rest if len(rest.split()) >= _SHORTEST else message.text
