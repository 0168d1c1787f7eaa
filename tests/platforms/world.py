"""A running edge with its database, a Rasa that says what it is told to, and the platforms' stand-ins."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import itertools
import json
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
import sqlalchemy as sa
import uvicorn

from companion.cases.courier import Courier
from companion.cases.outbox import Outbox
from companion.content import Library
from companion.dialogue.replies import Writer
from companion.platforms import DeliveryError, platforms
from companion.settings import Settings
from companion.store import Database, Entry, Journal, utc_now
from companion.store.tables import messages
from companion.web.app import create_app
from companion.web.edge import Edge
from companion.web.sessions import Sessions
from companion.web.turns import Turns
from companion.web.watch import Watch
from tests.platforms import standin, telegram_rules

TELEGRAM_SECRET = "a-secret-only_the-tests-know"
SLACK_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
_PATIENCE = 10.0  # seconds

Said = tuple[str, dict[str, Any]]


class World:
    """What a scenario needs. `reply`: what the assistant says to a text."""

    def __init__(self, database: Database, library: Library, telegram: standin.StandIn, slack: standin.StandIn) -> None:
        self.journal = Journal(database)
        self.telegram, self.slack = telegram, slack
        self.reply: Callable[[str], list[Said]] = lambda text: [(f"You wrote: {text}", {})]
        self.heard: list[str] = []
        self.undelivered: list[DeliveryError] = []
        self.environment = {
            "TELEGRAM_TOKEN": standin.TELEGRAM_TOKEN,
            "TELEGRAM_SECRET": TELEGRAM_SECRET,
            "TELEGRAM_API": telegram.address,
            "SLACK_BOT_TOKEN": standin.SLACK_TOKEN,
            "SLACK_SIGNING_SECRET": SLACK_SECRET,
            "SLACK_API": slack.address,
        }
        settings = Settings(country="GB", care_line="020 7946 0000")
        self.writer = Writer(library, settings)
        far = httpx.MockTransport(self._rasa)
        turns = Turns(self.journal, self.writer, address="http://rasa.example.org", token="t", transport=far)
        self.edge = Edge(self.journal, turns, self.writer, library, settings, self.environment)
        self.address = ""
        self.client = httpx.Client(timeout=_PATIENCE, trust_env=False)
        self._database = database
        self._later = timedelta()
        self._outbox = Outbox(database, clock=lambda: utc_now() + self._later)
        self._courier = Courier(self.journal, self._outbox, platforms(self.environment))
        self._numbers = itertools.count(1000)

    def post(self, path: str, body: bytes, **headers: str) -> httpx.Response:
        """To the running edge, as it is."""
        named = {name.replace("_", "-"): value.encode() for name, value in headers.items()}
        return self.client.post(f"{self.address}{path}", content=body, headers=named)

    def update(self, **fields: Any) -> httpx.Response:
        """Posts an update as Telegram does; without an `update_id` it gets the next one."""
        body = json.dumps({"update_id": next(self._numbers), **fields}).encode()
        answer = self.webhook(body)
        if answer.content:
            # Telegram makes the call that an answer holds.
            method, arguments = (call := answer.json()).pop("method"), call
            self.telegram.faults += telegram_rules.faults(method, arguments)
            self.telegram.calls.append((method, arguments))
        return answer

    def webhook(self, body: bytes, secret: str = TELEGRAM_SECRET) -> httpx.Response:
        """Posts to the address for Telegram."""
        return self.post(
            "/webhooks/telegram/webhook",
            body,
            content_type="application/json",
            x_telegram_bot_api_secret_token=secret,
        )

    def slack_post(self, body: bytes, content_type: str = "application/json", **changed: str) -> httpx.Response:
        """Posts to the address for Slack, signed; `changed`: other headers than the right ones."""
        sent = changed.pop("x_slack_request_timestamp", str(int(time.time())))
        signed = hmac.new(SLACK_SECRET.encode(), f"v0:{sent}:".encode() + body, hashlib.sha256).hexdigest()
        headers = {"x_slack_request_timestamp": sent, "x_slack_signature": f"v0={signed}", **changed}
        return self.post("/webhooks/slack/webhook", body, content_type=content_type, **headers)

    def event(self, event: dict[str, Any], **around: Any) -> httpx.Response:
        """Posts an event as Slack does; without an `event_id` it gets the next one."""
        body = {
            "token": "XXYYZZ",
            "team_id": "T0TEST",
            "api_app_id": "A0TEST",
            "type": "event_callback",
            "event_id": f"Ev0{next(self._numbers)}",
            "event_time": int(time.time()),
            "authorizations": [{"enterprise_id": None, "team_id": "T0TEST", "user_id": "U0BOT", "is_bot": True}],
            "event": event,
            **around,
        }
        return self.slack_post(json.dumps(body).encode())

    def press(self, payload: dict[str, Any]) -> httpx.Response:
        """Posts an interaction as Slack does: a form with JSON in it."""
        return self.slack_post(
            urlencode({"payload": json.dumps(payload)}).encode(), "application/x-www-form-urlencoded"
        )

    def settle(self) -> None:
        """Waits until everything that was written is answered, then delivers what is to be sent, in order."""
        end = time.monotonic() + _PATIENCE
        while self._unanswered():
            assert time.monotonic() < end, "a message got no answer"
            time.sleep(0.01)
        # What is to be tried again later is tried in the next call.
        self._later += timedelta(hours=1)
        while parcels := self._outbox.take("patient"):
            for parcel in parcels:
                try:
                    self._courier.deliver(parcel)
                except DeliveryError as error:
                    self.undelivered.append(error)
                    self._outbox.failed(parcel, str(error), permanent=error.permanent, retry_after=error.retry_after)

    def slack_soon(self, method: str) -> list[dict[str, Any]]:
        """The calls of `method`, which the edge makes after its acknowledgement: waits for the first."""
        end = time.monotonic() + _PATIENCE
        while not self.slack.made(method) and time.monotonic() < end:
            time.sleep(0.01)
        return self.slack.made(method)

    def chat(self, conversation: str) -> list[Entry]:
        """Everything in a chat."""
        return self.journal.since(conversation)

    def texts(self, conversation: str, sender: str) -> list[str]:
        """The words of one side of it."""
        return [entry.text for entry in self.chat(conversation) if entry.sender == sender]

    def notice(self, name: str) -> str:
        """A fixed text as a patient of this deployment reads it."""
        return self.writer.notice(name).text

    def _unanswered(self) -> int:
        """How many messages of patients nobody is done with; `Journal.unanswered` leaves out those in work."""
        waiting = sa.and_(messages.c.sender == "patient", messages.c.answered_at.is_(None))
        with self._database.reading() as connection:
            return int(connection.execute(sa.select(sa.func.count()).where(waiting)).scalar_one())

    async def _rasa(self, request: httpx.Request) -> httpx.Response:
        asked = json.loads(request.content)
        conversation, seq = asked["conversation"], asked["seq"]
        entry = self.journal.entry(conversation, seq)
        if entry is None:
            return httpx.Response(200, json={"state": "gone"})
        if not self.journal.take(conversation, seq, seconds=15):
            return httpx.Response(200, json={"state": "elsewhere"})
        self.heard.append(entry.text)
        for number, (text, content) in enumerate(await asyncio.to_thread(self.reply, entry.text)):
            self.journal.say(conversation, "assistant", text, content=content, key=f"{seq}.{number}", send=True)
        self.journal.answered(conversation, seq)
        return httpx.Response(200, json={"state": "answered"})


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database file with all tables; making them takes a while."""
    file = tmp_path_factory.mktemp("database") / "empty.db"
    database = Database(f"sqlite:///{file}")
    database.migrate()
    database.close()
    return file


