"""How a text is read before it is understood: its words put right, and a vector of what it then says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from companion.content.library import Library
from companion.encoder import SentenceEncoder
from companion.nlu.spelling import Spelling

__all__ = ["Reader", "Reading"]


@dataclass(frozen=True)
class Reading:
    """A text as it was meant, and its vector of shape (1152,): see `SentenceEncoder.encode_deep`."""

    text: str
    vector: np.ndarray


class Reader:
    """Spelling and encoder together."""

    def __init__(self, encoder: SentenceEncoder, spelling: Spelling) -> None:
        self.encoder = encoder
        self._spelling = spelling

    @classmethod
    def learn(cls, folder: Path, texts: Iterable[str]) -> Reader:
        """With the encoder that is in `folder`; learns the words of the training `texts` and stores them there."""
        encoder = SentenceEncoder(folder)
        spelling = Spelling.learn(texts, encoder.words, Library.load())
        spelling.save(folder)
        return cls(encoder, spelling)

    @classmethod
    def load(cls, folder: Path) -> Reader:
        """What `learn` stored. Raises `EncoderMissingError` where it is not there."""
        encoder = SentenceEncoder(folder)
        return cls(encoder, Spelling.load(folder, encoder.words, Library.load()))

    def read(self, text: str) -> Reading:
        """The reading of `text`."""
        return self.read_all([text])[0]

    def read_all(self, texts: Sequence[str]) -> list[Reading]:
        """The readings of `texts`, in their order."""
        spelt = [self._spelling.correct(text) for text in texts]
        return [Reading(*pair) for pair in zip(spelt, self.encoder.encode_deep(spelt), strict=True)]
