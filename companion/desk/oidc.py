"""Sign-in by the house's own accounts (OpenID Connect: authorisation code, PKCE). Only accounts that exist come in."""

from __future__ import annotations

import logging
import secrets
import time
from typing import Any

import httpx
from authlib.common.urls import add_params_to_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from itsdangerous import BadSignature, URLSafeTimedSerializer
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from companion.desk.accounts import Accounts
from companion.desk.entrance import Entrance, home_of
from companion.desk.pages import Pages
from companion.desk.settings import DeskSettings

__all__ = ["OidcEntrance"]

#: Seconds that somebody may take at the issuer's.
_PATIENCE = 600
_TIMEOUT = 10.0
_SKEW = 60  # seconds that two clocks may differ
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
_BACK = "/sign-in/house/back"
_COOKIE = "house"
_log = logging.getLogger(__name__)


class _NotLetInError(Exception):
    """The issuer's answer does not prove who it is; for the log, without names."""


class OidcEntrance:
    """The second door. The issuer says who somebody is; what they may do stays with the account of that login."""

    def __init__(
        self,
        desk: DeskSettings,
        *,
        entrance: Entrance,
        accounts: Accounts,
        pages: Pages,
        secure: bool,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """`desk.oidc` and `desk.address` are set. `transport`: how the issuer is reached, for tests."""
        assert desk.oidc is not None
        self._oidc = desk.oidc
        self._back = f"{desk.address}{_BACK}"
        self._entrance = entrance
        self._accounts = accounts
        self._pages = pages
        self._secure = secure
        self._transport = transport
        self._signer = URLSafeTimedSerializer(desk.secret, salt="companion.desk.oidc")

    def routes(self) -> list[Route]:
        """Where it begins, and where the issuer sends people back to."""
        return [Route("/sign-in/house", self.begin), Route(_BACK, self.back)]

    async def begin(self, request: Request) -> Response:
        """GET /sign-in/house: to the issuer. A link, not a form: the policy lets forms go to this desk alone."""
        carried = {name: secrets.token_urlsafe(32) for name in ("state", "nonce", "verifier")}
        try:
            metadata = await self._metadata()
            query = {
                "response_type": "code",
                "client_id": self._oidc.client_id,
                "redirect_uri": self._back,
                "scope": "openid profile email",
                "state": carried["state"],
                "nonce": carried["nonce"],
                "code_challenge": create_s256_code_challenge(carried["verifier"]),
                "code_challenge_method": "S256",
            }
            address = add_params_to_uri(metadata["authorization_endpoint"], list(query.items()))
        except (httpx.HTTPError, KeyError, ValueError, _NotLetInError) as error:
            return self._refused(error)
        response = RedirectResponse(address, 303)
        # Lax, not strict: the way back begins at another site.
        response.set_cookie(
            _COOKIE,
            self._signer.dumps(carried),
            _PATIENCE,
            httponly=True,
            samesite="lax",
            secure=self._secure,
            path=_BACK,
        )
        return response

    async def back(self, request: Request) -> Response:
        """GET /sign-in/house/back: from the issuer, with a code."""
        try:
            carried = self._signer.loads(request.cookies.get(_COOKIE, ""), max_age=_PATIENCE)
            claims = await self._claims(request, carried)
            login = claims.get("preferred_username") or (claims.get("email") if claims.get("email_verified") else None)
            member = await run_in_threadpool(self._accounts.by_login, str(login)) if login else None
            if member is None:
                raise _NotLetInError("no account here")
        except (httpx.HTTPError, BadSignature, JoseError, KeyError, TypeError, ValueError, _NotLetInError) as error:
            return self._refused(error)
        # A page, not a redirect: to a browser that would be a part of the issuer's, and a strict cookie stays out.
        page = self._pages.page("signed_in.html", {"home": home_of(member)})
        page.delete_cookie(_COOKIE, path=_BACK)
        return await self._entrance.let_in(member, page)

    async def _claims(self, request: Request, carried: dict[str, str]) -> dict[str, Any]:
        """What the issuer says of the person. Raises where it is not proved."""
        query = request.query_params
        if not query.get("code") or not secrets.compare_digest(query.get("state", ""), carried["state"]):
            raise _NotLetInError("state")
        metadata = await self._metadata()
        grant = {
            "grant_type": "authorization_code",
            "code": query["code"],
            "redirect_uri": self._back,
            "code_verifier": carried["verifier"],
        }
        async with self._client() as client:
            secret = (self._oidc.client_id, self._oidc.client_secret)
            token = (await client.post(metadata["token_endpoint"], data=grant, auth=secret)).raise_for_status().json()
            keys = KeySet.import_key_set((await client.get(metadata["jwks_uri"])).raise_for_status().json())
        client_id = self._oidc.client_id
        claims = dict(jwt.decode(token["id_token"], keys, algorithms=_ALGORITHMS).claims)
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        sound = {
            "iss": claims.get("iss") == metadata["issuer"],
            "aud": client_id in audiences and claims.get("azp", client_id) == client_id,
            "nonce": secrets.compare_digest(str(claims.get("nonce", "")), carried["nonce"]),
            "exp": isinstance(claims.get("exp"), (int, float)) and claims["exp"] > time.time() - _SKEW,
        }
        for name, holds in sound.items():
            if not holds:
                raise _NotLetInError(name)
        return claims

    async def _metadata(self) -> dict[str, Any]:
        async with self._client() as client:
            answer = await client.get(f"{self._oidc.issuer}/.well-known/openid-configuration")
            metadata = dict(answer.raise_for_status().json())
        if str(metadata.get("issuer", "")).rstrip("/") != self._oidc.issuer:
            raise _NotLetInError("another issuer")
        return metadata

    def _client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=self._transport, timeout=_TIMEOUT)

    def _refused(self, error: Exception) -> Response:
        reason = str(error) if isinstance(error, _NotLetInError) else type(error).__name__
        _log.warning("the house's sign-in did not let somebody in: %s", reason)
        return self._pages.message("house_refused", 403)
