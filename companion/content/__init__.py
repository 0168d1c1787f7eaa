"""Curated content: every word a patient reads. Loads it, checks it, fills and spells it. No Rasa import."""

from companion.content.contacts import contact_phrases, country_stated, require_country
from companion.content.library import Library
from companion.content.problems import ContentError, Problem
from companion.content.wording import render, spell

__all__ = [
    "ContentError",
    "Library",
    "Problem",
    "contact_phrases",
    "country_stated",
    "render",
    "require_country",
    "spell",
]
