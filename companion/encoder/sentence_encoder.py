"""Sentences to vectors with a built encoder."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

__all__ = ["DIMENSIONS", "EncoderMissingError", "SentenceEncoder"]

DIMENSIONS = 384
GRAPH_FILE = "encoder.onnx"
TOKENIZER_FILE = "tokenizer.json"
#: What the published model was trained and is served with; longer texts are cut.
_MAX_TOKENS = 128


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
        # One at a time: the int8 network scales by the largest value it sees, so in a batch a sentence's vector would
        # depend on its neighbours (cosine 0.95 to itself), and training would not see what serving sees.
        vectors = [self._encode_one(sentence) for sentence in sentences]
        return np.vstack(vectors) if vectors else np.zeros((0, DIMENSIONS), dtype=np.float32)

    def _encode_uncached(self, sentence: str) -> np.ndarray:
        encoded = self._tokenizer.encode(sentence)
        inputs = {"input_ids": encoded.ids, "attention_mask": encoded.attention_mask}
        return self._session.run(["vectors"], {name: np.array([ids], dtype=np.int64) for name, ids in inputs.items()})[
            0
        ]
