"""What the tests of the public edge share: a database, a Rasa that says what it is told to, and visitors."""

from __future__ import annotations

import contextlib
import shutil
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient
from starlette.types import ASGIApp

from companion.content import Library
from companion.dialogue.replies import Writer
from companion.settings import Settings
from companion.store import Database, Entry, Journal
from companion.web.app import create_app
from companion.web.edge import Edge
from companion.web.limits import Limits, RateLimit
from companion.web.sessions import Sessions
from companion.web.turns import Turns
from companion.web.watch import Watch
from tests.web.standin import TOKEN, Served, StandIn

SECRET = "a secret that only the tests know"
KEY = "0123456789abcdef"
_PATIENCE = 10.0  # seconds


@pytest.fixture(scope="session")
def library() -> Library:
    return Library.load()


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All tables and no rows; making them takes most of a second."""
    file = tmp_path_factory.mktemp("database") / "empty.db"
    database = Database(f"sqlite:///{file}")
    database.migrate()
    database.close()
    return file


@pytest.fixture
def database(empty_database: Path, tmp_path: Path) -> Iterator[Database]:
    shutil.copy(empty_database, tmp_path / "companion.db")
    database = Database(f"sqlite:///{tmp_path / 'companion.db'}")
    yield database
    database.close()


@pytest.fixture
def journal(database: Database) -> Journal:
    return Journal(database)


@pytest.fixture
def british() -> Settings:
    return Settings(country="GB", care_line="020 7946 0000")


@pytest.fixture
def writer(library: Library, british: Settings) -> Writer:
    return Writer(library, british)


@pytest.fixture
def rasa(journal: Journal, writer: Writer) -> StandIn:
    return StandIn(journal, writer)


@pytest.fixture
def now() -> list[float]:
    """The clock of sessions and of rate limits: one number that a test can change. Seconds."""
    return [1_800_000_000.0]


class Site:
    """Makes the application as its deployer would, and visitors."""

    def __init__(self, journal: Journal, writer: Writer, library: Library, settings: Settings, rasa: StandIn) -> None:
        self.journal = journal
        self._parts = (writer, library, settings)
        self._rasa = rasa

    def app(
        self,
        *,
        clock: Callable[[], float] = time.time,
        limits: Limits | None = None,
        origins: frozenset[str] = frozenset(),
        rasa: str | None = None,
        **turns: float,
    ) -> ASGIApp:
        """`rasa`: the address of a server; without, the stand-in in this process answers."""
        writer, library, settings = self._parts
        far = None if rasa else httpx.ASGITransport(self._rasa.app, raise_app_exceptions=False)
        address = rasa or "http://rasa.example.org"
        answering = Turns(self.journal, writer, address=address, token=TOKEN, transport=far, **turns)
        edge = Edge(self.journal, answering, writer, library, settings, {})
        watch = Watch(self.journal, pace=0.02)
        return create_app(edge, Sessions(SECRET, clock=clock), watch, limits=limits, origins=origins)


@pytest.fixture
def site(journal: Journal, writer: Writer, library: Library, british: Settings, rasa: StandIn) -> Site:
    return Site(journal, writer, library, british, rasa)


@pytest.fixture
def limits(now: list[float]) -> Limits:
    def limit(most: int, seconds: float) -> RateLimit:
        return RateLimit(most, seconds, clock=lambda: now[0])

    return Limits(limit(30, 60), limit(300, 60), limit(120, 600))


@pytest.fixture
def client(site: Site, limits: Limits, now: list[float]) -> Iterator[TestClient]:
    """Speaks with the application in this process."""
    app = site.app(clock=lambda: now[0], limits=limits, origins=frozenset({"https://www.example.org"}))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


class Visitor:
    """One browser: its token, and what it can do with it."""

    def __init__(self, client: TestClient, journal: Journal) -> None:
        self._client = client
        self._journal = journal
        self.token: str = client.post("/api/session").json()["token"]

    @property
    def conversation(self) -> str:
        return self.token.split(".")[0]

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def write(self, text: Any, key: Any = KEY, **headers: str) -> httpx.Response:
        return self._client.post("/api/messages", json={"id": key, "text": text}, headers={**self.headers, **headers})

    def chat(self) -> list[Entry]:
        """Everything that is stored of the chat."""
        return self._journal.since(self.conversation)

    def answers(self, count: int = 1) -> list[str]:
        """What the assistant said, once it has said so much; the greeting is left out."""
        until = time.monotonic() + _PATIENCE
        while True:
            said = [entry.text for entry in self.chat() if entry.sender != "patient"][1:]
            if len(said) >= count:
                return said
            assert time.monotonic() < until, f"{len(said)} of {count} answers after {_PATIENCE} s"
            time.sleep(0.02)


@pytest.fixture
def visitor_of(client: TestClient, journal: Journal) -> Callable[[], Visitor]:
    return lambda: Visitor(client, journal)


@pytest.fixture
def visitor(visitor_of: Callable[[], Visitor]) -> Visitor:
    return visitor_of()


@pytest.fixture
def free_port() -> Callable[[], int]:
    def find() -> int:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            return int(free.getsockname()[1])

    return find


@pytest.fixture
def serve(free_port: Callable[[], int]) -> Iterator[Callable[[ASGIApp], Served]]:
    """Serves an application on a real port until the test ends."""
    with contextlib.ExitStack() as stack:

        def start(app: ASGIApp) -> Served:
            served = Served(app, free_port())
            stack.callback(served.kill)
            return served

        yield start
