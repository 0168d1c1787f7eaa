"""Finds what a person tells of themselves in passing: a first name, a good time to ring."""

from __future__ import annotations

import re

__all__ = ["as_name", "find_name", "find_time"]

_MOST_NAME_WORDS, _MOST_NAME_CHARACTERS = 8, 60
_MOST_TIME_CHARACTERS = 200

_INTRODUCES = (
    r"(?:(?:hi|hello|hey|yes|sure|ok|okay|well|it'?s|its|and)\W+)*(?:my (?:first )?name(?:'s| is)?|the name(?:'s| is)|"
    r"i'?m|i am|this is|it'?s|its|name|call me|(?:you|they) (?:can|may) call me|just|please call me)\b\W*"
)
#: Outside the question for it: only after words that surely introduce a name, or a capital.
_SAYS_NAME = re.compile(
    r"\b(?:[Mm]y (?:first )?name(?:'s| is)|[Tt]he name(?:'s| is))\s+(?P<named>[^\W\d_][\w'’\-]*(?:\s+[A-Z][\w'’\-]+)?)"
    r"|\b(?:[Ii]'?m|I am|[Tt]his is|[Ii]t'?s|[Cc]all me)\s+(?P<capital>[A-Z][\w'’\-]+(?:\s+[A-Z][\w'’\-]+)?)"
    r"(?=\W*$|\s*[,.;!]|\s+and\b)"
)
_NO_NAMES = {"I", "Im", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday", "Not", "OK"}

_CLOCK = (
    r"(?:\d{1,2}(?::\d\d|\.\d\d)?\s*(?:am|pm|a\.m\.?|p\.m\.?|o'?clock|h)?|noon|midday|lunch(?:time)?|dinner|"
    r"tea(?:time)?|school|work|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
)
_HOURS = (
    rf"(?:(?:after|before|from|until|till|between|around|about|at|by)\s+{_CLOCK}"
    rf"(?:\s*(?:and|to|-|–|until|till)\s*{_CLOCK})?)"
)
_DAY = (
    r"(?:today|tonight|tomorrow|(?:mon|tues|wednes|thurs|fri|satur|sun)days?|week(?:days?|ends?)|"
    r"(?:this|next|every|in the|any) (?:week|morning|afternoon|evening|day|time)s?|mornings?|afternoons?|evenings?|"
    r"any ?time|whenever|asap|as soon as possible|straight away|right away)"
)
_JOIN = r"(?:[\s,]*(?:\b(?:on|in the|or|and|but|not|only|please)\s+)*)"
_TIME = re.compile(rf"\b(?:{_HOURS}|{_DAY})\b(?:{_JOIN}\b(?:{_HOURS}|{_DAY})\b)*", re.IGNORECASE)


def as_name(text: str) -> str | None:
    """The name in an answer to "What may the team call you?"; None where it is not one."""
    bare = re.sub(rf"^\W*{_INTRODUCES}", "", text, flags=re.IGNORECASE)
    bare = re.sub(r"\W*\b(?:please|thanks|thank you|is fine|will do|here)\W*$", "", bare, flags=re.IGNORECASE)
    bare = re.sub(r"^\W*for\s+", "", bare, flags=re.IGNORECASE)
    bare = " ".join(bare.strip(' .,;:!?"').split())
    if not bare or len(bare) > _MOST_NAME_CHARACTERS or len(bare.split()) > _MOST_NAME_WORDS:
        return find_name(text)
    if not re.search(r"[^\W\d_]", bare) or re.search(r"\d", bare):
        return find_name(text)
    few = len(bare.split()) <= 3
    return " ".join(word[:1].upper() + word[1:] for word in bare.split()) if few and bare.islower() else bare


def find_name(text: str) -> str | None:
    """A name that `text` introduces ("I'm Ann, ..."), or None."""
    found = _SAYS_NAME.search(text)
    name = (found["named"] or found["capital"]) if found else None
    if not name or name.split()[0] in _NO_NAMES:
        return None
    return name[:1].upper() + name[1:]


def find_time(text: str) -> str | None:
    """When somebody says they can be reached ("tomorrow after 4"), or None."""
    found = [match.group().strip(" ,") for match in _TIME.finditer(text[:_MOST_TIME_CHARACTERS])]
    return max(found, key=len) if found else None
