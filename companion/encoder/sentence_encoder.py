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
#: Sentences of like length encoded together: keeps padding, and so memory, small while training.
_BATCH = 32


class EncoderMissingError(RuntimeError):
    """The encoder's weights or its built files are not where they should be."""


class SentenceEncoder:
    """all-MiniLM-L6-v2 on one core: about 5 ms a sentence, about 60 MB of memory."""

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
        self._tokenizer.enable_padding(pad_id=0, pad_token="[PAD]")
        self._encode_one = lru_cache(maxsize=64)(self._encode_one_uncached)

    def encode(self, sentences: Sequence[str]) -> np.ndarray:
        """One row of length 1 for each sentence: float32 of shape (sentences, 384)."""
        vectors = np.zeros((len(sentences), DIMENSIONS), dtype=np.float32)
        order = sorted(range(len(sentences)), key=lambda index: len(sentences[index]))
        for start in range(0, len(order), _BATCH):
            chosen = order[start : start + _BATCH]
            vectors[chosen] = self._run([sentences[index] for index in chosen])
        return vectors

    def encode_one(self, sentence: str) -> np.ndarray:
        """The vector of one sentence, shape (384,). The last few are remembered: several readers ask for the same."""
        return self._encode_one(sentence)

    def _encode_one_uncached(self, sentence: str) -> np.ndarray:
        return self._run([sentence])[0]

    def _run(self, sentences: list[str]) -> np.ndarray:
        encoded = self._tokenizer.encode_batch(sentences)
        return self._session.run(
            ["vectors"],
            {
                "input_ids": np.array([one.ids for one in encoded], dtype=np.int64),
                "attention_mask": np.array([one.attention_mask for one in encoded], dtype=np.int64),
            },
        )[0]
