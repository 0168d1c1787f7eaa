"""What the tests of the desk share: a desk on a fresh database, people who work at it, and their browsers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher
from starlette.testclient import TestClient
from starlette.types import ASGIApp

from companion.cases import Case, CaseRequest, Cases
from companion.cases.service import Service
from companion.content import Library
from companion.desk.accounts import Accounts, Member
from companion.desk.app import create_app
from companion.desk.danger import Danger
from companion.desk.live import Pulse
from companion.desk.roles import Role
from companion.desk.settings import DeskSettings
from companion.safety import RuleFile, load_rules
from companion.settings import ROOT, Settings
from companion.store import Database, Journal
from tests.clock import Clock
from tests.databases import database, fresh, postgres_template, sqlite_template

__all__ = ["PASSWORD", "Person", "clock", "database", "open_case", "postgres_template", "sqlite_template"]

PASSWORD = "correct horse battery"
BRITISH = Settings(country="GB", care_line="020 7946 0000")
#: As weak as argon2 goes: these tests sign in hundreds of times.
_FAST = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class Person:
    """Somebody at their browser."""

    def __init__(self, app: ASGIApp) -> None:
        self.browser = TestClient(app, raise_server_exceptions=False, follow_redirects=True)

    def sign_in(self, login: str, password: str = PASSWORD) -> httpx.Response:
        """Fills in the form."""
        csrf = self.csrf(self.browser.get("/sign-in").text)
        return self.browser.post("/sign-in", data={"csrf": csrf, "login": login, "password": password})

    def get(self, path: str) -> httpx.Response:
        """Opens a page."""
        return self.browser.get(path)

    def post(self, path: str, **fields: str) -> httpx.Response:
        """Sends a form of the page they are on."""
        return self.browser.post(path, data={"csrf": self.token, **fields})

    @property
    def token(self) -> str:
        """What every form of theirs carries."""
        page = self.browser.get("/")
        return self.csrf(page.text if page.status_code == 200 else self.browser.get("/accounts").text)

    @staticmethod
    def csrf(page: str) -> str:
        """The token in a page."""
        found = re.search(r'name="csrf" value="([^"]+)"', page)
        return found.group(1) if found else ""


@pytest.fixture(scope="session")
def library() -> Library:
    return Library.load()


@pytest.fixture(scope="session")
def rules() -> RuleFile:
    return load_rules(ROOT)


@pytest.fixture(autouse=True)
def _content_read_once(library: Library, rules: RuleFile, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading all content takes most of a second; no test here changes it."""
    monkeypatch.setattr(Library, "load", lambda: library)
    monkeypatch.setattr("companion.desk.red_flags.load_rules", lambda root: rules)


@pytest.fixture(scope="session")
def service() -> Service:
    return Service.load({})


@pytest.fixture(scope="session")
def rules_only() -> Danger:
    """Reads words by the rules; what the detector adds is tested where it is trained."""
    return Danger(ROOT / "no model")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sqlite(request: pytest.FixtureRequest, tmp_path: Any) -> Iterator[Database]:
    """A database where the kind does not matter."""
    yield from fresh(request, "sqlite", tmp_path)


@pytest.fixture
def store(request: pytest.FixtureRequest) -> Database:
    """SQLite; a test that is about the store asks for `database` as well, and gets both kinds."""
    return request.getfixturevalue("database" if "database" in request.fixturenames else "sqlite")


@pytest.fixture
def accounts(store: Database, clock: Clock) -> Accounts:
    """One of each role, and a second nurse."""
    accounts = Accounts(store, clock=clock, hasher=_FAST)
    for login, name, title, role in (
        ("anna", "Anna", "breast care nurse", Role.NURSE),
        ("nina", "Nina", "oncology nurse", Role.NURSE),
        ("ben", "Ben", "call-taker", Role.CALL_TAKER),
        ("lea", "Lea", "team lead", Role.LEAD),
        ("ada", "Ada", "administrator", Role.ADMIN),
    ):
        accounts.add(login, name=name, title=title, role=role, password=PASSWORD)
    return accounts


@pytest.fixture
def pulse(store: Database) -> Pulse:
    """What tells live pages, in a hurry."""
    return Pulse(store, pace=0.05)


@pytest.fixture
def app(
    store: Database, accounts: Accounts, service: Service, rules_only: Danger, pulse: Pulse, clock: Clock
) -> ASGIApp:
    return create_app(
        database=store,
        service=service,
        settings=BRITISH,
        desk=DeskSettings(),
        accounts=accounts,
        danger=rules_only,
        pulse=pulse,
        clock=clock,
    )


@pytest.fixture
def person(app: ASGIApp) -> Callable[[str], Person]:
    """Signs somebody in, by login."""

    def sign_in(login: str) -> Person:
        someone = Person(app)
        assert someone.sign_in(login).status_code == 200
        return someone

    return sign_in


@pytest.fixture
def anna(person: Callable[[str], Person]) -> Person:
    """A nurse, signed in."""
    return person("anna")


@pytest.fixture
def members(accounts: Accounts) -> dict[str, Member]:
    """The accounts by login."""
    return {member.login: member for member in accounts.all()}


@pytest.fixture
def journal(store: Database, clock: Clock) -> Journal:
    return Journal(store, clock=clock)


@pytest.fixture
def cases(store: Database, service: Service, clock: Clock) -> Cases:
    return Cases(store, service.targets, clock=clock)


@pytest.fixture
def case(cases: Cases, journal: Journal) -> Case:
    """An urgent case from the website, with the chat's words not passed on."""
    journal.receive("web-1", "web", "my secret question before", key="a")
    return open_case(cases)


def open_case(cases: Cases, key: str = "one", **values: Any) -> Case:
    """A case, by default an urgent one of the chat web-1."""
    return cases.open(
        CaseRequest(
            **{
                "key": key,
                "channel": "web",
                "conversation": "web-1",
                "urgency": "urgent",
                "reason": "temperature of 38.2",
                "red_flags": [{"id": "fever_on_treatment", "urgency": "urgent", "text": "temperature of 38.2"}],
                "consent": {"given": ["case"]},
                "country": "GB",
                **values,
            }
        )
    )
