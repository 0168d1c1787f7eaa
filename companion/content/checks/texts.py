"""Every text a patient may read, with the place where an editor finds it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from jinja2 import TemplateError

from companion.content.checks.project import Project
from companion.content.model import Answer, Entry, RedFlagReply
from companion.content.problems import Problem
from companion.content.wording import render
from companion.content.yaml_file import Place, YamlFile

__all__ = ["Text", "button_texts", "passages", "rendered", "texts"]


@dataclass(frozen=True)
class Text:
    """One text: `subject` is the topic, medicine, notice or red flag, `field` what it says of it, such as "short"."""

    subject: str
    field: str
    text: str
    file: YamlFile
    place: Place

    def problem(self, message: str, *, warning: bool = False) -> Problem:
        """A `Problem` where this text stands, named after its field."""
        return self.file.problem(f"'{self.field}' {message}", *self.place, warning=warning)


def rendered(text: Text, project: Project, country: str | None = None) -> str | None:
    """The text as a patient in `country` reads it; None where it does not render, which another rule tells."""
    try:
        return render(text.text, project.names(text.file, country))
    except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError):
        return None


def texts(project: Project) -> Iterator[Text]:
    """Each text by itself, as it stands in its file."""
    yield from _single_pieces(project)
    yield from _medicine_kinds(project)
    yield from _escalation_parts(project)


def passages(project: Project) -> Iterator[Text]:
    """The texts as they are read in one piece: an escalation is put together of its parts."""
    yield from _single_pieces(project)
    yield from _escalations(project)


def button_texts(project: Project) -> Iterator[Text]:
    """What stands on quick replies, and is sent when one is tapped."""
    for topic, answer in project.library.answers.items():
        yield Text(topic, "label", answer.label, project.answer_file(topic), ("label",))
    buttons = project.file("buttons.yml")
    for name, button in project.library.buttons.items():
        yield Text(name, "text", button.text, buttons, (name, "text"))


def _single_pieces(project: Project) -> Iterator[Text]:
    for topic, answer in project.library.answers.items():
        yield from _answer(topic, answer, project.answer_file(topic))
    medicines, notices = project.file("medicines.yml"), project.file("notices.yml")
    for name, medicine in project.library.medicines.items():
        yield Text(name, "line", medicine.line, medicines, (name, "line"))
    for name, notice in project.library.notices.items():
        yield Text(name, "text", notice.text, notices, (name, "text"))
    hand_off = project.file("hand_off.yml")
    for name, words in project.library.hand_off.texts.items():
        yield Text(name, "text", words.text, hand_off, ("texts", name, "text"))


def _answer(topic: str, answer: Answer, file: YamlFile) -> Iterator[Text]:
    yield Text(topic, "short", answer.short, file, ("short",))
    yield Text(topic, "more", answer.more, file, ("more",))
    if answer.differs is not None:
        yield Text(topic, "differs", answer.differs, file, ("differs",))
    for aspect, text in answer.aspects.items():
        yield Text(topic, f"aspects.{aspect}", text, file, ("aspects", aspect))
    if answer.numbers is not None:
        for name, text in answer.numbers.dict().items():
            yield Text(topic, f"numbers.{name}", text, file, ("numbers", name))


def _medicine_kinds(project: Project) -> Iterator[Text]:
    for name, medicine in project.library.medicines.items():
        yield Text(name, "kind", medicine.kind, project.file("medicines.yml"), (name, "kind"))


def _escalation_parts(project: Project) -> Iterator[Text]:
    file, escalations = project.file("escalations.yml"), project.library.escalations
    groups: dict[str, Mapping[str, Entry]] = {"urgency": escalations.urgency, "red_flags": escalations.red_flags}
    for group, entries in groups.items():
        for name, entry in entries.items():
            for part, text in entry.dict(exclude_none=True).items():
                yield Text(name, part, text, file, (group, name, part))
    for part, text in escalations.combination.dict(exclude_none=True).items():
        yield Text("combination", part, text, file, ("combination", part))


def _escalations(project: Project) -> Iterator[Text]:
    """As `companion.dialogue.replies` puts them together."""
    file, escalations = project.file("escalations.yml"), project.library.escalations
    for name, level in escalations.urgency.items():
        yield Text(name, "first + then", f"{level.first} {level.then}", file, ("urgency", name, "then"))
        yield Text(name, "again", level.again, file, ("urgency", name, "again"))
    for flag, reply in escalations.red_flags.items():
        urgency = project.urgencies.get(flag)
        if urgency in escalations.urgency:
            yield _escalation(flag, escalations.urgency[urgency].first, reply, file, ("red_flags", flag))
    if "urgent" in escalations.urgency:
        first = escalations.urgency["urgent"].first
        yield _escalation("combination", first, escalations.combination, file, ("combination",))


def _escalation(name: str, first: str, reply: RedFlagReply, file: YamlFile, place: Place) -> Text:
    parts = [first, reply.seen, reply.do, reply.call_emergency_if]
    return Text(name, name, " ".join(part for part in parts if part), file, place)
