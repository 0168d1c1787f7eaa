"""Who may read and write which chat."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from companion.settings import SettingsError
from companion.web.sessions import LIFETIME, Sessions
from tests.web.conftest import SECRET, Visitor


def forged(token: str) -> dict[str, str]:
    """What somebody who does not know the secret may try."""
    conversation, issued, expires, signature = token.split(".")
    other = "web-" + "A" * 32
    plain = hmac.new(SECRET.encode(), f"{conversation}.{issued}.{expires}".encode(), hashlib.sha256).hexdigest()
    return {
        "empty": "",
        "only the chat": conversation,
        "another chat": f"{other}.{issued}.{expires}.{signature}",
        "a longer life": f"{conversation}.{issued}.{int(expires) + 9999}.{signature}",
        "no signature": f"{conversation}.{issued}.{expires}.",
        "zeros": f"{conversation}.{issued}.{expires}.{'0' * 64}",
        "signed for another purpose": f"{conversation}.{issued}.{expires}.{plain}",
        "a case id": f"case-1.{issued}.{expires}.{signature}",
        "wide digits": f"{conversation}.{issued}.１{expires[1:]}.{signature}",
        "a line break": f"{token}\n",
        "something before": f"x{token}",
        "none algorithm": base64.b64encode(b'{"alg":"none"}').decode() + f".{token}",
    }


@pytest.mark.parametrize("how", forged("web-x.1.2.3"))
def test_a_forged_token_is_no_session(how: str) -> None:
    sessions = Sessions(SECRET)
    assert sessions.read(forged(sessions.token(sessions.new()))[how]) is None


@pytest.mark.parametrize("how", [name for name in forged("web-x.1.2.3") if name not in ("wide digits", "a line break")])
def test_a_forged_token_is_refused_everywhere(how: str, client: TestClient, visitor: Visitor) -> None:
    headers = {"Authorization": f"Bearer {forged(visitor.token)[how]}"}
    assert client.post("/api/messages", json={"id": "x" * 16, "text": "hello"}, headers=headers).status_code == 401
    assert client.get("/api/events", headers=headers).status_code == 401
    assert client.post("/api/clear", headers=headers).status_code == 401
    assert visitor.chat() == []


def test_a_token_of_another_service_with_another_secret_is_refused() -> None:
    other = Sessions("a secret of somebody else's")
    assert Sessions(SECRET).read(other.token(other.new())) is None


@pytest.mark.parametrize("path", ["/api/messages", "/api/clear"])
def test_without_a_session_nothing_is_taken(client: TestClient, path: str) -> None:
    refused = client.post(path, json={"id": "x" * 16, "text": "hello"})
    assert refused.status_code == 401
    assert refused.json() == {"error": "no_session"}
    assert refused.headers["www-authenticate"] == "Bearer"


def test_a_token_in_the_address_is_not_looked_at(client: TestClient, visitor: Visitor) -> None:
    for name in ("token", "access_token", "authorization"):
        assert client.get(f"/api/events?{name}={visitor.token}").status_code == 401


def test_a_session_ends_24_hours_after_its_last_renewal(client: TestClient, visitor: Visitor, now: list[float]) -> None:
    now[0] += LIFETIME - 60
    renewed = client.post("/api/session", headers=visitor.headers).json()
    assert renewed["token"].split(".")[0] == visitor.conversation, "renewing keeps the chat"
    assert renewed["expires"] == now[0] + LIFETIME
    now[0] += 61
    assert visitor.write("hello").status_code == 401, "the first token is over"
    visitor.token = renewed["token"]
    assert visitor.write("hello").status_code == 202


def test_an_expired_token_begins_a_new_chat(client: TestClient, visitor: Visitor, now: list[float]) -> None:
    now[0] += LIFETIME
    begun = client.post("/api/session", headers=visitor.headers).json()
    assert begun["token"].split(".")[0] != visitor.conversation


def test_two_visitors_have_two_chats(visitor_of: Callable[[], Visitor]) -> None:
    one, other = visitor_of(), visitor_of()
    one.write("mine")
    other.write("theirs")
    assert one.answers() == ["You wrote: mine"]
    assert other.answers() == ["You wrote: theirs"]


def test_the_chat_cannot_be_chosen_in_the_message(client: TestClient, visitor_of: Callable[[], Visitor]) -> None:
    victim, attacker = visitor_of(), visitor_of()
    chosen = {"id": "x" * 16, "text": "hello", "conversation": victim.conversation, "sender": victim.conversation}
    assert client.post("/api/messages", json=chosen, headers=attacker.headers).status_code == 202
    assert victim.chat() == []


@pytest.mark.parametrize(("secret", "complaint"), [("", "not set"), ("short", "too short")])
def test_a_poor_secret_is_refused(secret: str, complaint: str) -> None:
    with pytest.raises(SettingsError, match=f"WEB_SECRET is {complaint}"):
        Sessions(secret)
