"""Staff accounts: who may sign in, their passwords, and the lock against guessing."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.engine import Connection

from companion.cases import Staff
from companion.desk.roles import MAY, Permission, Role
from companion.store import Database, utc_now
from companion.store.tables import accounts, audit, sign_ins

__all__ = ["SHORTEST_PASSWORD", "AccountError", "Accounts", "Member", "member_of"]

#: As in NIST SP 800-63B, 5.1.1.2: length is what counts; a phrase of a few words is enough.
SHORTEST_PASSWORD = 12
#: Longer ones would only keep the hash busy.
_LONGEST_PASSWORD = 1024
_MOST_GUESSES = 5
_LOCKED_FOR = timedelta(minutes=15)
_LOGIN = re.compile(r"[\w.@+-]{2,100}", re.ASCII)


class AccountError(ValueError):
    """An account that cannot be made or changed so; one line for whoever asked."""


@dataclass(frozen=True)
class Member:
    """An account of staff, without its password."""

    id: str
    login: str
    name: str
    title: str
    role: Role
    disabled: bool
    locked_until: datetime | None
    created_at: datetime

    @property
    def staff(self) -> Staff:
        """As the cases know them."""
        return Staff(self.id, self.name, self.title)

    def may(self, permission: Permission) -> bool:
        """Whether their role allows it."""
        return permission in MAY[self.role]


class Accounts:
    """Every method raises `StoreError` where the database does not answer."""

    def __init__(
        self,
        database: Database,
        *,
        clock: Callable[[], datetime] = utc_now,
        hasher: PasswordHasher | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._hasher = hasher or PasswordHasher()
        # Checked where there is no such login, so that the answer takes as long.
        self._nobody = self._hasher.hash(uuid.uuid4().hex)

    # -- by command ----------------------------------------------------------------------------------------------------

    def add(self, login: str, *, name: str, title: str, role: Role, password: str | None) -> Member:
        """A new account; without `password` only the house's own sign-in opens it. Raises `AccountError`."""
        if not _LOGIN.fullmatch(login):
            raise AccountError(f"'{login}' is no login; use 2 to 100 letters, digits and . @ + - _")
        name, title = " ".join(name.split()), " ".join(title.split())
        if not name or not title or len(name) > 60 or len(title) > 35:
            raise AccountError("give a first name (at most 60 characters) and a title (at most 35); patients see both")
        row: dict[str, Any] = {
            "id": uuid.uuid4().hex,
            "login": login.lower(),
            "name": name,
            "title": title,
            "role": role.value,
            "password": None if password is None else self._hashed(password),
            "created_at": self._clock(),
        }
        with self._database.writing() as connection:
            if self._row(connection, accounts.c.login == row["login"]) is not None:
                raise AccountError(f"there is an account '{row['login']}' already")
            # The audit and the patient know people by these two.
            if self._row(connection, sa.and_(accounts.c.name == name, accounts.c.title == title)) is not None:
                raise AccountError(f"there is a {name}, {title} already; add a letter of the surname")
            connection.execute(sa.insert(accounts).values(**row))
            self._record(connection, "command", "account added", {"account": row["id"], "role": role.value})
            return member_of(self._row(connection, accounts.c.id == row["id"]))

    def all(self) -> list[Member]:
        """Every account, by login."""
        with self._database.reading() as connection:
            return [member_of(row) for row in connection.execute(sa.select(accounts).order_by(accounts.c.login))]

    def disable(self, login: str, *, disabled: bool = True, by: str = "command") -> Member:
        """Nobody signs in with it any more, and whoever is signed in is so no longer; or the opposite."""
        return self._change(login, {"disabled": disabled}, by, "account disabled" if disabled else "account enabled")

    def reset_password(self, login: str, password: str) -> Member:
        """A new password; unlocks it, and ends its sign-ins. Raises `AccountError`."""
        change = {"password": self._hashed(password), "failures": 0, "locked_until": None}
        return self._change(login, change, "command", "password reset")

    # -- at the desk ---------------------------------------------------------------------------------------------------

    def get(self, account_id: str) -> Member | None:
        """The account with this id."""
        with self._database.reading() as connection:
            row = self._row(connection, accounts.c.id == account_id)
        return None if row is None else member_of(row)

    def by_login(self, login: str) -> Member | None:
        """The account with this login, where it is not disabled."""
        with self._database.reading() as connection:
            row = self._row(connection, accounts.c.login == login.strip().lower())
        return None if row is None or row.disabled else member_of(row)

    def verify(self, login: str, password: str) -> Member | None:
        """The account, where the password is right, and it is neither disabled nor locked.

        Five wrong passwords lock it for a quarter of an hour. A guess is counted before it is checked: a hundred at the
        same moment are no more than five.
        """
        row = self._count(login)
        known = self._nobody if row is None or row.password is None else row.password
        if not self._matches(known, password) or row is None or row.password is None:
            return None
        change: dict[str, Any] = {"failures": 0, "locked_until": None}
        if self._hasher.check_needs_rehash(known):
            change["password"] = self._hasher.hash(password)
        with self._database.writing() as connection:
            connection.execute(sa.update(accounts).where(accounts.c.id == row.id).values(**change))
        return member_of(row)

    def _matches(self, known: str, password: str) -> bool:
        try:
            return self._hasher.verify(known, password[:_LONGEST_PASSWORD])
        except (VerificationError, InvalidHashError):
            return False

    def _count(self, login: str) -> Any:
        """The account's row after one more guess; None where no guess is open to it."""
        now = self._clock()
        with self._database.writing() as connection:
            row = self._row(connection, accounts.c.login == login.strip().lower(), lock=True)
            if row is None or row.disabled or (row.locked_until is not None and row.locked_until > now):
                return None
            failures = 1 if row.locked_until is not None else row.failures + 1
            locked = now + _LOCKED_FOR if failures >= _MOST_GUESSES else None
            change = {"failures": failures, "locked_until": locked}
            connection.execute(sa.update(accounts).where(accounts.c.id == row.id).values(**change))
            return row

    def _change(self, login: str, change: dict[str, Any], by: str, action: str) -> Member:
        with self._database.writing() as connection:
            row = self._row(connection, accounts.c.login == login.strip().lower())
            if row is None:
                raise AccountError(f"there is no account '{login}'")
            connection.execute(sa.update(accounts).where(accounts.c.id == row.id).values(**change))
            connection.execute(sa.delete(sign_ins).where(sign_ins.c.account == row.id))
            self._record(connection, by, action, {"account": row.id})
            return member_of(self._row(connection, accounts.c.id == row.id))

    def _hashed(self, password: str) -> str:
        if not SHORTEST_PASSWORD <= len(password) <= _LONGEST_PASSWORD:
            raise AccountError(f"a password has at least {SHORTEST_PASSWORD} characters; a few words in a row are good")
        return self._hasher.hash(password)

    def _record(self, connection: Connection, who: str, action: str, details: dict[str, str]) -> None:
        connection.execute(sa.insert(audit).values(at=self._clock(), who=who, action=action, details=details))

    @staticmethod
    def _row(connection: Connection, where: Any, *, lock: bool = False) -> Any:
        query = sa.select(accounts).where(where)
        return connection.execute(query.with_for_update() if lock else query).one_or_none()


def member_of(row: Any) -> Member:
    """The account in a row that holds the columns of `accounts`, among others perhaps."""
    values = {name: row._mapping[accounts.c[name]] for name in Member.__dataclass_fields__}
    return Member(**{**values, "role": Role(values["role"])})
