"""What the tests of the page share: a page for a British hospital, and a Rasa that says what it is told to."""

from __future__ import annotations

import json
from collections.abc import Callable

import httpx
import pytest
from starlette.testclient import TestClient
from starlette.types import ASGIApp

from companion.content import Library
from companion.settings import Settings
from companion.web.app import create_app
from companion.web.conversation import RateLimit
from companion.web.rasa import Rasa

SECRET = "a secret that only the tests know"


class FakeRasa:
    """Answers as `reply` says, and keeps what it was sent."""

    def __init__(self) -> None:
        self.received: list[dict[str, str]] = []
        self.reply: Callable[[dict[str, str]], httpx.Response] = lambda sent: httpx.Response(
            200,
            json=[
                {
                    "recipient_id": sent["sender"],
                    "text": f"You wrote: {sent['message']}",
                    "buttons": [{"title": "Tell me more", "payload": "Tell me more"}],
                }
            ],
        )

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return httpx.Response(200, text="Hello from Rasa: 3.6.21")
        assert request.url.path == "/webhooks/rest/webhook"
        sent = json.loads(request.content)
        self.received.append(sent)
        answer = self.reply(sent)
        return await answer if hasattr(answer, "__await__") else answer

    @property
    def conversations(self) -> list[str]:
        return [sent["sender"] for sent in self.received]


@pytest.fixture(scope="session")
def library() -> Library:
    return Library.load()


@pytest.fixture(autouse=True)
def _content_read_once(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading all content takes most of a second; no test here changes it."""
    monkeypatch.setattr(Library, "load", lambda: library)


@pytest.fixture
def rasa() -> FakeRasa:
    return FakeRasa()


@pytest.fixture
def british() -> Settings:
    return Settings(country="GB", care_line="020 7946 0000")


@pytest.fixture
def clock() -> list[float]:
    """The rate limit's clock: one number that a test can change."""
    return [0.0]


@pytest.fixture
def app(rasa: FakeRasa, british: Settings, clock: list[float]) -> ASGIApp:
    far = Rasa("http://rasa.example.org", patience=0.2, transport=httpx.MockTransport(rasa))
    return create_app(secret=SECRET, settings=british, rasa=far, limit=RateLimit(most=30, clock=lambda: clock[0]))


@pytest.fixture
def browser_of(app: ASGIApp) -> Callable[[], TestClient]:
    """Makes a new visitor, with cookies of their own."""
    return lambda: TestClient(app, raise_server_exceptions=False)


@pytest.fixture
def visitor(browser_of: Callable[[], TestClient]) -> TestClient:
    return browser_of()
