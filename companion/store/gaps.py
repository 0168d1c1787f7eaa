"""Questions that got no answer, counted for editors by day and theme; which they were only if the deployer wants it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from companion.store.database import Database, insert_new, utc_now
from companion.store.tables import gap_messages, gaps, messages

__all__ = ["OTHER", "Gap", "Gaps", "texts_kept"]

#: The theme of what is near to no topic.
OTHER = "other"


@dataclass(frozen=True)
class Gap:
    """How many questions near to a topic (its id, or "other") got no answer, and the texts that are still kept."""

    theme: str
    count: int
    texts: tuple[str, ...] = ()


class Gaps:
    """Every method raises `StoreError` where the database does not answer."""

    def __init__(self, database: Database, *, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._clock = clock

    def count(self, theme: str, *, text_of: str | None = None) -> None:
        """One more today. `text_of`: the chat whose message it is, to keep which one it was.

        The text itself is not copied: it goes when its chat goes, by retention or because its author wants that.
        """
        day = self._clock().date()
        with self._database.writing() as connection:
            insert_new(connection, gaps, {"day": day, "theme": theme, "count": 0})
            this = sa.and_(gaps.c.day == day, gaps.c.theme == theme)
            connection.execute(sa.update(gaps).where(this).values(count=gaps.c.count + 1))
            seq = _being_answered(connection, text_of) if text_of else None
            if seq is not None:
                row = {"conversation": text_of, "seq": seq, "day": day, "theme": theme}
                insert_new(connection, gap_messages, row)

    def since(self, days: int) -> list[Gap]:
        """Of the last `days` days, today included; the most frequent first."""
        first = (self._clock() - timedelta(days=days - 1)).date()
        total = sa.func.sum(gaps.c.count).label("total")
        counted = sa.select(gaps.c.theme, total).where(gaps.c.day >= first).group_by(gaps.c.theme)
        its_message = sa.and_(
            messages.c.conversation == gap_messages.c.conversation, messages.c.seq == gap_messages.c.seq
        )
        kept = (
            sa.select(gap_messages.c.theme, messages.c.text)
            .join(messages, its_message)
            .where(gap_messages.c.day >= first)
            .order_by(messages.c.at)
        )
        with self._database.reading() as connection:
            texts: dict[str, list[str]] = {}
            for theme, text in connection.execute(kept):
                texts.setdefault(theme, []).append(text)
            found = connection.execute(counted.order_by(total.desc(), gaps.c.theme)).all()
        return [Gap(row.theme, int(row.total), tuple(texts.get(row.theme, ()))) for row in found]


def texts_kept(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether COMPANION_KEEP_UNANSWERED is 1: then it is kept which message found no answer."""
    return environment.get("COMPANION_KEEP_UNANSWERED") == "1"


def _being_answered(connection: Connection, conversation: str) -> int | None:
    """The place of the message whose turn it is: somebody has taken it, and it is not answered yet."""
    query = sa.select(sa.func.min(messages.c.seq)).where(
        messages.c.conversation == conversation,
        messages.c.sender == "patient",
        messages.c.answered_at.is_(None),
        messages.c.taken_until.is_not(None),
    )
    return connection.execute(query).scalar_one()
