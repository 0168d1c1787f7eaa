"""The shape of every content file. A field's description is what an editor reads when it is wrong."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, Extra, Field, root_validator

__all__ = [
    "Answer",
    "Aspect",
    "Button",
    "Contact",
    "Country",
    "Escalations",
    "FollowUps",
    "HandOffTexts",
    "Helplines",
    "Medicine",
    "Notice",
    "Number",
    "Numbers",
    "RedFlagReply",
    "Review",
    "Source",
    "Term",
    "Terms",
    "UrgencyReply",
]


class Entry(BaseModel):
    """Base of all content: unknown fields are errors, so that a misspelt field name is not lost in silence."""

    class Config:
        extra = Extra.forbid
        allow_mutation = False
        anystr_strip_whitespace = True


class Review(Entry):
    """Who stands behind the words. Stays `draft` until a named clinician signs."""

    status: Literal["draft", "reviewed"]
    by: str | None = None
    signed: date | None = None
    next_due: date

    @root_validator(skip_on_failure=True)
    def _signed_by_somebody(cls, values: dict) -> dict:  # noqa: N805
        if values["status"] == "reviewed" and not (values["by"] and values["signed"]):
            raise ValueError("'reviewed' needs 'by' (a clinician) and 'signed' (a date); until then write 'draft'")
        return values


class Source(Entry):
    """Where a fact comes from; shown to the patient."""

    title: str
    publisher: str
    address: str = Field(regex=r"^https?://\S+$")
    year: int | None = Field(None, ge=1990, le=2100)
    checked: date


class Numbers(Entry):
    """Figures that are told only to somebody who was asked and said yes."""

    ask: str
    figures: str
    declined: str


class Answer(Entry):
    """One topic's curated answer (content/answers/<topic>.yml).

    `label` is the topic's name on a button; `short` the answer; `more` the second layer; `differs` where sources
    disagree; `aspects` answers to follow-up questions ("and its side effects?"), by aspect; `numbers` figures
    told on consent only; `sources` ids in content/sources.yml; `related` topics offered next.
    """

    label: str
    short: str
    more: str
    differs: str | None = None
    aspects: dict[str, str] = {}
    numbers: Numbers | None = None
    sources: list[str] = Field(min_items=1)
    related: list[str] = Field(min_items=1, max_items=4)
    review: Review


class Medicine(Entry):
    """One medicine: what it is in a plain line, and the topic that tells more."""

    generic: str
    brands: list[str] = []
    also: list[str] = []
    kind: str
    topic: str
    line: str
    sources: list[str] = Field(min_items=1)


class Term(Entry):
    """A thing a patient may name (a treatment, a place in the body, a receptor type) and the words used for it."""

    words: list[str] = Field(min_items=1)


class Terms(Entry):
    """content/terms.yml: what entities exist beside medicines, how words are misspelt, which the texts explain."""

    treatment: dict[str, Term]
    body_site: dict[str, Term]
    receptor_type: dict[str, Term]
    provider: dict[str, Term]
    other_condition: dict[str, Term]
    supplement: dict[str, Term]
    not_misspelt: list[str]
    usual_misspellings: dict[str, str] = {}
    explained: list[str]


class Button(Entry):
    """A quick reply. Its `text` is both what is shown and what is sent: a sentence anybody could type."""

    text: str
    intent: str


class Notice(Entry):
    """A fixed text of content/notices.yml, with the ids of its quick replies (buttons or topics)."""

    text: str
    buttons: list[str] = []


class HandOffTexts(Entry):
    """content/hand_off.yml: what is said to somebody who asks for a person. `examples`: the names that its texts may
    use beside the phrases of every text, each with an example."""

    examples: dict[str, str]
    texts: dict[str, Notice]


class FollowUps(Entry):
    """What an unfinished question means, by what was spoken of before (content/follow_ups.yml).

    `families`: groups of topics. `aspects`: for each aspect the words that ask for it and, by family, the topic that
    answers where the subject has no answer of its own. `by_term`: family -> kind of term -> its id -> the topic.
    """

    families: dict[str, list[str]]
    aspects: dict[str, Aspect]
    by_term: dict[str, dict[str, dict[str, str]]]


class Aspect(Entry):
    """One side of a subject: how people ask for it, and the topics that tell of it, by family (or "any")."""

    words: list[str] = Field(min_items=1)
    topics: dict[str, str]


class Number(Entry):
    """An emergency number and where it was seen; `silent` tells how to get help without speaking."""

    number: str
    source: str
    silent: dict[str, str] | None = None


class Contact(Entry):
    """A line a person can turn to. `how` is "call", "web" or, for a text line, what to do, such as "text HELLO to"."""

    name: str
    number: str
    hours: str | None
    how: str
    source: str


class Country(Entry):
    """Whom to call in one country, or, for `general`, where it is not known. The first of each list is named."""

    name: str = ""
    words: list[str] = []
    emergency: Number
    urgent_advice: Contact | None = None
    crisis: list[Contact] = Field(min_items=1)
    abuse: list[Contact] = Field(min_items=1)
    cancer_support: list[Contact] = Field(min_items=1)


class Helplines(Entry):
    """content/helplines.yml: countries by ISO code, and what is said where none is known."""

    countries: dict[str, Country]
    general: Country


class UrgencyReply(Entry):
    """What is said at one level of urgency: the `first` words, the body `then`, and the short form `again`."""

    first: str
    then: str
    again: str


class RedFlagReply(Entry):
    """What is said about one red flag, after the first words of its urgency."""

    seen: str
    do: str
    call_emergency_if: str | None = None


class Escalations(Entry):
    """content/escalations.yml: the fixed replies to danger."""

    urgency: dict[str, UrgencyReply]
    red_flags: dict[str, RedFlagReply]
    combination: RedFlagReply


FollowUps.update_forward_refs()
