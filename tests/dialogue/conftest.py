"""What the dialogue's unit tests share: the real content, and writers for any deployment. No Rasa."""

from __future__ import annotations

import pytest

from companion.content import Library
from companion.dialogue.replies import Writer
from companion.settings import Settings


@pytest.fixture(scope="session")
def library() -> Library:
    """The curated content."""
    return Library.load()


@pytest.fixture(scope="session")
def writer(library: Library) -> Writer:
    """A writer for a deployment that has set nothing."""
    return Writer(library, Settings())


@pytest.fixture(scope="session")
def american(library: Library) -> Writer:
    """A writer for a deployment with American spelling."""
    return Writer(library, Settings(locale="en-US"))
