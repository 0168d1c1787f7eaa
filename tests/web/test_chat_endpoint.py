"""POST /chat: what goes to Rasa, what comes back, and what is refused."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable

import httpx
import pytest
from starlette.testclient import TestClient
from starlette.types import ASGIApp

from companion.web.app import COOKIE

SAME_SITE = {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}


async def _slow(sent: dict) -> httpx.Response:
    await asyncio.sleep(30)
    raise AssertionError("nobody waits this long")


def _down(sent: dict) -> httpx.Response:
    raise httpx.ConnectError("connection refused")


def test_a_message_goes_to_rasa_and_its_answer_comes_back(visitor: TestClient, rasa) -> None:
    answer = visitor.post("/chat", json={"message": "what is hormone therapy"}, headers=SAME_SITE)
    assert answer.status_code == 200
    assert answer.json() == {
        "messages": [
            {
                "text": "You wrote: what is hormone therapy",
                "buttons": [{"title": "Tell me more", "payload": "Tell me more"}],
            }
        ],
        "trouble": False,
    }
    assert rasa.received[0]["message"] == "what is hormone therapy"


def test_html_and_other_scripts_pass_as_the_text_they_are(visitor: TestClient) -> None:
    text = '<script>alert(1)</script> & "quotes" é 日本 \N{PURPLE HEART}'
    answer = visitor.post("/chat", json={"message": text})
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["messages"][0]["text"] == f"You wrote: {text}"


def test_half_an_emoji_does_not_break_the_chat(visitor: TestClient) -> None:
    body = '{"message": "hello \\ud83d"}'
    answer = visitor.post("/chat", content=body, headers={"Content-Type": "application/json"})
    assert answer.json()["messages"][0]["text"] == "You wrote: hello ?"


# -- whose conversation ------------------------------------------------------------------------------------------------


def test_one_visitor_keeps_one_conversation_also_over_a_reload(visitor: TestClient, rasa) -> None:
    visitor.post("/chat", json={"message": "one"})
    visitor.get("/")
    visitor.post("/chat", json={"message": "two"})
    assert rasa.conversations[0] == rasa.conversations[1]


def test_two_visitors_have_two_conversations(browser_of: Callable[[], TestClient], rasa) -> None:
    for _ in range(2):
        browser_of().post("/chat", json={"message": "hello"})
    assert rasa.conversations[0] != rasa.conversations[1]
    assert all(len(conversation) >= 36 for conversation in rasa.conversations), "ids must be too long to guess"


def test_the_cookie_is_hidden_from_scripts_and_from_other_sites_and_ends_with_the_browser(visitor: TestClient) -> None:
    cookie = visitor.post("/chat", json={"message": "hello"}).headers["set-cookie"].lower()
    assert cookie.startswith(f"{COOKIE}=")
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "max-age" not in cookie
    assert "expires" not in cookie
    assert "secure" not in cookie, "on http://localhost a Secure cookie would be lost in some browsers"


def test_over_tls_the_cookie_is_secure(app: ASGIApp) -> None:
    answer = TestClient(app, base_url="https://testserver").post("/chat", json={"message": "hello"})
    assert "secure" in answer.headers["set-cookie"].lower()


@pytest.mark.parametrize(
    "forge",
    [
        lambda theirs: theirs.rpartition(".")[0],
        lambda theirs: theirs.rpartition(".")[0] + ".",
        lambda theirs: theirs.rpartition(".")[0] + "." + "0" * 64,
        lambda theirs: theirs[:-1] + ("0" if theirs[-1] != "0" else "1"),
        lambda theirs: "web-mine." + theirs.rpartition(".")[2],
        lambda theirs: ".",
    ],
    ids=["no signature", "empty signature", "made-up signature", "last digit", "other id", "nothing"],
)
def test_a_forged_cookie_never_leads_into_the_conversation_it_names(
    browser_of: Callable[[], TestClient], rasa, forge: Callable[[str], str]
) -> None:
    victim, attacker = browser_of(), browser_of()
    victim.post("/chat", json={"message": "mine"})
    forged = forge(victim.cookies[COOKIE])
    answer = attacker.post("/chat", json={"message": "yours?"}, headers={"Cookie": f"{COOKIE}={forged}"})
    assert answer.status_code == 200, "a person whose cookie went stale is answered, in a new conversation"
    assert rasa.conversations[1] != rasa.conversations[0]
    assert rasa.conversations[1] != "web-mine"


def test_the_sender_cannot_be_chosen_in_the_message(visitor: TestClient, rasa) -> None:
    visitor.post("/chat", json={"message": "hello", "sender": "somebody else"})
    assert rasa.conversations[0].startswith("web-")


# -- refused -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example.org"},
        {"Origin": "null"},
        {"Origin": "http://testserver.evil.example.org"},
        {"Origin": "http://testserver:8081"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://testserver", "Sec-Fetch-Site": "cross-site"},
    ],
    ids=str,
)
def test_another_site_is_refused(visitor: TestClient, rasa, headers: dict[str, str]) -> None:
    answer = visitor.post("/chat", json={"message": "hello"}, headers=headers)
    assert answer.status_code == 403
    assert answer.json()["error"] == "other_site"
    assert not rasa.received


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "not_json"),
        (b"hello", "not_json"),
        (b"\xff\xfe", "not_json"),
        (b"[" * 8000, "not_json"),
        (b"1" * 8000, "not_json"),
        (b"[]", "empty"),
        (b"null", "empty"),
        (b"{}", "empty"),
        (b'{"message": 7}', "empty"),
        (b'{"message": ["a"]}', "empty"),
        (b'{"message": "  \\n "}', "empty"),
    ],
)
def test_a_bad_message_gets_a_plain_error(visitor: TestClient, rasa, body: bytes, code: str) -> None:
    answer = visitor.post("/chat", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["error"]) == (400, code)
    assert answer.json()["text"]
    assert not rasa.received


def test_a_form_of_another_site_cannot_send_a_message(visitor: TestClient) -> None:
    body = json.dumps({"message": "hello"})
    assert visitor.post("/chat", content=body, headers={"Content-Type": "text/plain"}).status_code == 415
    assert visitor.post("/chat", data={"message": "hello"}).status_code == 415


def test_a_message_over_8_kb_is_refused_with_numbers_to_call(visitor: TestClient, rasa) -> None:
    answer = visitor.post("/chat", json={"message": "a" * 8192})
    assert (answer.status_code, answer.json()["error"]) == (413, "too_large")
    assert "020 7946 0000" in answer.json()["text"]
    assert not rasa.received
    assert visitor.post("/chat", json={"message": "a" * 8000}).status_code == 200


def test_an_endless_message_is_refused_before_it_is_read(app: ASGIApp) -> None:
    pieces, sent = 0, []

    async def receive() -> dict:
        nonlocal pieces
        pieces += 1
        return {"type": "http.request", "body": b"a" * 1024, "more_body": True}

    async def send(message: dict) -> None:
        sent.append(message)

    headers = [(b"content-type", b"application/json"), (b"host", b"testserver")]
    scope = {"type": "http", "method": "POST", "path": "/chat", "query_string": b"", "headers": headers}
    asyncio.run(app(scope, receive, send))
    assert sent[0]["status"] == 413
    assert pieces == 9


def test_the_31st_message_in_a_minute_is_met_with_a_kind_word_and_numbers(
    browser_of: Callable[[], TestClient], rasa, clock: list[float]
) -> None:
    eager, other = browser_of(), browser_of()
    assert {eager.post("/chat", json={"message": "hello"}).status_code for _ in range(30)} == {200}
    clock[0] = 20.0
    answer = eager.post("/chat", json={"message": "hello"})
    assert (answer.status_code, answer.json()["error"], answer.headers["retry-after"]) == (429, "too_many", "40")
    assert "wait a minute" in answer.json()["text"]
    assert "020 7946 0000" in answer.json()["text"]
    assert len(rasa.received) == 30
    assert other.post("/chat", json={"message": "hello"}).status_code == 200, "nobody else has to wait"
    clock[0] = 60.0
    assert eager.post("/chat", json={"message": "hello"}).status_code == 200


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/chat", 405), ("GET", "/nothing", 404)])
def test_a_wrong_address_gets_a_json_error(visitor: TestClient, method: str, path: str, status: int) -> None:
    answer = visitor.request(method, path)
    assert answer.status_code == status
    assert answer.json()["error"]


# -- trouble -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "reply",
    [
        _down,
        _slow,
        lambda sent: httpx.Response(500, text="Traceback (most recent call last)"),
        lambda sent: httpx.Response(302, headers={"Location": "http://elsewhere.example.org"}),
        lambda sent: httpx.Response(200, text="<html>not json"),
        lambda sent: httpx.Response(200, content=b"[" * 100_000),
        lambda sent: httpx.Response(200, content=b"\xff\xff"),
        lambda sent: httpx.Response(200, json=[]),
        lambda sent: httpx.Response(200, json={"status": "failure"}),
        lambda sent: httpx.Response(200, json=[None, "text", {"text": None}, {"text": " "}, {"image": "x"}]),
    ],
    ids=["down", "slow", "500", "redirect", "html", "deep", "bytes", "silence", "object", "no text"],
)
def test_when_rasa_fails_the_person_reads_whom_to_call_and_can_write_again(visitor: TestClient, rasa, reply) -> None:
    well, rasa.reply = rasa.reply, reply
    answer = visitor.post("/chat", json={"message": "hello"})
    assert answer.status_code == 200
    assert answer.json()["trouble"] is True
    text = answer.json()["messages"][0]["text"]
    assert "something on our side is not working" in text
    assert "020 7946 0000" in text
    assert "999" in text
    rasa.reply = well
    assert visitor.post("/chat", json={"message": "again"}).json()["trouble"] is False
    assert rasa.conversations[0] == rasa.conversations[-1]


def test_bad_buttons_do_not_cost_the_answer(visitor: TestClient, rasa) -> None:
    buttons = [
        None,
        {"title": "no payload"},
        {"title": 1, "payload": 2},
        {"title": "Yes", "payload": "yes", "type": "x"},
    ]
    rasa.reply = lambda sent: httpx.Response(
        200, json=[{"text": "one", "buttons": "x"}, {"text": "two", "buttons": buttons}]
    )
    assert visitor.post("/chat", json={"message": "hello"}).json()["messages"] == [
        {"text": "one", "buttons": []},
        {"text": "two", "buttons": [{"title": "Yes", "payload": "yes"}]},
    ]


@pytest.mark.parametrize("reply", [None, _down, lambda sent: httpx.Response(200, text=f"echo {sent['message']}")])
def test_no_log_holds_what_a_person_wrote(visitor: TestClient, rasa, reply, caplog: pytest.LogCaptureFixture) -> None:
    rasa.reply = reply or rasa.reply
    with caplog.at_level(logging.DEBUG):
        visitor.post("/chat", json={"message": "my secret fear"})
        visitor.post("/chat", content=b"my secret fear", headers={"Content-Type": "application/json"})
    assert "secret fear" not in caplog.text
    assert not rasa.conversations or rasa.conversations[0] not in caplog.text


# -- health ------------------------------------------------------------------------------------------------------------


def test_health_tells_page_and_rasa_apart(visitor: TestClient, rasa, monkeypatch: pytest.MonkeyPatch) -> None:
    assert visitor.get("/health").json() == {"page": "up", "rasa": "up"}

    async def gone(self: object, request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("connection refused")

    monkeypatch.setattr(type(rasa), "__call__", gone)
    answer = visitor.get("/health")
    assert (answer.status_code, answer.json()) == (200, {"page": "up", "rasa": "down"})
