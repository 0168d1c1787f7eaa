"""What was understood of a message, as the rest of the dialogue reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Asked", "NamedTerm", "Understanding"]


@dataclass(frozen=True)
class NamedTerm:
    """A medicine, treatment, body site or receptor type that the message names."""

    kind: str
    value: str
    start: int


@dataclass(frozen=True)
class Asked:
    """One question of a message: its words, its intent, and the terms named in it."""

    text: str
    intent: str
    terms: tuple[NamedTerm, ...] = ()

    def first(self, kind: str) -> str | None:
        """The first term of a kind, or None."""
        return next((term.value for term in self.terms if term.kind == kind), None)


@dataclass(frozen=True)
class Understanding:
    """A whole message: its questions in order (at least one), and intents from likeliest to least."""

    questions: tuple[Asked, ...]
    ranking: tuple[tuple[str, float], ...] = ()

    @classmethod
    def of(cls, parsed: Mapping[str, Any]) -> Understanding:
        """From Rasa's parse of a message (`text`, `intent`, `entities`, `intent_ranking`, and our `questions`)."""
        text = parsed.get("text") or ""
        terms = [
            NamedTerm(entity["entity"], entity["value"], entity["start"]) for entity in parsed.get("entities") or ()
        ]
        questions = parsed.get("questions") or [
            {"text": text, "intent": (parsed.get("intent") or {}).get("name") or "nlu_fallback", "start": 0}
        ]
        return cls(
            questions=tuple(
                Asked(
                    one["text"],
                    one["intent"],
                    tuple(term for term in terms if one["start"] <= term.start < one["start"] + len(one["text"])),
                )
                for one in questions
            ),
            ranking=tuple((one["name"], one["confidence"]) for one in parsed.get("intent_ranking") or ()),
        )
