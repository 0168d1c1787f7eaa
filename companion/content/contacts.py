"""Whom to call, in ready phrases, right for the country."""

from __future__ import annotations

import re
from collections.abc import Iterable

from companion.content.model import Contact, Helplines
from companion.settings import Settings

__all__ = ["contact_phrases", "country_stated"]

_I_AM_IN = re.compile(
    r"\b(?:i'?m|i am|we'?re|we are|i live|we live|living|based|located|writing|here)\s+(?:here\s+)?(?:in|from)\s+"
    r"(.{2,40})",
    re.IGNORECASE,
)
#: A message of so few words that names a country is an answer to "where are you?".
_PLACE_WORDS = 3


def contact_phrases(helplines: Helplines, settings: Settings, country: str | None = None) -> dict[str, str]:
    """The phrases that texts may use: country_name (empty where unknown), emergency, care_line, care_team, crisis_line,
    abuse_line, cancer_support_line.

    `country` is what the person said (an ISO code), else the deployer's; where neither is known, no country is guessed.
    """
    place = helplines.countries.get(country or settings.country or "", helplines.general)
    where = f"on {settings.care_line}" if settings.care_line else "(see your alert card)"
    return {
        "country_name": place.name,
        "emergency": place.emergency.number,
        "care_line": f"your 24-hour cancer line {where}",
        "care_team": settings.care_team,
        "crisis_line": _phrase(place.crisis[0]),
        "abuse_line": _phrase(place.abuse[0]),
        "cancer_support_line": _phrase(place.cancer_support[0]),
    }


def country_stated(helplines: Helplines, texts: Iterable[str]) -> str | None:
    """Where the person said they are, as an ISO code: the last of `texts` that says so decides.

    "I live in Leeds" or a bare "Canada" says so; "trials in Canada" does not.
    """
    for text in reversed(list(texts)):
        stated = _I_AM_IN.search(text)
        place = stated.group(1) if stated else text if len(text.split()) <= _PLACE_WORDS else ""
        code = _country_named(helplines, place)
        if code is not None:
            return code
    return None


def _country_named(helplines: Helplines, text: str) -> str | None:
    """The one country that `text` names, or None where it names none or several."""
    padded = f" {' '.join(text.lower().replace(',', ' ').replace('.', ' ').split())} "
    named: set[str] = set()
    words = [(word, code) for code, country in helplines.countries.items() for word in country.words]
    # Longest first, each taken out once found: "northern ireland" is not Ireland, "new england" not England.
    for word, code in sorted(words, key=lambda pair: -len(pair[0])):
        if f" {word.replace('.', ' ')} " in padded:
            named.add(code)
            padded = padded.replace(f" {word} ", " | ")
    return named.pop() if len(named) == 1 else None


def _phrase(contact: Contact) -> str:
    if contact.how == "web":
        return f"{contact.name} ({contact.number})"
    on = "on" if contact.how in ("call", "call or text") else f": {contact.how}"
    joined = f"{contact.name} {on} {contact.number}".replace(" :", ":")
    return f"{joined} ({contact.hours})" if contact.hours else joined
