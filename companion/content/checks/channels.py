"""What every channel can show and send.

Telegram: 64 bytes of callback data (https://core.telegram.org/bots/api#inlinekeyboardbutton), 4,096 characters in a
message (https://core.telegram.org/bots/api#sendmessage). Slack: 75 characters on a button, which follows from ours
(https://docs.slack.dev/reference/block-kit/block-elements/button-element), 3,000 in a section
(https://docs.slack.dev/reference/block-kit/blocks/section-block).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from jinja2 import TemplateError

from companion.content.checks.project import Project
from companion.content.checks.texts import Text, button_texts
from companion.content.problems import Problem
from companion.content.wording import spell
from companion.content.yaml_file import Place, YamlFile
from companion.dialogue.replies import Reply, Writer
from companion.dialogue.subject import Lookup
from companion.settings import Settings

__all__ = ["long_button_text", "long_messages", "same_button_text"]

_BUTTON_CHARACTERS = 40
_BUTTON_BYTES = 64
_MESSAGE_CHARACTERS = 4096
_SECTION_CHARACTERS = 3000
_LOCALES = ("en-GB", "en-US")

#: What is measured ("the answer", "'more'"), where it stands, and what writes it, given a `country`.
Message = tuple[str, YamlFile, Place, Callable[..., Reply]]


def same_button_text(project: Project) -> Iterator[Problem]:
    """Two quick replies that read the same: tapping one sends its words, and they decide what is meant."""
    for locale in _LOCALES:
        seen: dict[str, Text] = {}
        for text in button_texts(project):
            shown = _shown(text, project, locale)
            first = seen.setdefault(shown.casefold(), text)
            if first is not text and (locale == _LOCALES[0] or first.text.casefold() != text.text.casefold()):
                place = f"{first.file.path}:{first.file.line(first.place)}"
                yield text.problem(f"'{shown}' is on another button too ({place}, {locale}); make them differ")


def long_button_text(project: Project) -> Iterator[Problem]:
    """A text that does not fit a button in one of the spellings."""
    for text in button_texts(project):
        longest = max((_shown(text, project, locale) for locale in _LOCALES), key=lambda shown: len(shown.encode()))
        if len(longest) > _BUTTON_CHARACTERS:
            yield text.problem(f"'{longest}' has {len(longest)} characters; at most {_BUTTON_CHARACTERS} fit a button")
        elif len(longest.encode()) > _BUTTON_BYTES:
            size = len(longest.encode())
            yield text.problem(f"'{longest}' has {size} bytes; Telegram's buttons send at most {_BUTTON_BYTES}")


def long_messages(project: Project) -> Iterator[Problem]:
    """A message with its sources and disclaimer that is too long to be sent as one."""
    for what, file, place, write in _messages(project):
        length = max(_length(write, country) for country in project.phrases)
        if length > _MESSAGE_CHARACTERS:
            limit = f"Telegram's messages hold {_MESSAGE_CHARACTERS:,}"
            yield file.problem(f"{what} comes to {length:,} characters with its sources; {limit}: shorten it", *place)
        elif length > _SECTION_CHARACTERS:
            limit = f"Slack's sections hold {_SECTION_CHARACTERS:,}"
            yield file.problem(f"{what} comes to {length:,} characters with its sources; {limit}", *place, warning=True)


def _shown(text: Text, project: Project, locale: str) -> str:
    american = {word.lower(): other for word, other in project.library.american.items()}
    return spell(text.text, american, locale)


def _length(write: Callable[..., Reply], country: str | None) -> int:
    try:
        return len(write(country=country).text)
    except (KeyError, TemplateError, ArithmeticError, TypeError, ValueError):
        return 0  # An unknown id or a bad template, which other rules tell.


def _messages(project: Project) -> Iterator[Message]:
    writer = Writer(project.library, Settings())
    answer_to = partial(writer.answer, first=True)
    for topic, answer in project.library.answers.items():
        file = project.answer_file(topic)
        yield "the answer", file, ("short",), partial(answer_to, Lookup(topic))
        yield "'more'", file, ("more",), partial(writer.more, topic)
        for aspect in answer.aspects:
            yield f"'{aspect}'", file, ("aspects", aspect), partial(answer_to, Lookup(topic, aspect))
        if answer.numbers is not None:
            yield "'figures'", file, ("numbers", "figures"), partial(writer.figures, topic)
    file = project.file("medicines.yml")
    for name, medicine in project.library.medicines.items():
        yield f"the answer about {name}", file, (name, "line"), partial(answer_to, Lookup(medicine.topic, None, name))
    file = project.file("notices.yml")
    for name in project.library.notices:
        yield f"'{name}'", file, (name, "text"), partial(writer.notice, name)
    file = project.file("hand_off.yml")
    for name in project.library.hand_off.texts:
        facts = project.library.hand_off.examples
        yield f"'{name}'", file, ("texts", name, "text"), partial(writer.hand_off, name, facts)
