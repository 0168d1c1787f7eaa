"""Content grows old: when it has to be looked at again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from companion.content.checks.project import Project
from companion.content.problems import Problem

__all__ = ["drafts", "overdue", "signed_later", "stale_sources"]

#: An overdue review stops a release after this time.
_GRACE = timedelta(days=30)
_SOURCE_AGE = timedelta(days=365)


def drafts(project: Project) -> str:
    """How many answers no clinician has signed, in words."""
    answers = project.library.answers.values()
    count = sum(answer.review.status == "draft" for answer in answers)
    if not count:
        return f"all {len(answers)} answers are signed by a clinician"
    return f"{count} of {len(answers)} answers are drafts: no clinician has signed them"


def overdue(project: Project) -> Iterator[Problem]:
    """A review whose day has passed."""
    for topic, answer in project.library.answers.items():
        due = answer.review.next_due
        late = project.today - due
        if late > timedelta(0):
            message = f"the review was due on {due} ({late.days} days ago); have it reviewed and set a new date"
            place = ("review", "next_due")
            yield project.answer_file(topic).problem(message, *place, warning=late <= _GRACE)


def signed_later(project: Project) -> Iterator[Problem]:
    """A signature or a check dated in the future."""
    for topic, answer in project.library.answers.items():
        signed = answer.review.signed
        if signed and signed > project.today:
            message = f"'signed' is {signed}, which is still to come; give the day it was signed"
            yield project.answer_file(topic).problem(message, "review", "signed")
    for name, source in project.library.sources.items():
        if source.checked > project.today:
            message = f"'checked' is {source.checked}, which is still to come; give the day the page was opened"
            yield project.file("sources.yml").problem(message, name, "checked")


def stale_sources(project: Project) -> Iterator[Problem]:
    """A source nobody has opened for a year."""
    for name, source in project.library.sources.items():
        if project.today - source.checked > _SOURCE_AGE:
            message = f"the source '{name}' was last checked on {source.checked}; open it again and set the date"
            yield project.file("sources.yml").problem(message, name, "checked", warning=True)
