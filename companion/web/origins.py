"""Which websites may use the widget's API from their pages (CORS)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from companion.settings import SettingsError

__all__ = ["OriginGuard", "origins_from_environment"]

_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:\d{1,5})?")
_METHODS = "GET, POST"
_HEADERS = "Authorization, Content-Type, Last-Event-ID"
#: Seconds for which a browser need not ask again.
_REMEMBERED = "600"


def origins_from_environment(environment: Mapping[str, str]) -> frozenset[str]:
    """The origins in COMPANION_ORIGINS, separated by commas. Raises `SettingsError` for one that is none."""
    given = [part.strip() for part in (environment.get("COMPANION_ORIGINS") or "").split(",") if part.strip()]
    for origin in given:
        if not _ORIGIN.fullmatch(origin):
            raise SettingsError(
                f"COMPANION_ORIGINS has '{origin}'; use https://www.example.org, without a path and in lower case"
            )
    return frozenset(given)


class OriginGuard:
    """Refuses other sites' requests below `/api/` with 403, and answers browsers that ask beforehand."""

    def __init__(self, app: ASGIApp, origins: frozenset[str]) -> None:
        """`origins`: those allowed beside the server's own."""
        self._app = app
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As any ASGI application."""
        if scope["type"] != "http" or not scope["path"].startswith("/api/"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        if not self._welcome(headers, origin):
            await JSONResponse({"error": "other_site"}, 403, {"Vary": "Origin"})(scope, receive, send)
            return
        preflight = scope["method"] == "OPTIONS" and "access-control-request-method" in headers
        app = Response(status_code=204) if preflight else self._app

        async def send_with_origin(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer = MutableHeaders(scope=message)
                answer.add_vary_header("Origin")
                if origin is not None:
                    answer["Access-Control-Allow-Origin"] = origin
                    answer["Access-Control-Expose-Headers"] = "Retry-After"
                if preflight:
                    answer["Access-Control-Allow-Methods"] = _METHODS
                    answer["Access-Control-Allow-Headers"] = _HEADERS
                    answer["Access-Control-Max-Age"] = _REMEMBERED
            await send(message)

        await app(scope, receive, send_with_origin)

    def _welcome(self, headers: Headers, origin: str | None) -> bool:
        if origin is None:
            # A browser leaves the header out only for its own site's reading; a program that is no browser sends none.
            return headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")
        # The host alone is compared: behind a proxy that ends TLS the scheme differs.
        return origin in self._origins or origin.partition("://")[2] == headers.get("host")
