"""Finds what a question is about, also when it leans on what was said before ("and its side effects?")."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from companion.content.library import Library
from companion.dialogue.understanding import Asked

__all__ = ["FOLLOW_UP", "PERSONAL_ADVICE", "Lookup", "Subject", "find_lookup"]

#: Intents that are answered beside topics: an unfinished question, and one that asks to judge a person's own case.
FOLLOW_UP = "follow_up"
PERSONAL_ADVICE = "personal_medical_advice"
_ANY = "any"
_MEN = "men"
_SIDE_EFFECTS = "side_effects"
_POINTS_BACK = re.compile(r"\b(?:it|its|it's|that|this|those|these|them|they|ones?)\b", re.IGNORECASE)
_UNFINISHED = re.compile(r"^\W*(?:and|or|but|what about|how about|what of|same for|also)\b", re.IGNORECASE)
#: An unfinished question is short; a longer one carries its subject in it.
_MAX_UNFINISHED_WORDS = 8


@dataclass(frozen=True)
class Subject:
    """What the conversation is about: a topic, and the medicine that was asked about, if one was."""

    topic: str | None = None
    medicine: str | None = None


@dataclass(frozen=True)
class Lookup:
    """What to look up: a topic, one side of it (`aspect`), or a medicine within it."""

    topic: str
    aspect: str | None = None
    medicine: str | None = None


def find_lookup(asked: Asked, subject: Subject, library: Library) -> Lookup | None:
    """What `asked` wants to know, after `subject` was spoken of; None where that cannot be told."""
    if asked.intent == FOLLOW_UP:
        return _by_follow_up(asked, subject, library)
    if asked.intent not in library.answers:
        return None
    if _leans_on(asked, subject, library):
        found = _by_follow_up(asked, subject, library)
        if found is not None:
            return found
    return _by_topic(asked, library)


def _leans_on(asked: Asked, subject: Subject, library: Library) -> bool:
    if subject.topic is None:
        return False
    unfinished = len(asked.text.split()) <= _MAX_UNFINISHED_WORDS and bool(_UNFINISHED.search(asked.text))
    if unfinished and asked.terms:
        return True
    asks_for_a_side = asked.intent in {aspect.topics.get(_ANY) for aspect in library.follow_ups.aspects.values()}
    return asks_for_a_side and not asked.terms and (unfinished or bool(_POINTS_BACK.search(asked.text)))


def _by_topic(asked: Asked, library: Library) -> Lookup:
    if _MEN in library.answers[asked.intent].aspects and _aspect(asked.text, library) == _MEN:
        return Lookup(asked.intent, _MEN)
    medicine = asked.first("medicine")
    named = library.medicines[medicine].topic if medicine in library.medicines else asked.first("treatment")
    if asked.intent == _SIDE_EFFECTS and named in library.answers and _SIDE_EFFECTS in library.answers[named].aspects:
        return Lookup(named, _SIDE_EFFECTS, medicine)
    if medicine in library.medicines and asked.intent in _therapies(library):
        return Lookup(library.medicines[medicine].topic, None, medicine)
    return Lookup(asked.intent)


def _by_follow_up(asked: Asked, subject: Subject, library: Library) -> Lookup | None:
    aspect = _aspect(asked.text, library)
    medicine = asked.first("medicine")
    known = library.medicines.get(medicine or "")
    topic = known.topic if known else _topic_by_term(asked, subject, library)
    if topic is None:
        if subject.topic is None or aspect is None:
            return None
        topic, medicine = subject.topic, subject.medicine
    if aspect is None:
        return Lookup(topic, None, medicine)
    if aspect in library.answers[topic].aspects:
        return Lookup(topic, aspect, medicine)
    general = library.follow_ups.aspects[aspect].topics
    told_by = general.get(_family(subject, library)) or general.get(_ANY)
    if told_by is None:
        return None
    return Lookup(told_by, aspect if aspect in library.answers[told_by].aspects else None)


def _aspect(text: str, library: Library) -> str | None:
    """The side of a subject that `text` asks for; where it names several, the one named first."""
    found = [
        (match.start(), name)
        for name, aspect in library.follow_ups.aspects.items()
        if (match := _any_of(aspect.words).search(text))
    ]
    return min(found)[1] if found else None


def _topic_by_term(asked: Asked, subject: Subject, library: Library) -> str | None:
    for group in (_family(subject, library), _ANY):
        for kind, topics in library.follow_ups.by_term.get(group, {}).items():
            topic = topics.get(asked.first(kind) or "")
            if topic is not None:
                return topic
    return None


def _family(subject: Subject, library: Library) -> str:
    """The group of topics that the subject belongs to."""
    return next((name for name, topics in library.follow_ups.families.items() if subject.topic in topics), _ANY)


def _therapies(library: Library) -> set[str]:
    """The topics that medicines belong to."""
    return {medicine.topic for medicine in library.medicines.values()} - {_SIDE_EFFECTS}


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\b", re.IGNORECASE)
