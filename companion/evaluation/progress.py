"""Long work shows how far it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from tqdm import tqdm

__all__ = ["shown"]

T = TypeVar("T")


def shown(items: Sequence[T], what: str) -> Iterator[T]:
    """The `items` one after the other, with a bar on standard error that goes when it is full."""
    yield from tqdm(items, desc=what, leave=False, mininterval=1.0)
