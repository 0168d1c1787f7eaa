"""Tells which language a message is in, when it is not English."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

__all__ = ["foreign_language"]

#: Scripts that decide alone. Arabic script is also Persian's and Urdu's: its sentence is then the nearest we have.
_SCRIPTS = {
    "ar": re.compile(r"[\u0600-\u06ff]"),
    "hi": re.compile(r"[\u0900-\u097f]"),
    "zh": re.compile(r"[\u4e00-\u9fff]"),
}
#: Shorter messages ("ok merci") tell too little; names of medicines and misspelt English look foreign.
_LEAST_WORDS = 4
_SURE = 0.97


def foreign_language(text: str, languages: Collection[str]) -> str | None:
    """The ISO 639-1 code of the language of `text` if it is one of `languages` and surely not English, else None."""
    letters = [character for character in text if character.isalpha()]
    for code, script in _SCRIPTS.items():
        if code in languages and letters and len(script.findall(text)) * 2 > len(letters):
            return code
    if len(text.split()) < _LEAST_WORDS:
        return None
    code, probability = _identifier(tuple(sorted({*languages, "en"}))).classify(text)
    return str(code) if code != "en" and probability >= _SURE else None


@lru_cache(maxsize=1)
def _identifier(languages: tuple[str, ...]) -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(languages))
    return identifier
