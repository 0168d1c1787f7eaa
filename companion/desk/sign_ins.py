"""Who is signed in, and who is on duty. Lives in the database: a restart signs nobody out."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from companion.cases import Staff
from companion.desk.accounts import Member, member_of
from companion.desk.roles import Role
from companion.store import Database, utc_now
from companion.store.tables import accounts, audit, sign_ins

__all__ = ["SignIn", "SignIns"]

#: A hand on the desk is noted so often at most; every write wakes a disk.
_GRAIN = timedelta(seconds=30)


@dataclass(frozen=True)
class SignIn:
    """One sign-in: whose, its CSRF token, whether they are on duty, and when it ends if nothing more happens."""

    member: Member
    csrf: str
    on_duty: bool
    ends_at: datetime


class SignIns:
    """Every method raises `StoreError` where the database does not answer."""

    def __init__(
        self,
        database: Database,
        *,
        idle: timedelta,
        longest: timedelta,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._database = database
        self._idle = idle
        self._longest = longest
        self._clock = clock

    def begin(self, member: Member) -> str:
        """Signs `member` in and gives back what their cookie holds."""
        token, now = secrets.token_urlsafe(32), self._clock()
        row = {"token": _hash(token), "account": member.id, "csrf": secrets.token_urlsafe(32)}
        with self._database.writing() as connection:
            connection.execute(sa.delete(sign_ins).where(sa.not_(self._live(now))))
            connection.execute(sa.insert(sign_ins).values(**row, created_at=now, seen_at=now, on_duty=True))
            self._record(connection, member.staff, "signed in")
        return token

    def find(self, token: str | None, *, active: bool = True) -> SignIn | None:
        """The sign-in that a cookie stands for, where it has not ended. `active`: somebody did something, so that it
        does not end for a while; a page that watches by itself is nobody."""
        if not token:
            return None
        now = self._clock()
        query = (
            sa.select(sign_ins, accounts)
            .join(accounts, accounts.c.id == sign_ins.c.account)
            .where(sign_ins.c.token == _hash(token), sa.not_(accounts.c.disabled), self._live(now))
        )
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        seen = row._mapping[sign_ins.c.seen_at]
        if active and now - seen > _GRAIN:
            seen = now
            with self._database.writing() as connection:
                connection.execute(sa.update(sign_ins).where(sign_ins.c.token == _hash(token)).values(seen_at=now))
        ends_at = min(seen + self._idle, row._mapping[sign_ins.c.created_at] + self._longest)
        return SignIn(member_of(row), row._mapping[sign_ins.c.csrf], row._mapping[sign_ins.c.on_duty], ends_at)

    def end(self, token: str, who: Staff) -> None:
        """Signs out."""
        with self._database.writing() as connection:
            connection.execute(sa.delete(sign_ins).where(sign_ins.c.token == _hash(token)))
            self._record(connection, who, "signed out")

    def set_duty(self, token: str, who: Staff, *, on_duty: bool) -> None:
        """Whether they count as there."""
        with self._database.writing() as connection:
            connection.execute(sa.update(sign_ins).where(sign_ins.c.token == _hash(token)).values(on_duty=on_duty))
            self._record(connection, who, "on duty" if on_duty else "off duty")

    def on_duty(self) -> list[Member]:
        """Who can look after people now: signed in, on duty, and not an admin; by name."""
        query = (
            sa.select(accounts)
            .where(
                sa.not_(accounts.c.disabled),
                accounts.c.role != Role.ADMIN.value,
                accounts.c.id.in_(sa.select(sign_ins.c.account).where(sign_ins.c.on_duty, self._live(self._clock()))),
            )
            .order_by(accounts.c.name, accounts.c.title)
        )
        with self._database.reading() as connection:
            return [member_of(row) for row in connection.execute(query)]

    def _live(self, now: datetime) -> Any:
        return sa.and_(sign_ins.c.seen_at > now - self._idle, sign_ins.c.created_at > now - self._longest)

    def _record(self, connection: Any, who: Staff, action: str) -> None:
        connection.execute(sa.insert(audit).values(at=self._clock(), who=who.signature, action=action, details={}))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
