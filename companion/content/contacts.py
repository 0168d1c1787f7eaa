"""Whom to call, in ready phrases, right for the country."""

from __future__ import annotations

import re
from collections.abc import Iterable

from companion.content.model import Contact, Helplines
from companion.settings import Settings, SettingsError

__all__ = ["ELSEWHERE", "contact_phrases", "country_stated", "require_country"]

_I_AM_IN = re.compile(
    r"\b(?:i'?m|i am|we'?re|we are|i live|we live|living|based|located|writing|here)\s+(?:here\s+|now\s+|not\s+)?"
    r"((?:in|from)\s+.{2,40})",
    re.IGNORECASE,
)
#: "in France", "in South Africa"; not "in pain", "in hospital".
_PROPER_NAME = re.compile(r"^(?:in|from)\s+(?:the\s+)?[A-Z][a-z]", re.UNICODE)
#: Beside the place itself, all that an answer to "where are you?" may hold.
_FILLERS = {"in", "from", "the", "here", "now", "i", "im", "i'm", "am"}
#: Said instead of a country's code: the person is in a place that we have no numbers for.
ELSEWHERE = ""


def contact_phrases(helplines: Helplines, settings: Settings, country: str | None = None) -> dict[str, str]:
    """The phrases that texts may use: country_name (empty where unknown), emergency, care_line, care_team, crisis_line,
    abuse_line, cancer_support_line.

    `country` is what the person said (an ISO code, or `ELSEWHERE`); None takes the deployer's. Where neither is known,
    no country is guessed.
    """
    code = settings.country if country is None else country
    place = helplines.countries.get(code or ELSEWHERE, helplines.general)
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


def require_country(helplines: Helplines, settings: Settings) -> None:
    """Raises `SettingsError` where the deployer's country has no numbers here."""
    if settings.country and settings.country not in helplines.countries:
        known = ", ".join(sorted(helplines.countries))
        raise SettingsError(f"COMPANION_COUNTRY is '{settings.country}'; use one of {known}, or leave it out")


def country_stated(helplines: Helplines, texts: Iterable[str]) -> str | None:
    """Where the person said they are: an ISO code, `ELSEWHERE` for a place we have no numbers for, None if not said.

    "I live in Leeds" or a bare "Canada" says so, "trials in Canada" does not. The last of `texts` that says so decides.
    """
    places = sorted(
        ((_plain(word), code) for code, country in helplines.countries.items() for word in country.words),
        key=lambda pair: -len(pair[0]),
    )
    for text in reversed(list(texts)):
        stated = _I_AM_IN.search(text)
        named, rest = _named(places, stated.group(1) if stated else text)
        if len(named) == 1 and (stated or set(rest.split()) <= _FILLERS):
            return named.pop()
        if stated and not named and _PROPER_NAME.search(stated.group(1)):
            return ELSEWHERE
    return None


def _named(places: list[tuple[str, str]], text: str) -> tuple[set[str], str]:
    """The countries that `text` names, and what it says beside. Longest names first, each taken out once found:
    "northern ireland" is not Ireland, "new england" not England."""
    rest, named = f" {_plain(text)} ", set()
    for word, code in places:
        if f" {word} " in rest:
            named.add(code)
            rest = rest.replace(f" {word} ", " ")
    return named, rest


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[,;:!?()]", " ", text.lower().replace(".", "")).split())


def _phrase(contact: Contact) -> str:
    if contact.how == "web":
        return f"{contact.name} ({contact.number})"
    on = "on" if contact.how in ("call", "call or text") else f": {contact.how}"
    joined = f"{contact.name} {on} {contact.number}".replace(" :", ":")
    return f"{joined} ({contact.hours})" if contact.hours else joined
