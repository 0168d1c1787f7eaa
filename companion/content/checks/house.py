"""The house's own lists, in house.yml beside this file."""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path

import yaml
from pydantic import BaseModel, Extra

__all__ = ["House", "whole_words"]

_FILE = Path(__file__).with_name("house.yml")


class _Entry(BaseModel):
    class Config:
        extra = Extra.forbid
        keep_untouched = (cached_property,)


class Avoided(_Entry):
    """Words we do not use, and what to write instead."""

    words: list[str]
    instead: str

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Finds any of the words."""
        return whole_words(self.words)


class Articles(_Entry):
    """How one of the five articles would be recognised."""

    files: list[str]
    titles: list[str]


class House(_Entry):
    """See house.yml."""

    avoid: list[Avoided]
    commercial: list[str]
    articles: Articles
    also_british: list[str]

    @classmethod
    def load(cls) -> House:
        """The lists. Raises an error of yaml or pydantic: the file is part of the program."""
        return cls.parse_obj(yaml.safe_load(_FILE.read_text(encoding="utf-8")))


def whole_words(phrases: list[str]) -> re.Pattern[str]:
    """Finds any of `phrases` as whole words in any case; a star at the end stands for any ending."""
    parts = []
    for phrase in sorted(phrases, key=len, reverse=True):
        words = r"\s+".join(map(re.escape, phrase.removesuffix("*").split())).replace("'", "['\u2019]")
        parts.append(words + (r"\w*" if phrase.endswith("*") else ""))
    return re.compile(rf"\b(?:{'|'.join(parts)})\b", re.IGNORECASE)
