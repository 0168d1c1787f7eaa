"""Writing to the assistant: what is stored, what is refused, and that a chat can be cleared."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable

import pytest
from starlette.responses import Response
from starlette.testclient import TestClient

from companion.web.limits import Limits, RateLimit
from tests.web.conftest import KEY, Site, Visitor
from tests.web.standin import StandIn


def test_a_message_is_stored_and_answered(visitor: Visitor) -> None:
    accepted = visitor.write("What is hormone therapy?")
    assert accepted.status_code == 202
    assert "Hormone therapy treats breast cancer" in visitor.answers()[0]
    assert [entry.sender for entry in visitor.chat()] == ["assistant", "patient", "assistant"]
    assert visitor.chat()[1].seq == accepted.json()["seq"]


def test_the_greeting_is_stored_with_the_first_message_and_once(visitor: Visitor) -> None:
    assert visitor.chat() == []
    visitor.write("hello")
    visitor.answers()
    visitor.write("again", "b" * 16)
    visitor.answers(2)
    greetings = [entry for entry in visitor.chat() if entry.content.get("greeting")]
    assert len(greetings) == 1
    assert greetings[0].text.startswith("Hello. I am an automated assistant")


def test_the_same_message_sent_again_is_one_message_with_one_answer(visitor: Visitor, rasa: StandIn) -> None:
    places = {visitor.write("hello").json()["seq"] for _ in range(5)}
    visitor.answers()
    places.add(visitor.write("hello").json()["seq"])
    assert len(places) == 1
    assert visitor.answers() == ["You wrote: hello"]


def test_a_recorded_message_replayed_later_changes_nothing(visitor: Visitor, now: list[float]) -> None:
    visitor.write("hello")
    visitor.answers()
    before = visitor.chat()
    now[0] += 3600
    assert visitor.write("something else under the old id").status_code == 202
    assert visitor.chat() == before


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "not_json"),
        (b"hello", "not_json"),
        (b'{"id": "0123456789abcdef", "text": "half', "not_json"),
        (b"\xff\xfe", "not_json"),
        (b"[" * 4000, "not_json"),
        (b"[]", "no_id"),
        (b"null", "no_id"),
        (b'{"text": "no id"}', "no_id"),
        (b'{"id": 7, "text": "a number"}', "no_id"),
        (b'{"id": "short", "text": "hello"}', "no_id"),
        (b'{"id": "0123456789abcdef\\n", "text": "hello"}', "no_id"),
        (b'{"id": "0123456789abcdef"}', "empty"),
        (b'{"id": "0123456789abcdef", "text": " \\n\\t "}', "empty"),
        (b'{"id": "0123456789abcdef", "text": "\\u200b\\u202e\\u0000"}', "empty"),
        (b'{"id": "0123456789abcdef", "text": ["a", "list"]}', "empty"),
        (b'{"id": "0123456789abcdef", "text": {"$ne": null}}', "empty"),
    ],
)
def test_what_is_no_message_is_refused(client: TestClient, visitor: Visitor, body: bytes, code: str) -> None:
    headers = {**visitor.headers, "Content-Type": "application/json"}
    refused = client.post("/api/messages", content=body, headers=headers)
    assert (refused.status_code, refused.json()) == (400, {"error": code})
    assert visitor.chat() == []


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_another_kind_of_body_is_refused(client: TestClient, visitor: Visitor, kind: str) -> None:
    body = json.dumps({"id": KEY, "text": "hello"})
    refused = client.post("/api/messages", content=body, headers={**visitor.headers, "Content-Type": kind})
    assert refused.status_code == 415


def test_more_than_8_kib_is_refused_however_it_is_sent(client: TestClient, visitor: Visitor) -> None:
    assert visitor.write("x" * 8192).status_code == 413
    chunks = (b'{"id": "0123456789abcdef", "text": "' for _ in range(400))
    headers = {**visitor.headers, "Content-Type": "application/json"}
    assert client.post("/api/messages", content=chunks, headers=headers).status_code == 413
    assert visitor.chat() == []
    assert visitor.write("x" * 8000).status_code == 202


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("'; DROP TABLE messages; --", "'; DROP TABLE messages; --"),
        ("{{ 7*7 }} ${7*7} %s", "{{ 7*7 }} ${7*7} %s"),
        ("sho\u200bulder \u202eof\u202c 39", "shoulder of 39"),
        ("zero\x00 one", "zero  one"),
        ("half \ud83d an emoji", "half  an emoji"),
        ("whole \U0001f337", "whole \U0001f337"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("line\nbreak\n\nevent: message\ndata: {}", "line\nbreak\n\nevent: message\ndata: {}"),
    ],
)
def test_odd_text_is_only_text_and_hides_nothing(client: TestClient, visitor: Visitor, typed: str, stored: str) -> None:
    body = json.dumps({"id": KEY, "text": typed}).encode()
    headers = {**visitor.headers, "Content-Type": "application/json; charset=utf-8"}
    assert client.post("/api/messages", content=body, headers=headers).status_code == 202
    assert visitor.answers() == [f"You wrote: {stored}"]


def test_a_thousand_messages_a_minute_stop_one_sender_and_nobody_else(visitor_of: Callable[[], Visitor]) -> None:
    flood, other = visitor_of(), visitor_of()
    answers = [flood.write("again", f"message-{number:04}") for number in range(200)]
    assert [answer.status_code for answer in answers].count(202) == 30
    assert {answer.status_code for answer in answers[30:]} == {429}
    assert answers[-1].json() == {"error": "too_many"}
    assert int(answers[-1].headers["retry-after"]) == 60
    assert other.write("I have chest pain").status_code == 202
    assert other.answers()[0].startswith("Call 999 now.")


def test_many_chats_from_one_address_are_slowed_down(site: Site, now: list[float]) -> None:
    app = site.app(limits=Limits(messages_by_address=RateLimit(5, 60, clock=lambda: now[0])))
    with TestClient(app) as client:
        visitors = [Visitor(client, site.journal) for _ in range(4)]
        codes = [one.write("hello", f"message-{n:04}").status_code for one in visitors for n in range(2)]
        assert codes == [202] * 5 + [429] * 3
        now[0] += 60
        assert visitors[0].write("hello", "c" * 16).status_code == 202


def test_new_chats_from_one_address_are_counted(client: TestClient, now: list[float]) -> None:
    codes = [client.post("/api/session").status_code for _ in range(121)]
    assert codes == [200] * 120 + [429]
    now[0] += 600
    assert client.post("/api/session").status_code == 200


@pytest.mark.parametrize(
    ("proxies", "forwarded", "codes"),
    [
        (0, ["198.51.100.1", "198.51.100.2"], [200, 429]),
        (1, ["198.51.100.1", "198.51.100.2"], [200, 200]),
        (1, ["203.0.113.9, 198.51.100.1", "203.0.113.10, 198.51.100.1"], [200, 429]),
        (2, ["198.51.100.1, 10.0.0.1", "198.51.100.2, 10.0.0.1"], [200, 200]),
        (1, ["2001:db8::1", "2001:db8::ffff"], [200, 429]),
        (1, ["2001:db8::1", "2001:db8:0:1::1"], [200, 200]),
        (1, ["nonsense", "nonsense"], [200, 429]),
    ],
)
def test_an_address_counts_as_our_own_proxies_saw_it(
    site: Site, proxies: int, forwarded: list[str], codes: list[int]
) -> None:
    app = site.app(limits=Limits(sessions_by_address=RateLimit(1, 60), proxies=proxies))
    with TestClient(app) as client:
        given = [client.post("/api/session", headers={"X-Forwarded-For": one}).status_code for one in forwarded]
    assert given == codes


def test_a_cleared_chat_is_gone(client: TestClient, visitor: Visitor) -> None:
    visitor.write("something I regret")
    visitor.answers()
    assert client.post("/api/clear", headers=visitor.headers).json() == {"erased": True}
    assert visitor.chat() == []
    assert client.post("/api/clear", headers=visitor.headers).status_code == 200, "twice does no harm"


def test_when_the_database_does_not_answer_nothing_pretends_to_be_stored(
    client: TestClient, visitor: Visitor, database: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    from companion.store import Journal, StoreError

    def broken(*_: object, **__: object) -> None:
        raise StoreError("OperationalError")

    monkeypatch.setattr(Journal, "heads", broken)
    refused = visitor.write("hello")
    assert (refused.status_code, refused.json()) == (503, {"error": "unavailable"})
    assert client.get("/health").json() == {"page": "up", "rasa": "up", "store": "down"}


def test_no_log_holds_what_a_person_wrote(
    client: TestClient, visitor: Visitor, rasa: StandIn, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    rasa.fault = lambda: Response("nothing", 500)
    visitor.write("my secret-fear")
    visitor.answers()
    assert "no answer from Rasa: HTTPStatusError" in caplog.text
    assert "secret-fear" not in caplog.text
    assert visitor.conversation not in caplog.text
