"""The web application: the page, POST /chat, /health."""

from __future__ import annotations

import contextlib
import json
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from companion.content import Library, contact_phrases, render, spell
from companion.dialogue.replies import Writer
from companion.settings import Settings, SettingsError
from companion.web.conversation import Conversations, RateLimit
from companion.web.rasa import Rasa, RasaError

__all__ = ["COOKIE", "create_app"]

COOKIE = "conversation"
_HERE = Path(__file__).parent
_LARGEST = 8 * 1024  # bytes of a request
_SHORTEST_SECRET = 16
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
_log = logging.getLogger(__name__)


def create_app(*, secret: str, settings: Settings, rasa: Rasa, limit: RateLimit | None = None) -> ASGIApp:
    """The application. Raises `ContentError` for content, `SettingsError` for a secret, that cannot be used."""
    if len(secret) < _SHORTEST_SECRET:
        fault = "too short" if secret else "not set"
        raise SettingsError(f"WEB_SECRET is {fault}; set {_SHORTEST_SECRET}+ random characters, or use 'make run'")
    library = Library.load()
    page, refusals = _page(library, settings)
    trouble = Writer(library, settings).notice("trouble").text
    conversations, rate = Conversations(secret), limit or RateLimit()

    async def show(request: Request) -> Response:
        return HTMLResponse(page)

    async def chat(request: Request) -> Response:
        _require_same_origin(request)
        text = await _text(request)
        # The first message starts a conversation, and so does one with a cookie that is not ours: a person who writes
        # after a restart gets an answer, and a forged id is never used.
        conversation = conversations.read(request.cookies.get(COOKIE)) or conversations.new()
        if seconds := rate.wait(conversation):
            raise HTTPException(429, "too_many", {"Retry-After": str(seconds)})
        try:
            answer = {"messages": await rasa.say(conversation, text), "trouble": False}
        except RasaError as error:
            _log.error("no answer from Rasa: %s", error)
            # 200: a proxy in between may put its own page in place of an error, and the numbers would be lost.
            answer = {"messages": [{"text": trouble, "buttons": []}], "trouble": True}
        response = JSONResponse(answer)
        secure = settings.production or request.url.scheme == "https"
        response.set_cookie(COOKIE, conversations.sign(conversation), httponly=True, samesite="strict", secure=secure)
        return response

    async def health(request: Request) -> Response:
        # 200 also while Rasa is down: restarting the page would not help, and it still shows the numbers.
        return JSONResponse({"page": "up", "rasa": "up" if await rasa.answers() else "down"})

    async def refuse(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        body = {"error": error.detail, "text": refusals.get(error.detail, error.detail)}
        return JSONResponse(body, error.status_code, error.headers)

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        yield
        await rasa.close()

    routes = [
        Route("/", show),
        Route("/chat", chat, methods=["POST"]),
        Route("/health", health),
        Mount("/static", StaticFiles(directory=_HERE / "static")),
    ]
    return _SecurityHeaders(Starlette(routes=routes, exception_handlers={HTTPException: refuse}, lifespan=lifespan))


def _page(library: Library, settings: Settings) -> tuple[str, dict[str, str]]:
    """The page as HTML, and what is said to a request that is refused."""
    phrases, writer = contact_phrases(library.helplines, settings), Writer(library, settings)
    words = {
        part: {name: spell(render(text, phrases), library.american, settings.locale) for name, text in texts.items()}
        for part, texts in yaml.safe_load((_HERE / "words.yml").read_text(encoding="utf-8")).items()
    }
    templates = Environment(loader=FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=StrictUndefined)
    notices = {"greeting": writer.notice("greet"), "trouble": writer.notice("trouble").text}
    page = templates.get_template("page.html").render(**words["page"], **notices, **phrases, language=settings.locale)
    return page, words["refusals"]


def _require_same_origin(request: Request) -> None:
    """Raises `HTTPException` for another site's request. A program that is no browser sends neither header."""
    origin = request.headers.get("origin")
    site = request.headers.get("sec-fetch-site", "same-origin")
    # The host alone is compared: behind a proxy that ends TLS the scheme differs.
    if site != "same-origin" or (origin is not None and origin.partition("://")[2] != request.headers.get("host")):
        raise HTTPException(403, "other_site")


async def _text(request: Request) -> str:
    """What the person wrote. Raises `HTTPException` where the request is no message."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise HTTPException(415, "not_json")
    body = b""
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > _LARGEST:
                raise HTTPException(413, "too_large")
        data = json.loads(body)
    except (ClientDisconnect, ValueError, RecursionError):
        raise HTTPException(400, "not_json") from None
    text = data.get("message") if isinstance(data, dict) else None
    if not isinstance(text, str) or not text.strip():
        raise HTTPException(400, "empty")
    # Half of an emoji cannot be sent on.
    return text.encode("utf-8", "replace").decode()


class _SecurityHeaders:
    """Outermost, so that an error's answer has them too."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(_HEADERS)
                headers["Cache-Control"] = "no-cache" if scope["path"].startswith("/static/") else "no-store"
            await send(message)

        await self._app(scope, receive, send_with_headers)
