"""Composes what a patient reads: an answer with its sources and disclaimer, a notice, an escalation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from companion.content import Library, contact_phrases, render, require_country, spell
from companion.content.model import Source
from companion.dialogue.subject import Lookup
from companion.settings import Settings

__all__ = ["Reply", "Writer"]

_SHORT_SOURCES = 2


@dataclass(frozen=True)
class Reply:
    """One message to a patient, with the texts of its quick replies.

    `parts`: the same text taken apart, for channels that can show structure: `body`, `sources` (each `title`,
    `publisher`, `address`, `checked`), `disclaimer`, and `ask` (a question at the end, or None). `topic`: what it is an
    answer to.
    """

    text: str
    buttons: tuple[str, ...] = field(default=())
    parts: Mapping[str, Any] | None = None
    topic: str | None = None

    def as_buttons(self) -> list[dict[str, str]]:
        """The quick replies as Rasa passes them: tapping one sends the words it shows."""
        return [{"title": text, "payload": text} for text in self.buttons]


class Writer:
    """Writes replies from the curated content, for one deployment's country, telephone line and spelling."""

    def __init__(self, library: Library, settings: Settings) -> None:
        """Raises `SettingsError` for a country without numbers in content/helplines.yml."""
        require_country(library.helplines, settings)
        self._library = library
        self._settings = settings

    def notice(self, name: str, *, country: str | None = None, buttons: Iterable[str] = ()) -> Reply:
        """The fixed text `name` of content/notices.yml; `buttons` (ids) come before its own."""
        notice = self._library.notices[name]
        return Reply(self._fill(notice.text, country), self._labels([*buttons, *notice.buttons]))

    def hand_off(self, name: str, facts: Mapping[str, str], *, country: str | None = None) -> Reply:
        """The text `name` of content/hand_off.yml; a name that `facts` leaves out is empty."""
        words = self._library.hand_off
        text = words.texts[name]
        values = {**dict.fromkeys(words.examples, ""), **facts, **self._phrases(country)}
        return Reply(render(self._spell(text.text), values), self._labels(text.buttons))

    def answer(self, lookup: Lookup, *, first: bool, country: str | None = None) -> Reply:
        """The answer to `lookup` with sources and disclaimer (in full where it is the `first` of a conversation)."""
        answer = self._library.answers[lookup.topic]
        medicine = self._library.medicines.get(lookup.medicine or "")
        source_ids = list(answer.sources)
        parts = []
        if medicine is not None:
            parts.append(medicine.line)
            source_ids = [*medicine.sources[:1], *source_ids]
        if lookup.aspect is not None:
            parts.append(answer.aspects[lookup.aspect])
        else:
            parts.append(answer.short)
            if answer.differs:
                parts.append(answer.differs)
        ask, buttons = None, ["tell_me_more", *answer.related, "person"]
        if answer.numbers and lookup.aspect is None:
            ask, buttons = answer.numbers.ask, ["show_numbers", "no_numbers", "tell_me_more", "person"]
        text, taken_apart = self._medical(parts, source_ids[:_SHORT_SOURCES], country, first=first, ask=ask)
        return Reply(text, self._labels(buttons), taken_apart, lookup.topic)

    def more(self, topic: str, *, country: str | None = None) -> Reply:
        """The second layer of a topic's answer, with all its sources."""
        answer = self._library.answers[topic]
        text, parts = self._medical([answer.more], answer.sources, country)
        return Reply(text, self._labels([*answer.related, "person"]), parts, topic)

    def figures(self, topic: str, *, country: str | None = None) -> Reply:
        """The figures of a topic, for somebody who was asked and said yes."""
        answer = self._library.answers[topic]
        assert answer.numbers is not None, f"{topic} has no numbers"
        text, parts = self._medical([answer.numbers.figures], answer.sources, country)
        return Reply(text, self._labels([*answer.related, "person"]), parts, topic)

    def figures_declined(self, topic: str, *, country: str | None = None) -> Reply:
        """What is said to somebody who would rather not see figures."""
        answer = self._library.answers[topic]
        assert answer.numbers is not None, f"{topic} has no numbers"
        return Reply(self._fill(answer.numbers.declined, country), self._labels([*answer.related, "person"]))

    def escalation(
        self, urgency: str, red_flag: str | None, *, again: bool = False, country: str | None = None
    ) -> Reply:
        """Whom to call now. `red_flag`: the id of the most urgent sign; None where lesser signs are urgent together;
        `again`: it was said before in this chat, the short form will do."""
        replies = self._library.escalations
        level = replies.urgency[urgency]
        body = replies.combination if red_flag is None else replies.red_flags[red_flag]
        full = [level.first, *filter(None, (body.seen, body.do, body.call_emergency_if))]
        parts = [level.again] if again else full
        button = "person" if urgency == "support" else "tell_team"
        return Reply(self._fill(" ".join(parts), country), self._labels([button]))

    def first_words(self, urgency: str, *, country: str | None = None) -> str:
        """Whom to call now, in one sentence; empty where there is no danger."""
        level = self._library.escalations.urgency.get(urgency)
        return self._fill(level.first, country) if level else ""

    def other_language(self, code: str, *, country: str | None = None) -> Reply:
        """One sentence in a language we do not speak, and the numbers to call."""
        phrases = self._phrases(country)
        numbers = [phrases["emergency"], phrases["cancer_support_line"], phrases["crisis_line"]]
        return Reply("\n".join([self._library.languages[code], *(f"- {number}" for number in numbers)]))

    def _medical(
        self,
        texts: Sequence[str],
        source_ids: Sequence[str],
        country: str | None,
        *,
        first: bool = False,
        ask: str | None = None,
    ) -> tuple[str, dict[str, Any]]:
        """Texts with their sources and the disclaimer below, and a question at the very end: whole, and taken apart.
        Sources stay as printed: a spelling table has no business in an address."""
        sources = [self._library.sources[name] for name in dict.fromkeys(source_ids)]
        body = self._fill("\n\n".join(texts), country)
        notice = self._library.notices["disclaimer_full" if first else "disclaimer_line"]
        disclaimer = self._fill(notice.text, country)
        question = self._fill(ask, country) if ask else None
        whole = [body, _cited(sources), disclaimer, *([question] if question else [])]
        shown = [
            {**one.dict(include={"title", "publisher", "address"}), "checked": one.checked.isoformat()}
            for one in sources
        ]
        parts = {"body": body, "sources": shown, "disclaimer": disclaimer, "ask": question}
        return "\n\n".join(whole), parts

    def _labels(self, ids: Iterable[str]) -> tuple[str, ...]:
        buttons, answers = self._library.buttons, self._library.answers
        texts = [buttons[name].text if name in buttons else answers[name].label for name in dict.fromkeys(ids)]
        return tuple(self._spell(text) for text in texts)

    def _fill(self, text: str, country: str | None) -> str:
        return self._spell(render(text, self._phrases(country)))

    def _phrases(self, country: str | None) -> dict[str, str]:
        return contact_phrases(self._library.helplines, self._settings, country)

    def _spell(self, text: str) -> str:
        return spell(text, self._library.american, self._settings.locale)


def _cited(sources: Sequence[Source]) -> str:
    lines = [_cite(source) for source in sources]
    return ("Source: " if len(lines) == 1 else "Sources:\n- ") + "\n- ".join(lines)


def _cite(source: Source) -> str:
    year = f", {source.year}" if source.year else ""
    return f"{source.title} ({source.publisher}{year}), checked {_day(source.checked)}: {source.address}"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
