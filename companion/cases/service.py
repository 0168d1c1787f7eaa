"""Who is behind the assistant: opening hours, targets, who is told, how long things are kept (content/service.yml)."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta, timezone
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from jinja2 import TemplateError
from pydantic import Field, root_validator, validator

from companion.content.model import Entry
from companion.content.shaped_file import read_shaped
from companion.content.wording import render
from companion.safety.model import Urgency
from companion.settings import ROOT

__all__ = ["Retention", "Service", "ServiceWords", "Waiting", "exactly", "fill_in"]

_FILE = "content/service.yml"
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_LEVELS = tuple(level.value for level in Urgency)
_UNITS = {"min": timedelta(minutes=1), "h": timedelta(hours=1), "days": timedelta(days=1)}
_TIME = r"(?:[01]\d|2[0-3]):[0-5]\d"
_SPAN = re.compile(rf"({_TIME})-({_TIME}|24:00)")
_END_OF_DAY = "24:00"
#: Days in which the next opening is looked for: longer than any holiday.
_HORIZON = 60
#: Days within which a weekday alone says which day is meant.
_THIS_WEEK = 6


_T = TypeVar("_T")


class Waiting(Entry):
    """What a person who waits is told: somebody is there for the whole target, for a part of it, or not at all."""

    open: str
    closing: str
    closed: str


class Counted(Entry):
    """A number of something in words."""

    one: str
    many: str


class ServiceWords(Entry):
    """The words that `waiting` is filled in with."""

    min: Counted
    h: Counted
    days: Counted
    today: str
    tomorrow: str
    later: str
    far: str
    never: str
    weekdays: dict[str, str]
    months: list[str] = Field(min_items=12, max_items=12)

    @validator("weekdays")
    def _whole_week(cls, value: dict[str, str]) -> dict[str, str]:  # noqa: N805
        return exactly(_WEEKDAYS, value)


def _duration(value: object) -> timedelta:
    """What "30 min", "24 h" or "30 days" says. Raises `ValueError` for anything else."""
    found = re.fullmatch(r"([1-9]\d{0,4}) (min|h|days)", str(value))
    if found is None:
        raise ValueError(f"'{value}' is no time span; write for example 30 min, 24 h or 30 days")
    return int(found.group(1)) * _UNITS[found.group(2)]


def exactly(names: tuple[str, ...], value: dict) -> dict:
    """`value`. Raises `ValueError` where its keys are not these names."""
    if set(names) != set(value):
        wrong = sorted(set(value) - set(names))
        raise ValueError(
            f"has '{wrong[0]}', which is none of them" if wrong else f"must have all of {', '.join(names)}"
        )
    return value


class Retention(Entry):
    """How long is kept: `conversations` after their last message, `cases` after they are over."""

    conversations: timedelta
    cases: timedelta

    _read = validator("conversations", "cases", pre=True, allow_reuse=True)(_duration)


class Service(Entry):
    """The whole file. `hours`: spans such as "09:00-17:00" by weekday; `targets`: by urgency, how soon a case is to be
    claimed; `waiting`: by urgency, what the person is told; `outcomes`: id -> label; `notify`: by urgency, the names of
    those who are told; `wider`: of those who are told as well when a case is overdue."""

    time_zone: str
    hours: dict[str, list[str]]
    closed_days: list[date] = []
    targets: dict[str, timedelta]
    waiting: dict[str, Waiting]
    words: ServiceWords
    outcomes: dict[str, str]
    notify: dict[str, list[str]]
    wider: list[str] = []
    retention: Retention

    @classmethod
    def load(cls, environment: Mapping[str, str] = os.environ, *, root: Path = ROOT) -> Service:
        """The file that COMPANION_SERVICE names, else content/service.yml of the project at `root`.

        Raises `ContentError` with one line a fault.
        """
        own = environment.get("COMPANION_SERVICE")
        if not own:
            return read_shaped(_FILE, cls, root)
        path = Path(own).expanduser().resolve()
        return read_shaped(path.name, cls, path.parent)

    @validator("time_zone")
    def _known_zone(cls, value: str) -> str:  # noqa: N805
        try:
            ZoneInfo(value)
        except (LookupError, ValueError, OSError):
            raise ValueError(f"'{value}' is not known; write one such as Europe/London") from None
        return value

    @validator("hours")
    def _sound_hours(cls, value: dict[str, list[str]]) -> dict[str, list[str]]:  # noqa: N805
        for day, spans in exactly(_WEEKDAYS, value).items():
            for span in spans:
                if not _SPAN.fullmatch(span):
                    raise ValueError(f"'{span}' on {day} is no span; write for example \"09:00-17:00\", in quotes")
            times = [one for span in sorted(spans) for one in span.split("-")]
            if times != sorted(set(times)):
                raise ValueError(f"on {day} a span must end after it begins, before the next; a night is two spans")
        return value

    _read_targets = validator("targets", pre=True, each_item=True, allow_reuse=True)(_duration)

    @validator("targets", "waiting", "notify")
    def _every_urgency(cls, value: dict) -> dict:  # noqa: N805
        return exactly(_LEVELS, value)

    @validator("outcomes")
    def _some_outcomes(cls, value: dict[str, str]) -> dict[str, str]:  # noqa: N805
        if not value:
            raise ValueError("is empty; a case needs an outcome to be closed with")
        return _sound(value, value)

    @validator("notify")
    def _sound_targets(cls, value: dict[str, list[str]]) -> dict[str, list[str]]:  # noqa: N805
        return _sound([name for names in value.values() for name in names], value)

    @validator("wider")
    def _sound_wider(cls, value: list[str]) -> list[str]:  # noqa: N805
        return _sound(value, value)

    @root_validator(skip_on_failure=True)
    def _textsfill_in(cls, values: dict) -> dict:  # noqa: N805
        for level, texts in values["waiting"].items():
            for name, text in texts.dict().items():
                fill_in(f"waiting.{level}.{name}", text, "within", "opens", "closes")
        words = values["words"]
        for name in _UNITS:
            fill_in(f"words.{name}.many", getattr(words, name).many, "count")
        for name, known in (("today", ""), ("tomorrow", ""), ("later", "day"), ("far", "day date")):
            fill_in(f"words.{name}", getattr(words, name), "time", *known.split())
        return values

    def is_open(self, at: datetime) -> bool:
        """Whether somebody is at the desk."""
        return any(begin <= at < end for begin, end in self._openings(at))

    def expectation(self, urgency: str, at: datetime) -> str:
        """What somebody who asks for a person at `at` is told of when one will answer."""
        now_or_next = next(self._openings(at), None)
        texts = self.waiting[urgency]
        closes = None
        if now_or_next is None or at < now_or_next[0]:
            text, opens = texts.closed, now_or_next and now_or_next[0]
        else:
            closes = now_or_next[1]
            text = texts.open if at + self.targets[urgency] <= closes else texts.closing
            opens = next((begin for begin, _ in self._openings(closes)), None)
        names = {
            "within": self.in_words(self.targets[urgency]),
            "opens": self._when(opens, at),
            "closes": "" if closes is None else self._until(closes, at),
        }
        return render(text, names)

    def _openings(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        """When somebody is there, from `at` on, in order: the beginning and the end of each time, in UTC. The first may
        have begun before. Spans that touch, such as a night's two, are one."""
        begun: tuple[datetime, datetime] | None = None
        today = at.astimezone(ZoneInfo(self.time_zone)).date()
        for days in range(-1, _HORIZON):
            day = today + timedelta(days=days)
            if day in self.closed_days:
                continue
            for span in sorted(self.hours[_WEEKDAYS[day.weekday()]]):
                begin, end = (self._moment(day, clock) for clock in span.split("-"))
                if begun is not None and begin == begun[1]:
                    begun = (begun[0], end)
                    continue
                if begun is not None and begun[1] > at:
                    yield begun
                begun = (begin, end)
        if begun is not None and begun[1] > at:
            yield begun

    def _moment(self, day: date, clock: str) -> datetime:
        if clock == _END_OF_DAY:
            day, clock = day + timedelta(days=1), "00:00"
        # The zone says what that is in UTC on that day: an hour is added or left out twice a year.
        local = datetime.combine(day, time.fromisoformat(clock), ZoneInfo(self.time_zone))
        return local.astimezone(timezone.utc)

    def in_words(self, span: timedelta) -> str:
        """A time span in the largest unit that it is a whole number of, days only from two on: "24 hours"."""
        day = _UNITS["days"]
        unit = next(name for name in ("days", "h", "min") if not span % _UNITS[name] and (name != "days" or span > day))
        count = span // _UNITS[unit]
        words: Counted = getattr(self.words, unit)
        return words.one if count == 1 else render(words.many, {"count": count})

    def _until(self, moment: datetime, at: datetime) -> str:
        zone = ZoneInfo(self.time_zone)
        local = moment.astimezone(zone)
        return f"{local:%H:%M}" if local.date() == at.astimezone(zone).date() else self._when(moment, at)

    def _when(self, moment: datetime | None, at: datetime) -> str:
        """A moment as somebody says it at `at`, in the service's own time."""
        if moment is None:
            return self.words.never
        zone = ZoneInfo(self.time_zone)
        local = moment.astimezone(zone)
        days = (local.date() - at.astimezone(zone).date()).days
        text = {0: self.words.today, 1: self.words.tomorrow}.get(days)
        if text is None:
            text = self.words.later if days <= _THIS_WEEK else self.words.far
        names = {
            "time": f"{local:%H:%M}",
            "day": self.words.weekdays[_WEEKDAYS[local.weekday()]],
            "date": f"{local.day} {self.words.months[local.month - 1]}",
        }
        return render(text, names)


def _sound(names: Iterable[str], value: _T) -> _T:
    """`value`. Raises `ValueError` for a name that cannot be one."""
    for name in names:
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", name):
            raise ValueError(f"'{name}' is no id; write at most 40 small letters, digits and _")
    return value


def fill_in(place: str, text: str, *names: str) -> None:
    """Raises `ValueError` where `text` is no template, or names something else than `names`."""
    try:
        render(text, dict.fromkeys(names, ""))
    except TemplateError as error:
        known = ", ".join(names)
        raise ValueError(f"{place} cannot be filled in ({error}); the names are {known}") from None
