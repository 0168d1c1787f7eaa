"""What the detector sees of a text beside its vector: its words, pairs of words and groups of letters.

They tell apart what a vector blurs ("never" from "ever", "gone" from "going") and survive misspelling.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    # Imported where it is used: whoever only checks or edits texts need not wait for it.
    from scipy import sparse

__all__ = ["ngrams", "rarity", "weighted"]

_BUCKETS = 2**16


@lru_cache(maxsize=1)
def _counters() -> tuple[Any, Any]:
    """What counts words and pairs of words, and what counts groups of letters."""
    from sklearn.feature_extraction.text import HashingVectorizer

    words = HashingVectorizer(
        n_features=_BUCKETS, ngram_range=(1, 2), alternate_sign=False, norm=None, token_pattern=r"[^\W_]+|[?!]"
    )
    letters = HashingVectorizer(
        n_features=_BUCKETS, analyzer="char_wb", ngram_range=(3, 5), alternate_sign=False, norm=None, binary=True
    )
    return words, letters


def ngrams(texts: Sequence[str]) -> sparse.csr_matrix:
    """One row a text: how often (as a logarithm) each group of words and of letters stands in it."""
    from scipy import sparse

    lower = [text.lower() for text in texts]
    counts = sparse.hstack([one.transform(lower) for one in _counters()], format="csr", dtype=np.float32)
    counts.data = np.log1p(counts.data)
    return counts


def rarity(counts: sparse.csr_matrix) -> np.ndarray:
    """How much a group tells: the fewer texts hold it, the more."""
    return (np.log((1 + counts.shape[0]) / (1 + counts.getnnz(axis=0))) + 1).astype(np.float32)


def weighted(counts: sparse.csr_matrix, idf: np.ndarray) -> sparse.csr_matrix:
    """Rows of `ngrams` weighted by `rarity`; a text's words, and its letters, of length 1 together."""
    from scipy import sparse
    from sklearn.preprocessing import normalize

    rows = counts.multiply(idf).tocsr()
    return sparse.hstack([normalize(rows[:, :_BUCKETS]), normalize(rows[:, _BUCKETS:])], format="csr")
