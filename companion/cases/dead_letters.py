"""What could not be sent and was given up: for an operator to see, and to have tried again."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from companion.store.database import Database, utc_now
from companion.store.tables import cases, outbox

__all__ = ["DeadLetter", "DeadLetters", "retry", "show"]


@dataclass(frozen=True)
class DeadLetter:
    """One of them, without contents. `about`: the reference of the case that staff were to be told of; None where it
    was a message to a patient."""

    id: int
    kind: str
    about: str | None
    attempts: int
    fault: str
    created_at: datetime
    tried_at: datetime | None


class DeadLetters:
    """Every method raises `StoreError` where the database does not answer."""

    def __init__(self, database: Database, *, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._clock = clock

    def all(self) -> list[DeadLetter]:
        """Oldest first."""
        query = (
            sa.select(outbox, cases.c.reference)
            .outerjoin(cases, cases.c.id == outbox.c.case_id)
            .where(outbox.c.state == "dead")
            .order_by(outbox.c.id)
        )
        with self._database.reading() as connection:
            return [
                DeadLetter(row.id, row.kind, row.reference, row.attempts, row.fault or "", row.created_at, row.tried_at)
                for row in connection.execute(query)
            ]

    def retry(self, letter: int) -> bool:
        """Has it tried again, as often as at first; False where there is no such dead letter."""
        again = {"state": "waiting", "attempts": 0, "tried_at": None, "next_at": self._clock(), "taken_by": None}
        this = sa.and_(outbox.c.id == letter, outbox.c.state == "dead")
        with self._database.writing() as connection:
            return bool(connection.execute(sa.update(outbox).where(this).values(**again)).rowcount)


def show(database: Database) -> int:
    """The command `outbox`: prints one line for each, without contents. 0."""
    found = DeadLetters(database).all()
    for letter in found:
        about = f"case {letter.about}" if letter.about else "message"
        last = f"{letter.tried_at:%Y-%m-%d %H:%M} UTC" if letter.tried_at else "never"
        print(f"{letter.id}  {letter.kind}  {about}  tried {letter.attempts} times, last {last}: {letter.fault}")
    if not found:
        print("nothing was given up")
    return 0


def retry(database: Database, letter: int) -> int:
    """The command `outbox retry`: 0, or 1 where there is no such dead letter."""
    if DeadLetters(database).retry(letter):
        print(f"{letter} is sent again by the worker")
        return 0
    print(f"there is no dead letter {letter}; 'python -m companion outbox' lists them", file=sys.stderr)
    return 1
