"""The database as actions reach it, and the times of the service."""

from __future__ import annotations

import os
from functools import lru_cache

from companion.cases import Cases
from companion.cases.rights import Rights
from companion.cases.sbar import SbarWords
from companion.cases.service import Service
from companion.store import Database
from companion.store.gaps import Gaps

__all__ = ["cases", "gaps", "rights", "sbar_words", "service"]


def cases() -> Cases:
    """The cases of this deployment."""
    return Cases(_database(os.environ.get("COMPANION_DATABASE")), service().targets)


def rights() -> Rights:
    """What is stored of a person."""
    return Rights(_database(os.environ.get("COMPANION_DATABASE")))


def gaps() -> Gaps:
    """The questions that got no answer."""
    return Gaps(_database(os.environ.get("COMPANION_DATABASE")))


def service() -> Service:
    """Opening hours, targets, how long things are kept."""
    return _service(os.environ.get("COMPANION_SERVICE"))


@lru_cache(maxsize=1)
def sbar_words() -> SbarWords:
    """The words of the note."""
    return SbarWords.load()


@lru_cache(maxsize=1)
def _database(setting: str | None) -> Database:
    # One engine a process: it keeps the connections.
    return Database.from_environment()


@lru_cache(maxsize=1)
def _service(setting: str | None) -> Service:
    return Service.load()
