"""Sentences to vectors with a built encoder."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

__all__ = ["DEEP_DIMENSIONS", "DIMENSIONS", "EncoderMissingError", "SentenceEncoder"]

DIMENSIONS = 384
#: The vector, and what two layers in the middle of the network hold.
DEEP_DIMENSIONS = 3 * DIMENSIONS
GRAPH_FILE = "encoder.onnx"
TOKENIZER_FILE = "tokenizer.json"
#: What the published model was trained and is served with; longer texts are cut.
_MAX_TOKENS = 128
#: More sentences than any message has.
_MANY = 200


class EncoderMissingError(RuntimeError):
    """The encoder's weights or its built files are not where they should be."""


class SentenceEncoder:
    """all-MiniLM-L6-v2 on one core: about 2 ms a sentence, about 60 MB of memory."""

    def __init__(self, folder: Path) -> None:
        """Loads what `build_encoder` wrote. Raises `EncoderMissingError` where it is not there."""
        if not (folder / GRAPH_FILE).exists():
            raise EncoderMissingError(f"no sentence encoder in {folder}: train the model again")
        options = onnxruntime.SessionOptions()
        # One message at a time on one core: a second thread would only wake up to wait.
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            str(folder / GRAPH_FILE), options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER_FILE))
        self._tokenizer.enable_truncation(_MAX_TOKENS)
        self._tokenizer.no_padding()
        # The last few are remembered: several readers of one message ask for the same sentences.
        self._encode_one = lru_cache(maxsize=64)(self._encode_uncached)

    def encode(self, sentences: Sequence[str]) -> np.ndarray:
        """One row of length 1 for each sentence: float32 of shape (sentences, 384)."""
        return self.encode_deep(sentences)[:, :DIMENSIONS]

    def encode_deep(self, sentences: Sequence[str]) -> np.ndarray:
        """As `encode`, with the middle layers' means after each vector: float32 of shape (sentences, 1152).

        Those are not scaled; they serve to tell kinds of sentence apart, not as a measure of likeness.
        """
        # One at a time: the int8 network scales by the largest value it sees, so in a batch a sentence's vector would
        # depend on its neighbours (cosine 0.95 to itself), and training would not see what serving sees.
        if len(sentences) < _MANY:
            vectors = [self._encode_one(sentence) for sentence in sentences]
        else:
            # Only in training. Each core takes sentences of its own, and every one is still alone in the network.
            with ThreadPoolExecutor(os.cpu_count()) as cores:
                vectors = list(cores.map(self._encode_uncached, sentences))
        return np.vstack(vectors) if vectors else np.zeros((0, DEEP_DIMENSIONS), dtype=np.float32)

    @property
    def words(self) -> frozenset[str]:
        """Common English words: those that the encoder does not take to pieces (about 22,000)."""
        return frozenset(word for word in self._tokenizer.get_vocab() if word.isalpha() and len(word) > 1)

    def _encode_uncached(self, sentence: str) -> np.ndarray:
        encoded = self._tokenizer.encode(sentence)
        inputs = {"input_ids": encoded.ids, "attention_mask": encoded.attention_mask}
        given = {name: np.array([ids], dtype=np.int64) for name, ids in inputs.items()}
        return np.hstack(self._session.run(["vectors", "middle"], given))
