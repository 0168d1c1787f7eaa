"""The understanding half of the trained model, loaded once for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from companion.core.quiet import hush
from companion.run.training import MODEL

hush()
from companion.content import Library  # noqa: E402  # Rasa chatters at import unless hushed first
from companion.evaluation.trained_model import TrainedModel, open_model  # noqa: E402


@pytest.fixture(scope="session")
def model() -> Iterator[TrainedModel]:
    """Needs the model: `make train`."""
    if not MODEL.exists():
        pytest.fail(f"{MODEL} is missing; run 'make train'")
    with open_model(MODEL) as opened:
        yield opened


@pytest.fixture(scope="session")
def topics() -> frozenset[str]:
    return frozenset(Library.load().answers)
