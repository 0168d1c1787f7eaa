"""Short enough to be read, plain enough to be understood."""

from __future__ import annotations

from collections.abc import Iterator

from companion.content.checks.project import Project
from companion.content.checks.texts import Text, passages, rendered
from companion.content.problems import Problem
from companion.content.readability import MAX_GRADE, measure

__all__ = ["differs_opening", "too_hard", "too_long"]

#: The most words of a field of an answer, as issue 2 sets them; an aspect is a short answer to a follow-up.
_MOST_WORDS = {
    "short": 90,
    "more": 250,
    "differs": 80,
    "numbers.ask": 50,
    "numbers.figures": 150,
    "numbers.declined": 50,
}
_ASPECT_WORDS = 80
_MEDICINE_WORDS = 60
#: Somebody in danger reads no more than this before calling.
_ESCALATION_WORDS = 110
_OPENING = "Sources differ:"


def too_long(project: Project) -> Iterator[Problem]:
    """A text of more words than its kind may have, in the country where it is longest."""
    for text in passages(project):
        most = _most_words(text)
        if most is not None:
            read = [rendered(text, project, country) for country in project.phrases]
            words = max(len((one or "").split()) for one in read)
            if words > most:
                yield text.problem(f"has {words} words; at most {most}: shorten it")


def too_hard(project: Project) -> Iterator[Problem]:
    """A text above the reading grade that most people can read with ease."""
    for text in passages(project):
        read = rendered(text, project)
        if read:
            found = measure(read, known_words=project.library.easy_words)
            if found.grade > MAX_GRADE:
                message = f"has reading grade {found.grade:.1f} (raw {found.raw:.1f}); at most {MAX_GRADE:.0f}"
                yield text.problem(f"{message}: use shorter sentences and shorter words")


def differs_opening(project: Project) -> Iterator[Problem]:
    """A disagreement that does not say at once that it is one."""
    for topic, answer in project.library.answers.items():
        if answer.differs is not None and not answer.differs.startswith(_OPENING):
            yield project.answer_file(topic).problem(f"'differs' must begin with \"{_OPENING}\"", "differs")


def _most_words(text: Text) -> int | None:
    if text.file.path.startswith("content/answers/"):
        return _MOST_WORDS.get(text.field, _ASPECT_WORDS)
    return {"content/medicines.yml": _MEDICINE_WORDS, "content/escalations.yml": _ESCALATION_WORDS}.get(text.file.path)
