"""The shape of content/red_flags.yml, and what a check gives back."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Literal

from pydantic import Field

from companion.content.model import Entry
from companion.safety.text import words

__all__ = ["Assessment", "Context", "Hit", "RedFlag", "RedFlagSource", "RuleFile", "Urgency"]


class Urgency(str, Enum):
    """How fast help is needed, in the contract's order, most urgent first."""

    emergency = "emergency"
    crisis = "crisis"
    safeguarding = "safeguarding"
    urgent = "urgent"
    soon = "soon"
    support = "support"
    none = "none"

    @property
    def rank(self) -> int:
        """0 for the most urgent."""
        return list(Urgency).index(self)

    def at_least(self, other: Urgency) -> bool:
        """Whether this is as urgent as `other` or more."""
        return self.rank <= other.rank


class RedFlagSource(Entry):
    """Where a threshold or an urgency comes from; no address where nothing was found yet."""

    title: str
    address: str | None = Field(None, regex=r"^https?://\S+$")


class RedFlag(Entry):
    """One rule. `patterns` are alternatives; `even_if` names the readings of a sentence that do not excuse this danger
    (a general question, something past, a negation, a leaflet's words, an animal); `unless_known` lets a state of long
    standing pass ("same as always"), never to be set for what may kill."""

    id: str = Field(regex=r"^[a-z][a-z0-9_]*$")
    urgency: Urgency
    looks_for: str
    patterns: list[str] = Field(min_items=1)
    unless_known: bool = False
    even_if: list[Literal["general", "past", "negated", "quoted", "animal"]] = []
    escalate_if: list[str] = []
    rationale: str
    sources: list[RedFlagSource] = Field(min_items=1)
    examples: list[str] = Field(min_items=1)
    near_misses: list[str] = Field(min_items=1)


class Context(Entry):
    """Words that change what a sentence says; each a list of phrases, divided by commas."""

    idioms: str
    negations: str
    not_negations: str
    negation_fillers: str
    list_words: str
    turns: str
    openers: str
    not_openers: str
    opener_fillers: str
    questions: str
    not_questions: str
    hypotheses: str
    not_hypotheses: str
    assertions: str
    owners: str
    long_ago: str
    not_long_ago: str
    at_age: str
    over: str
    recovered: str
    relapse: str
    now: str
    not_now: str
    right_now: str
    known: str
    steady: str
    quotes: str
    distant: str
    news: str
    urge: str
    other_diseases: str
    first_person: str
    close: str
    animals: str
    topics: str
    places: str
    persons: str
    claims: str
    softeners: str
    denials: str


class RuleFile(Entry):
    """The whole of content/red_flags.yml."""

    spellings: dict[str, str]
    real_words: str
    durations: dict[str, float]
    context: Context
    words: dict[str, str]
    rules: list[RedFlag] = Field(min_items=1)

    def spelt(self) -> dict[str, list[str]]:
        """The words to read for each usual misspelling or other name."""
        return {word: words(meant) for word, meant in self.spellings.items()}


@dataclass(frozen=True)
class Hit:
    """One danger sign: the rule's `id`, its `urgency`, the patient's own words (`text`), and `why` it was seen."""

    id: str
    urgency: Urgency
    text: str
    why: str


@dataclass(frozen=True)
class Assessment:
    """What a message tells: the urgency to act on, and the hits behind it, most urgent first."""

    urgency: Urgency
    hits: list[Hit]