@pytest.fixture(scope="session")
def whole_library() -> Library:
    return Library.load()


@pytest.fixture
def telegram_api() -> Iterator[standin.StandIn]:
    """Telegram's stand-in; a broken rule fails the test."""
    with _serving(standin.telegram()) as serving:
        yield serving


@pytest.fixture
def slack_api() -> Iterator[standin.StandIn]:
    """Slack's stand-in; a broken rule fails the test."""
    with _serving(standin.slack()) as serving:
        yield serving


@pytest.fixture
def world(
    migrated: Path,
    whole_library: Library,
    telegram_api: standin.StandIn,
    slack_api: standin.StandIn,
    tmp_path: Path,
) -> Iterator[World]:
    """An edge that runs on a port of this machine."""
    file = Path(shutil.copy(migrated, tmp_path / "companion.db"))
    with _running(file, whole_library, telegram_api, slack_api) as running:
        yield running


@pytest.fixture(scope="module")
def silent_world(migrated: Path, whole_library: Library, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One for all tests of a file, which leave no trace in it: nothing is heard, nothing is said."""
    file = Path(shutil.copy(migrated, tmp_path_factory.mktemp("silent") / "companion.db"))
    with (
        _serving(standin.telegram()) as telegram,
        _serving(standin.slack()) as slack,
        _running(file, whole_library, telegram, slack) as running,
    ):
        yield running
        assert running.heard == []


@contextlib.contextmanager
def _running(file: Path, library: Library, telegram: standin.StandIn, slack: standin.StandIn) -> Iterator[World]:
    database = Database(f"sqlite:///{file}")
    made = World(database, library, telegram, slack)
    app = create_app(made.edge, Sessions("a secret that only the tests know"), Watch(made.journal))
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        made.address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False, ws="none", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.005)
        yield made
        made.client.close()
        server.should_exit = True
        thread.join(_PATIENCE)
    database.close()


@contextlib.contextmanager
def _serving(one: standin.StandIn) -> Iterator[standin.StandIn]:
    stop = standin.serve(one)
    yield one
    stop()
    assert one.faults == []
