"""The Rasa server's own channels: REST for hotline software, and the internal one that answers stored messages."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from rasa.core.channels.channel import UserMessage
from sanic import Sanic

from companion.channels.rest import RestChannel
from companion.channels.turn import TurnInput
from companion.store import Database, Journal

TOKEN = "a-token-of-this-test"
SETTINGS = ("RASA_HOST", "COMPANION_ENVIRONMENT", "COMPANION_CARE_LINE")


@pytest.fixture(autouse=True)
def own_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server on somebody's own machine."""
    monkeypatch.setenv("RASA_TOKEN", TOKEN)
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)


async def answers(message: UserMessage) -> None:
    """In Rasa's place."""
    reply = {"text": f"you said {message.text}", "buttons": [{"title": "More", "payload": "More"}], "topic": "surgery"}
    await message.output_channel.send_response(message.sender_id, reply)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Database:
    """One for all tests here; each has a chat of its own."""
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('routes')}/companion.db")
    database.migrate()
    return database


@pytest.fixture(scope="module")
def journal(database: Database) -> Journal:
    """What the channels write."""
    return Journal(database)


@pytest.fixture(scope="module")
def server(database: Database) -> Iterator[str]:
    """The address of a server with both channels. One for all: Sanic rewrites its own code at start, only once."""
    app = Sanic("channels-of-this-test")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COMPANION_DATABASE", database.url.render_as_string())
        app.blueprint(RestChannel().blueprint(answers), url_prefix="/webhooks/rest")
        app.blueprint(TurnInput().blueprint(answers), url_prefix="/webhooks/turn")
    loop = asyncio.new_event_loop()
    with socket.create_server(("127.0.0.1", 0)) as door:

        async def start() -> None:
            running = await app.create_server(sock=door, return_asyncio_server=True, access_log=False)
            assert running is not None
            await running.startup()

        loop.run_until_complete(start())
        thread = threading.Thread(target=loop.run_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{door.getsockname()[1]}/webhooks"
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


@pytest.fixture
def ask(server: str) -> Callable[..., httpx.Response]:
    """Sends a request: `ask("POST", "/rest/webhook", json=...)`."""
    return lambda method, path, **request: httpx.request(method, f"{server}{path}", **request)


Ask = Callable[..., httpx.Response]


def bearer(token: str = TOKEN) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_rest_answers_as_rasa_does_and_remembers(journal: Journal, ask: Ask) -> None:
    response = ask("POST", "/rest/webhook", json={"sender": "anna-1", "message": "hello"})
    assert response.status_code == 200
    (message,) = response.json()
    assert message["recipient_id"] == "anna-1"
    assert message["text"] == "you said hello"
    assert message["buttons"] == [{"title": "More", "payload": "More"}]
    assert [entry.text for entry in journal.since("anna-1")] == ["hello", "you said hello"]


def test_rest_takes_the_same_id_once(journal: Journal, ask: Ask) -> None:
    body = {"sender": "anna-2", "message": "hello", "id": "one"}
    assert len(ask("POST", "/rest/webhook", json=body).json()) == 1
    assert ask("POST", "/rest/webhook", json=body).json() == []


def test_rest_shows_what_a_person_wrote(journal: Journal, ask: Ask) -> None:
    ask("POST", "/rest/webhook", json={"sender": "anna-3", "message": "hello"})
    place = journal.since("anna-3")[-1].seq
    journal.say("anna-3", "person", "Hello Anna", name="Ben, nurse")
    response = ask("GET", "/rest/messages", params={"sender": "anna-3", "after": place})
    assert [(one["sender"], one["name"], one["text"]) for one in response.json()] == [
        ("person", "Ben, nurse", "Hello Anna")
    ]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ([], "send JSON"),
        ("hello", "send JSON"),
        ({}, "sender is missing"),
        ({"sender": "", "message": "x"}, "sender is missing"),
        ({"sender": "x" * 201, "message": "x"}, "sender is missing"),
        ({"sender": 7, "message": "x"}, "sender is missing"),
        ({"sender": "anna-3"}, "message is missing"),
        ({"sender": "anna-3", "message": ["x"]}, "message is missing"),
        ({"sender": "web-abc", "message": "x"}, "chats of other channels"),
        ({"sender": "telegram-1", "message": "x"}, "chats of other channels"),
        ({"sender": "anna-3", "message": "x" * 200_001}, "too long"),
    ],
)
def test_rest_says_what_is_wrong(journal: Journal, ask: Ask, body: Any, says: str) -> None:
    response = ask("POST", "/rest/webhook", json=body)
    assert response.status_code == 400
    assert says in response.json()["error"]


