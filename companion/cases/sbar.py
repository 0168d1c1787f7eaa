"""The hand-over note: Situation, Background, Assessment, Recommendation. The words are in content/sbar.yml.

The same note is shown to the patient before it is sent, and to staff. It never invents: what nobody told is named as
not told, and whatever a person said stands in quotation marks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from companion.cases.model import Case, CaseRequest
from companion.content import render
from companion.content.model import Entry
from companion.content.shaped_file import read_shaped
from companion.settings import ROOT

__all__ = ["Line", "Sbar", "SbarWords", "Section", "UrgencyWords", "sbar"]

_FILE = "content/sbar.yml"


class Line(Entry):
    """One line of the note. `needs`: the fact it tells; without that fact `otherwise` is written, or nothing.
    `each`: a list; the line is written once for each entry of it, as `one`."""

    text: str
    needs: str | None = None
    otherwise: str | None = None
    each: str | None = None


class Section(Entry):
    """One of the four parts."""

    heading: str
    lines: list[Line]


class UrgencyWords(Entry):
    """What a level is called, and what is asked of whoever takes the case on."""

    label: str
    wanted: str


class SbarWords(Entry):
    """The whole of content/sbar.yml. Ids that are not listed are shown as they are."""

    situation: Section
    background: Section
    assessment: Section
    recommendation: Section
    urgency: dict[str, UrgencyWords]
    channels: dict[str, str]
    relations: dict[str, str]
    languages: dict[str, str]
    consent: dict[str, str]
    red_flags: dict[str, str]

    @classmethod
    def load(cls, root: Path = ROOT) -> SbarWords:
        """The words of the project at `root`. Raises `ContentError`."""
        return read_shaped(_FILE, cls, root)


@dataclass(frozen=True)
class Sbar:
    """The note: each part is its lines, divided by line breaks. `headings`: the four parts' headings, in order."""

    situation: str
    background: str
    assessment: str
    recommendation: str
    headings: tuple[str, ...]

    def sections(self) -> list[tuple[str, list[str]]]:
        """The four headings, each with its lines."""
        parts = (self.situation, self.background, self.assessment, self.recommendation)
        return [(heading, part.splitlines()) for heading, part in zip(self.headings, parts, strict=True)]

    def as_text(self) -> str:
        """The whole note as plain text."""
        return "\n\n".join("\n".join([heading, *(f"- {line}" for line in lines)]) for heading, lines in self.sections())


def sbar(case: Case | CaseRequest, words: SbarWords) -> Sbar:
    """The note of a case, or of one that is still to be opened.

    Of `about` it tells, where they are there: `caller` and `patient` (names), `relation` (of the caller to the
    patient: an id of the words), `treatment`, `last_treatment`, `spread`, `illnesses`, `allergies`, `answers`
    (a list of `question`, `answer`), `told` (what the person was told to do), `will_do` (what they said they would
    do), `suggested` (`urgency` and `why`), `chosen_why`, `decided_by`, `advice`.
    """
    facts = _facts(case, words)
    sections = (words.situation, words.background, words.assessment, words.recommendation)
    situation, background, assessment, recommendation = ("\n".join(_lines(section, facts)) for section in sections)
    headings = tuple(section.heading for section in sections)
    return Sbar(situation, background, assessment, recommendation, headings)


def _lines(section: Section, facts: Mapping[str, Any]) -> Iterator[str]:
    for line in section.lines:
        if line.each is not None and facts[line.each]:
            for one in facts[line.each]:
                yield render(line.text, {**facts, "one": one})
        elif line.each is None and (line.needs is None or facts[line.needs]):
            yield render(line.text, facts)
        elif line.otherwise is not None:
            yield render(line.otherwise, facts)


def _facts(case: Case | CaseRequest, words: SbarWords) -> dict[str, Any]:
    about, consent = case.about, case.consent
    suggested = about.get("suggested") or {}
    told = {
        name: _one_line(about.get(name))
        for name in (
            "caller",
            "patient",
            "treatment",
            "last_treatment",
            "spread",
            "illnesses",
            "allergies",
            "told",
            "will_do",
            "chosen_why",
            "decided_by",
            "advice",
        )
    }
    relation = words.relations.get(about.get("relation") or "", _one_line(about.get("relation")))
    level = words.urgency.get(case.urgency)
    return {
        **told,
        "reference": case.reference if isinstance(case, Case) else "",
        "asked_at": _moment(case.created_at) if isinstance(case, Case) else "",
        "channel": words.channels.get(case.channel, case.channel),
        "by_phone": case.channel == "phone",
        "called": told["patient"] or _one_line(case.name),
        "relation_alone": "" if told["caller"] else relation,
        "urgency": level.label if level else case.urgency,
        "wanted": level.wanted if level else "",
        "red_flags": [
            {"name": words.red_flags.get(flag["id"], flag["id"]), "words": _one_line(flag.get("text"))}
            for flag in case.red_flags
        ],
        "reason": _one_line(case.reason),
        "name": _one_line(case.name),
        "contact": _one_line(case.contact),
        "contact_when": _one_line(case.contact_when),
        "relation": relation,
        "answers": [
            {"question": _one_line(one.get("question")), "answer": _one_line(one.get("answer"))}
            for one in about.get("answers") or ()
            if one.get("answer")
        ],
        "suggested": _label(suggested.get("urgency"), words),
        "suggested_why": _one_line(suggested.get("why")),
        "language": words.languages.get(case.language, case.language),
        "country": case.country or "",
        "consent": ", ".join(words.consent.get(one, one) for one in consent.get("given") or ()),
    }


def _moment(at: datetime) -> str:
    return f"{at.day} {at:%B %Y, %H:%M} UTC"


def _label(urgency: str | None, words: SbarWords) -> str:
    level = words.urgency.get(urgency or "")
    return level.label if level else urgency or ""


def _one_line(text: object) -> str:
    """What somebody typed, on one line: it cannot pass for a heading of the note, nor end its own quotation."""
    return " ".join(str(text or "").replace('"', "'").split())
