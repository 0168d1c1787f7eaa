"""Who comes in, who does not, and for how long."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from starlette.types import ASGIApp

from companion.desk.accounts import AccountError, Accounts
from companion.desk.guessing import Guessing
from companion.desk.roles import Role
from companion.store import Database
from companion.store.tables import accounts as account_rows
from companion.store.tables import audit, sign_ins
from tests.clock import Clock
from tests.databases import at_once
from tests.desk.conftest import PASSWORD, Person


def test_the_right_password_opens_the_queue(app: ASGIApp, database: Database) -> None:
    page = Person(app).sign_in("Anna")
    assert page.url.path == "/"
    assert "Anna, breast care nurse" in page.text


def test_without_signing_in_there_is_only_the_form(app: ASGIApp) -> None:
    for path in ("/", "/intake", "/figures", "/accounts", "/cases/x", "/cases/x/print", "/cases/x/note.pdf"):
        page = Person(app).get(path)
        assert page.url.path == "/sign-in"
    assert Person(app).browser.get("/live/queue").status_code == 401
    assert Person(app).browser.post("/cases/x/claim", data={}).status_code == 401


def test_no_login_and_a_wrong_password_look_the_same(app: ASGIApp) -> None:
    nobody, wrong = Person(app).sign_in("nobody"), Person(app).sign_in("anna", "wrong wrong wrong")
    assert nobody.status_code == wrong.status_code == 403
    assert "Login or password is wrong, or the account is locked" in nobody.text
    assert nobody.text.count("problem") == wrong.text.count("problem")


def test_five_wrong_passwords_lock_an_account_for_a_quarter_of_an_hour(
    accounts: Accounts, database: Database, clock: Clock
) -> None:
    for _ in range(5):
        assert accounts.verify("anna", "wrong wrong wrong") is None
    assert accounts.verify("anna", PASSWORD) is None
    clock.wait(minutes=16)
    assert accounts.verify("anna", PASSWORD) is not None


def test_a_right_password_forgets_the_wrong_ones(accounts: Accounts) -> None:
    for _ in range(3):
        for _ in range(4):
            accounts.verify("anna", "wrong wrong wrong")
        assert accounts.verify("anna", PASSWORD) is not None


def test_many_guesses_at_the_same_moment_are_no_more_than_five(accounts: Accounts, database: Database) -> None:
    tried = []
    matches = accounts._matches
    nobody = accounts._nobody

    def counted(known: str, password: str) -> bool:
        tried.append(known != nobody)
        return matches(known, password)

    accounts._matches = counted  # type: ignore[method-assign]
    at_once(*[lambda: accounts.verify("anna", "wrong wrong wrong") for _ in range(12)])
    assert sum(tried) == 5


def test_guessing_from_one_address_becomes_slow_whatever_the_account() -> None:
    now = [0.0]
    guessing = Guessing(clock=lambda: now[0])
    for number in range(8):
        assert guessing.wait("192.0.2.1") == 0, number
        guessing.wrong("192.0.2.1")
    assert guessing.wait("192.0.2.1") == 1
    for _ in range(6):
        guessing.wrong("192.0.2.1")
    assert guessing.wait("192.0.2.1") > 30
    assert guessing.wait("192.0.2.2") == 0
    now[0] = 7200
    assert guessing.wait("192.0.2.1") == 0


def test_slowed_guesses_are_told_when_to_come_back(app: ASGIApp) -> None:
    answers = [Person(app).sign_in(f"nobody{number}").status_code for number in range(9)]
    assert answers == [403] * 8 + [429]


def test_a_sign_in_ends_after_half_an_hour_without_a_hand_on_the_desk(anna: Person, clock: Clock) -> None:
    for _ in range(4):
        clock.wait(minutes=20)
        assert anna.get("/").url.path == "/"
    clock.wait(minutes=31)
    assert anna.get("/").url.path == "/sign-in"


def test_a_sign_in_ends_after_twelve_hours_in_any_case(anna: Person, clock: Clock) -> None:
    for _ in range(35):
        clock.wait(minutes=20)
        assert anna.get("/").url.path == "/"
    clock.wait(minutes=25)
    assert anna.get("/").url.path == "/sign-in"


def test_signing_out_takes_the_sign_in_away(anna: Person, database: Database) -> None:
    cookie = anna.browser.cookies["desk"]
    anna.post("/sign-out")
    anna.browser.cookies.set("desk", cookie)
    assert anna.get("/").url.path == "/sign-in"


def test_a_disabled_account_is_out_at_once(anna: Person, person: Callable[[str], Person]) -> None:
    ada = person("ada")
    ada.post("/accounts", login="anna", disabled="1")
    assert anna.get("/").url.path == "/sign-in"
    assert anna.sign_in("anna").status_code == 403
    ada.post("/accounts", login="anna", disabled="0")
    assert anna.sign_in("anna").status_code == 200


def test_an_administrator_cannot_lock_themselves_out(person: Callable[[str], Person]) -> None:
    assert person("ada").post("/accounts", login="ada", disabled="1").status_code == 409


def test_a_new_password_signs_everybody_out_who_had_the_old_one(anna: Person, accounts: Accounts) -> None:
    accounts.reset_password("anna", "another long password")
    assert anna.get("/").url.path == "/sign-in"
    assert accounts.verify("anna", PASSWORD) is None
    assert accounts.verify("anna", "another long password") is not None


def test_the_database_holds_neither_password_nor_cookie(anna: Person, store: Database) -> None:
    cookie = anna.browser.cookies["desk"]
    with store.reading() as connection:
        hashes = connection.execute(sa.select(account_rows.c.password)).scalars().all()
        tokens = connection.execute(sa.select(sign_ins.c.token)).scalars().all()
    assert all(one.startswith("$argon2id$") for one in hashes)
    assert cookie not in tokens


def test_coming_and_going_is_in_the_audit(anna: Person, store: Database) -> None:
    anna.post("/duty", on="0")
    anna.post("/sign-out")
    with store.reading() as connection:
        rows = connection.execute(sa.select(audit.c.who, audit.c.action).order_by(audit.c.id)).all()
    assert [tuple(row) for row in rows][-3:] == [
        ("Anna, breast care nurse", action) for action in ("signed in", "off duty", "signed out")
    ]


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"password": "too short"}, "at least 12 characters"),
        ({"login": "no spaces here"}, "is no login"),
        ({"login": "anna"}, "there is an account 'anna' already"),
        ({"name": "Anna", "title": "breast care nurse"}, "add a letter of the surname"),
        ({"name": " "}, "first name"),
    ],
)
def test_an_account_that_cannot_be_is_refused_in_one_line(
    accounts: Accounts, values: dict[str, str], fault: str
) -> None:
    given: dict[str, Any] = {"login": "new", "name": "Zoe", "title": "nurse", "password": PASSWORD, **values}
    with pytest.raises(AccountError, match=fault):
        accounts.add(given.pop("login"), role=Role.NURSE, **given)
