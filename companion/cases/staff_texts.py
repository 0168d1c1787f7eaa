"""What staff are sent when a case waits (content/staff_texts.yml)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from pydantic import root_validator, validator

from companion.cases.service import exactly, fill_in
from companion.content.model import Entry
from companion.content.shaped_file import read_shaped
from companion.content.wording import render
from companion.safety.model import Urgency
from companion.settings import ROOT

__all__ = ["StaffText", "StaffTexts"]

_FILE = "content/staff_texts.yml"
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


class StaffText(Entry):
    """One notification. Names: urgency, waiting, reference, link."""

    title: str
    text: str


class _WaitingWords(Entry):
    minutes: str
    hours: str
    days: str


class StaffTexts(Entry):
    """content/staff_texts.yml: what staff are sent, and the words for it."""

    new: StaffText
    raised: StaffText
    overdue: StaffText
    back: StaffText
    urgency: dict[str, str]
    waiting: _WaitingWords

    @classmethod
    def load(cls, root: Path = ROOT) -> StaffTexts:
        """The texts of the project at `root`. Raises `ContentError`."""
        return read_shaped(_FILE, cls, root)

    @validator("urgency")
    def _every_urgency(cls, value: dict[str, str]) -> dict[str, str]:  # noqa: N805
        return exactly(tuple(level.value for level in Urgency), value)

    @root_validator(skip_on_failure=True)
    def _texts_fill_in(cls, values: dict) -> dict:  # noqa: N805
        for name in ("new", "raised", "overdue", "back"):
            for part, text in values[name].dict().items():
                fill_in(f"{name}.{part}", text, "urgency", "waiting", "reference", "link")
        for name, text in values["waiting"].dict().items():
            fill_in(f"waiting.{name}", text, "count")
        return values

    def waited(self, waited: timedelta) -> str:
        """A time span, rounded down."""
        if waited >= 2 * _DAY:
            return render(self.waiting.days, {"count": waited // _DAY})
        if waited >= 2 * _HOUR:
            return render(self.waiting.hours, {"count": waited // _HOUR})
        return render(self.waiting.minutes, {"count": max(0, waited // timedelta(minutes=1))})
