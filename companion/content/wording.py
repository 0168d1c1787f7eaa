"""Turns a text of content/ into what a patient reads: fills the template, and spells it for the locale."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from jinja2 import Environment, StrictUndefined, Template

__all__ = ["render", "spell"]


def _sentence(text: str) -> str:
    """The text as a sentence begins: "your care team" -> "Your care team"."""
    return text[:1].upper() + text[1:]


# Plain text is written, never HTML: nothing is escaped here, and each channel escapes for itself.
_ENVIRONMENT = Environment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=False)
_ENVIRONMENT.filters["sentence"] = _sentence


@lru_cache(maxsize=1024)
def _template(text: str) -> Template:
    return _ENVIRONMENT.from_string(text)


def render(text: str, values: Mapping[str, object]) -> str:
    """`text` with its `{{ names }}` filled in. Raises `jinja2.TemplateError` for a bad template or an unknown name."""
    return _template(text).render(values).strip()


def spell(text: str, american: Mapping[str, str], locale: str) -> str:
    """`text` in the spelling of `locale`: unchanged for "en-GB", by the table `american` for "en-US"."""
    if locale != "en-US":
        return text
    words = re.compile(rf"\b({'|'.join(sorted(map(re.escape, american), key=len, reverse=True))})\b", re.IGNORECASE)
    return words.sub(lambda match: _like(match.group(), american[match.group().lower()]), text)


def _like(original: str, word: str) -> str:
    if original.isupper():
        return word.upper()
    return _sentence(word) if original[0].isupper() else word
