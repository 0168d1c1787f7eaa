"""Which websites may use the widget's API."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from companion.settings import SettingsError
from companion.web.origins import origins_from_environment
from tests.web.conftest import Visitor

ALLOWED = "https://www.example.org"


@pytest.mark.parametrize("path", ["session", "messages", "clear"])
@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example.com",
        "http://www.example.org",
        "https://www.example.org.evil.example.com",
        "https://www.example.org:8443",
        "https://WWW.EXAMPLE.ORG",
        "null",
        "",
        "file://",
    ],
)
def test_any_other_origin_is_refused(client: TestClient, visitor: Visitor, path: str, origin: str) -> None:
    headers = {**visitor.headers, "Origin": origin}
    refused = client.post(f"/api/{path}", json={"id": "x" * 16, "text": "hello"}, headers=headers)
    assert (refused.status_code, refused.json()) == (403, {"error": "other_site"})
    assert "access-control-allow-origin" not in refused.headers
    asked = client.options(f"/api/{path}", headers={"Origin": origin, "Access-Control-Request-Method": "POST"})
    assert asked.status_code == 403
    assert visitor.chat() == []


def test_an_allowed_origin_is_told_so(client: TestClient, visitor: Visitor) -> None:
    asked = client.options(
        "/api/messages",
        headers={
            "Origin": ALLOWED,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,content-type",
        },
    )
    assert asked.status_code == 204
    assert asked.headers["access-control-allow-origin"] == ALLOWED
    assert "Authorization" in asked.headers["access-control-allow-headers"]
    assert "access-control-allow-credentials" not in asked.headers, "there are no cookies to be sent"
    accepted = visitor.write("hello", Origin=ALLOWED)
    assert accepted.status_code == 202
    assert accepted.headers["access-control-allow-origin"] == ALLOWED
    assert "Origin" in accepted.headers["vary"]


def test_its_own_pages_need_no_list(visitor: Visitor) -> None:
    assert visitor.write("hello", Origin="http://testserver").status_code == 202
    assert visitor.write("hello", Origin="https://testserver").status_code == 202, "behind a proxy that ends TLS"


@pytest.mark.parametrize("where", ["cross-site", "same-site"])
def test_a_page_elsewhere_cannot_read_without_saying_who_it_is(client: TestClient, where: str) -> None:
    assert client.get("/api/words", headers={"Sec-Fetch-Site": where}).status_code == 403


def test_a_refusal_can_be_read_by_an_allowed_page(client: TestClient) -> None:
    refused = client.post("/api/messages", json={}, headers={"Origin": ALLOWED})
    assert refused.status_code == 401
    assert refused.headers["access-control-allow-origin"] == ALLOWED


def test_the_setting_is_a_list_of_origins() -> None:
    given = {"COMPANION_ORIGINS": "https://www.example.org, http://localhost:3000"}
    assert origins_from_environment(given) == {"https://www.example.org", "http://localhost:3000"}
    assert origins_from_environment({}) == frozenset()


@pytest.mark.parametrize(
    "origin", ["*", "www.example.org", "https://www.example.org/", "https://*.example.org", "null"]
)
def test_what_is_no_origin_stops_the_start(origin: str) -> None:
    with pytest.raises(SettingsError, match="COMPANION_ORIGINS has"):
        origins_from_environment({"COMPANION_ORIGINS": f"https://www.example.org,{origin}"})
