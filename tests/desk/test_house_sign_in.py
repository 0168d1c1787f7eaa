"""Sign-in by the house's own accounts, against an issuer that stands in for the house's."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import parse_qs, urlparse

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from companion.cases.service import Service
from companion.desk.accounts import Accounts
from companion.desk.app import create_app
from companion.desk.danger import Danger
from companion.desk.settings import DeskSettings
from companion.store import Database
from tests.desk.conftest import BRITISH, Person

ISSUER, DESK = "http://127.0.0.1:9400", "http://testserver"


class Issuer:
    """Says who signs in; `claims` changes what it says, `key` whose signature is on it."""

    def __init__(self) -> None:
        self.key = self.published = RSAKey.generate_key(2048, {"kid": "one"}, private=True)
        self.claims: dict[str, Any] = {}
        self.issuer = ISSUER
        self.nonce = ""
        self.app = Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._metadata),
                Route("/token", self._token, methods=["POST"]),
                Route("/keys", self._keys),
            ]
        )

    async def _metadata(self, request: Request) -> JSONResponse:
        places = {"authorization_endpoint": "/authorise", "token_endpoint": "/token", "jwks_uri": "/keys"}
        return JSONResponse({"issuer": self.issuer, **{name: ISSUER + path for name, path in places.items()}})

    async def _token(self, request: Request) -> JSONResponse:
        form = parse_qs((await request.body()).decode())
        if form.get("code") != ["good"] or not form.get("code_verifier"):
            return JSONResponse({"error": "invalid_grant"}, 400)
        claims = {
            "iss": ISSUER,
            "aud": "desk",
            "sub": "1",
            "exp": int(time.time()) + 300,
            "nonce": self.nonce,
            "preferred_username": "anna",
        }
        token = jwt.encode({"alg": "RS256", "kid": "one"}, {**claims, **self.claims}, self.key)
        return JSONResponse({"access_token": "x", "token_type": "Bearer", "id_token": token})

    async def _keys(self, request: Request) -> JSONResponse:
        return JSONResponse({"keys": [self.published.as_dict(private=False)]})


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
def app(issuer: Issuer, store: Database, accounts: Accounts, service: Service, rules_only: Danger) -> ASGIApp:
    environment = {
        "DESK_URL": DESK,
        "DESK_OIDC_ISSUER": ISSUER,
        "DESK_OIDC_CLIENT_ID": "desk",
        "DESK_OIDC_CLIENT_SECRET": "secret",
    }
    return create_app(
        database=store,
        service=service,
        settings=BRITISH,
        desk=DeskSettings.from_environment(environment),
        accounts=accounts,
        danger=rules_only,
        transport=httpx.ASGITransport(issuer.app),
    )


def come_back(
    app: ASGIApp, issuer: Issuer, *, code: str = "good", state: str | None = None
) -> tuple[Person, httpx.Response]:
    """To the issuer and back."""
    someone = Person(app)
    someone.browser.follow_redirects = False
    away = someone.get("/sign-in/house")
    assert away.headers["location"].startswith(f"{ISSUER}/authorise?")
    query = parse_qs(urlparse(away.headers["location"]).query)
    assert query["code_challenge_method"] == ["S256"]
    issuer.nonce = query["nonce"][0]
    back = someone.browser.get("/sign-in/house/back", params={"code": code, "state": state or query["state"][0]})
    someone.browser.follow_redirects = True
    return someone, back


def test_an_account_that_exists_comes_in(app: ASGIApp, issuer: Issuer) -> None:
    assert "Sign in with your house account" in Person(app).get("/sign-in").text
    someone, back = come_back(app, issuer)
    assert back.status_code == 200
    assert "Anna, breast care nurse" in someone.get("/").text


@pytest.mark.parametrize(
    "claims",
    [
        {"preferred_username": "stranger"},
        {"preferred_username": None, "email": "anna", "email_verified": False},
        {"preferred_username": None},
        {"aud": "another"},
        {"aud": ["desk", "another"], "azp": "another"},
        {"iss": "https://evil.example.org"},
        {"exp": 1},
        {"exp": None},
        {"nonce": "of another sign-in"},
    ],
)
def test_what_proves_nothing_is_refused(claims: dict[str, Any], app: ASGIApp, issuer: Issuer) -> None:
    issuer.claims = claims
    someone, back = come_back(app, issuer)
    assert back.status_code == 403
    assert someone.get("/").url.path == "/sign-in"


def test_another_ones_signature_is_refused(app: ASGIApp, issuer: Issuer) -> None:
    issuer.key = RSAKey.generate_key(2048, {"kid": "one"}, private=True)
    assert come_back(app, issuer)[1].status_code == 403


def test_a_wrong_code_or_state_is_refused(app: ASGIApp, issuer: Issuer) -> None:
    assert come_back(app, issuer, code="bad")[1].status_code == 403
    assert come_back(app, issuer, state="forged")[1].status_code == 403
    assert Person(app).get("/sign-in/house/back?code=good&state=x").status_code == 403


def test_another_issuer_at_that_address_is_refused(app: ASGIApp, issuer: Issuer) -> None:
    issuer.issuer = "https://evil.example.org"
    assert Person(app).get("/sign-in/house").status_code == 403


def test_a_disabled_account_stays_out(app: ASGIApp, issuer: Issuer, accounts: Accounts) -> None:
    accounts.disable("anna")
    assert come_back(app, issuer)[1].status_code == 403
