"""Figures for the team lead: how many, how long they waited, how it ended, what was asked. No names, no words."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from statistics import median, quantiles
from typing import Any

import sqlalchemy as sa

from companion.safety.model import Urgency
from companion.store import Database, utc_now
from companion.store.tables import audit, cases, messages

__all__ = ["PERIODS", "Figures", "Table", "as_csv"]

#: Days that can be looked at.
PERIODS = (7, 30, 90, 365)
_LEVELS = [level.value for level in Urgency]


@dataclass(frozen=True)
class Table:
    """One table: the `name` (an id of the words), ids of its columns, and rows of ids, words or numbers. None: nothing
    to tell, such as a wait where nobody was claimed."""

    name: str
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


class Figures:
    """Every method raises `StoreError` where the database does not answer."""

    def __init__(self, database: Database, zone: tzinfo, *, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._zone = zone
        self._clock = clock

    def tables(self, days: int) -> list[Table]:
        """All tables about the cases opened, and the questions answered, in the last `days` days, today among them."""
        today = self._clock().astimezone(self._zone)
        first = (today - timedelta(days=days - 1)).replace(hour=0, minute=0, second=0, microsecond=0)
        found = self._cases(first)
        return [
            self._volumes(found, first.date(), days),
            self._urgencies(found),
            self._waits(found),
            _counted("outcomes", found, lambda row: row.outcome or (row.state if row.state == "withdrawn" else None)),
            _counted("channels", found, lambda row: row.channel),
            self._topics(first),
        ]

    def _cases(self, first: datetime) -> list[Any]:
        # A case may be released and claimed again: what the person waited is until the first time.
        claimed = (
            sa.select(audit.c.case_id, sa.func.min(audit.c.at).label("first_claimed"))
            .where(audit.c.action == "claimed")
            .group_by(audit.c.case_id)
            .subquery()
        )
        columns = (
            cases.c.urgency,
            cases.c.channel,
            cases.c.state,
            cases.c.outcome,
            cases.c.created_at,
            cases.c.due_at,
            cases.c.overdue_at,
            claimed.c.first_claimed,
        )
        query = (
            sa.select(*columns)
            .select_from(cases.outerjoin(claimed, claimed.c.case_id == cases.c.id))
            .where(cases.c.created_at >= first)
        )
        with self._database.reading() as connection:
            return list(connection.execute(query))

    def _volumes(self, found: Sequence[Any], first: date, days: int) -> Table:
        counts = Counter(row.created_at.astimezone(self._zone).date() for row in found)
        every = (first + timedelta(days=number) for number in range(days))
        return Table("volumes", ("day", "cases"), [(day.isoformat(), counts[day]) for day in every])

    @staticmethod
    def _urgencies(found: Sequence[Any]) -> Table:
        rows = []
        for level in _LEVELS:
            own = [row for row in found if row.urgency == level]
            rows.append((level, len(own), sum(row.overdue_at is not None for row in own)))
        return Table("urgencies", ("urgency", "cases", "unanswered"), rows)

    @staticmethod
    def _waits(found: Sequence[Any]) -> Table:
        rows: list[tuple[Any, ...]] = []
        for level in _LEVELS:
            own = [row for row in found if row.urgency == level and row.first_claimed is not None]
            waits = [max(0.0, (row.first_claimed - row.created_at).total_seconds() / 60) for row in own]
            in_time = sum(row.first_claimed <= row.due_at for row in own)
            if waits:
                most = quantiles(waits, n=10, method="inclusive")[-1] if len(waits) > 1 else waits[0]
                share = round(100 * in_time / len(own))
                rows.append((level, len(own), round(median(waits), 1), round(most, 1), round(max(waits), 1), share))
            else:
                rows.append((level, 0, None, None, None, None))
        return Table("waits", ("urgency", "claimed", "median", "ninety", "longest", "in_time"), rows)

    def _topics(self, first: datetime) -> Table:
        query = sa.select(messages.c.content).where(messages.c.sender == "assistant", messages.c.at >= first)
        counts: Counter[str] = Counter()
        with self._database.reading() as connection:
            for (content,) in connection.execute(query):
                if content.get("topic"):
                    counts[str(content["topic"])] += 1
        return Table("topics", ("topic", "times"), counts.most_common())


def as_csv(table: Table) -> str:
    """For a spreadsheet; ids as they are in content/, minutes and per cents as numbers."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(table.columns)
    writer.writerows([["" if cell is None else cell for cell in row] for row in table.rows])
    return text.getvalue()


def _counted(name: str, found: Sequence[Any], value: Callable[[Any], str | None]) -> Table:
    counts = Counter(one for one in map(value, found) if one is not None)
    return Table(name, (name.removesuffix("s"), "cases"), counts.most_common())