def test_rest_says_that_it_is_no_json(journal: Journal, ask: Ask) -> None:
    response = ask("POST", "/rest/webhook", content=b"{\xff", headers={"Content-Type": "application/json"})
    assert (response.status_code, "send JSON" in response.json()["error"]) == (400, True)


@pytest.mark.parametrize(
    "query", [{}, {"sender": "web-1"}, {"sender": "a", "after": "x"}, {"sender": "a", "after": "-1"}]
)
def test_rest_reads_only_its_own_chats(journal: Journal, ask: Ask, query: dict[str, str]) -> None:
    assert ask("GET", "/rest/messages", params=query).status_code == 400


@pytest.mark.parametrize(
    "settings",
    [
        {"COMPANION_ENVIRONMENT": "production", "COMPANION_CARE_LINE": "020 7946 0000"},
        {"RASA_HOST": "0.0.0.0"},
        {"RASA_HOST": "rasa.example.org"},
    ],
)
def test_rest_wants_a_token_where_others_can_reach_it(
    ask: Ask, settings: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    body = {"sender": "anna-7", "message": "hello"}
    for headers in ({}, bearer("wrong")):
        assert ask("POST", "/rest/webhook", json=body, headers=headers).status_code == 401
        assert ask("GET", "/rest/messages?sender=anna-7", headers=headers).status_code == 401
    assert ask("POST", "/rest/webhook", json=body, headers=bearer()).status_code == 200
    assert ask("POST", f"/rest/webhook?token={TOKEN}", json=body).status_code == 200


def test_a_stored_message_is_answered_into_the_journal(journal: Journal, ask: Ask) -> None:
    seq = journal.receive("web-8", "web", "hello").seq
    body = {"conversation": "web-8", "seq": seq}
    response = ask("POST", "/turn/webhook", json=body, headers=bearer())
    assert response.json() == {"state": "answered"}
    question, answer = journal.since("web-8")
    assert (question.text, answer.text, answer.content["topic"]) == ("hello", "you said hello", "surgery")
    assert ask("POST", "/turn/webhook", json=body, headers=bearer()).json() == {"state": "elsewhere"}
    assert len(journal.since("web-8")) == 2


def test_an_erased_message_is_gone(journal: Journal, ask: Ask) -> None:
    response = ask("POST", "/turn/webhook", json={"conversation": "web-9", "seq": 1}, headers=bearer())
    assert response.json() == {"state": "gone"}


@pytest.mark.parametrize("headers", [{}, bearer("wrong"), {"Authorization": "Basic x"}])
def test_turns_want_the_token_always(journal: Journal, ask: Ask, headers: dict[str, str]) -> None:
    seq = journal.receive("web-10", "web", "hello").seq
    body = {"conversation": "web-10", "seq": seq}
    assert ask("POST", "/turn/webhook", json=body, headers=headers).status_code == 401


@pytest.mark.parametrize("body", [[], {}, {"conversation": "web-10"}, {"conversation": 1, "seq": 1}])
def test_turns_say_what_is_wrong(journal: Journal, ask: Ask, body: Any) -> None:
    assert ask("POST", "/turn/webhook", json=body, headers=bearer()).status_code == 400
