"""The public edge: pages, the widget with its API, the other platforms' endpoints, and what runs behind them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from companion.store import StoreError
from companion.web import slack, telegram
from companion.web.assets import Assets
from companion.web.edge import Edge
from companion.web.limits import Limits
from companion.web.origins import OriginGuard
from companion.web.pages import Pages
from companion.web.sessions import Sessions
from companion.web.watch import Watch
from companion.web.widget_api import WidgetApi, refuse, unavailable
from companion.web.words import Words

__all__ = ["create_app"]

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
#: For answers that say nothing else. What patients read and write is kept by nobody on the way.
_CACHE = "no-store"


def create_app(
    edge: Edge,
    sessions: Sessions,
    watch: Watch,
    *,
    limits: Limits | None = None,
    origins: frozenset[str] = frozenset(),
) -> ASGIApp:
    """The application. `origins`: the websites that may show the widget, beside this server's own pages.

    Raises `ContentError` for words, `SettingsError` for a platform's settings, that cannot be used.
    """
    words = Words(edge.library, edge.settings)
    api = WidgetApi(edge, sessions, watch, limits or Limits(), words)

    async def health(request: Request) -> Response:
        # 200 whatever is down: restarting this server would not help, and its pages still show the numbers.
        store = await asyncio.to_thread(_store_answers, edge)
        rasa = await edge.turns.rasa_answers()
        return JSONResponse({"page": "up", "rasa": _up(rasa), "store": _up(store)})

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        background = [asyncio.create_task(watch.run()), asyncio.create_task(edge.turns.sweep())]
        yield
        for task in background:
            task.cancel()
        await edge.turns.close()

    routes: list[BaseRoute] = [
        Route("/health", health),
        *api.routes(),
        *telegram.routes(edge),
        *slack.routes(edge),
        *Assets().routes(),
        *Pages(edge.library, edge.settings).routes(),
    ]
    app = Starlette(
        routes=routes, exception_handlers={HTTPException: refuse, StoreError: unavailable}, lifespan=lifespan
    )
    return _SecurityHeaders(OriginGuard(app, origins))


def _store_answers(edge: Edge) -> bool:
    try:
        edge.journal.heads(["health"])
    except StoreError:
        return False
    return True


def _up(works: bool) -> str:
    return "up" if works else "down"


class _SecurityHeaders:
    """Outermost, so that an error's answer has them too."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-cache" if scope["path"].startswith("/static/") else _CACHE)
            await send(message)

        await self._app(scope, receive, send_with_headers)
