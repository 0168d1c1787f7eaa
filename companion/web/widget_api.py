"""What the widget in a patient's browser asks for: a session, sending, listening, clearing, its words."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from companion.store import Received, StoreError
from companion.web.edge import Edge
from companion.web.events import Stream
from companion.web.limits import Limits, RateLimit, client_address
from companion.web.payload import legible
from companion.web.sessions import Session, Sessions
from companion.web.watch import Watch
from companion.web.words import Words

__all__ = ["WidgetApi"]

CHANNEL = "web"
_LARGEST = 8 * 1024  # bytes of a request
#: The browser's own id of a message.
_KEY = re.compile(r"[\w-]{8,64}", re.ASCII)
#: A larger number is no place in a chat, and no database would take it.
_PLACE = re.compile(r"\d{1,18}", re.ASCII)
#: Seconds after which a tab that was one too many may try to listen again.
_ANOTHER_TRY = 30


@dataclass(frozen=True)
class WidgetApi:
    """The routes below `/api/`. Every refusal is {"error": code}; the widget has the words for it."""

    edge: Edge
    sessions: Sessions
    watch: Watch
    limits: Limits
    words: Words

    def routes(self) -> list[Route]:
        """To be mounted by the application."""
        return [
            Route("/api/session", self.session, methods=["POST"]),
            Route("/api/messages", self.message, methods=["POST"]),
            Route("/api/events", self.events),
            Route("/api/clear", self.clear, methods=["POST"]),
            Route("/api/words", self.own_words),
        ]

    async def session(self, request: Request) -> Response:
        """A new session; or, for a token that is still good, the same chat for another 24 hours."""
        known = self._known(request)
        if known is None:
            self._count(self.limits.sessions_by_address, client_address(request, self.limits.proxies))
        session = self.sessions.new() if known is None else self.sessions.renew(known)
        return JSONResponse({"token": self.sessions.token(session), "expires": session.expires})

    async def message(self, request: Request) -> Response:
        """Stores what the person wrote, once for each id that the browser gave it, and has it answered."""
        session = self._require(request)
        key, text = await _message(request)
        self._count(self.limits.messages_by_address, client_address(request, self.limits.proxies))
        self._count(self.limits.messages, session.conversation)
        received = await asyncio.to_thread(self._receive, session.conversation, key, text)
        if received.state != "answered":
            self.edge.turns.start(session.conversation, received.seq)
        return JSONResponse({"seq": received.seq}, 202)

    async def events(self, request: Request) -> Response:
        """The stream of what is new. `Last-Event-ID`, or `after`: the last message the browser has."""
        session = self._require(request)
        if self.watch.count(session.conversation) >= self.limits.streams:
            raise HTTPException(429, "too_many", {"Retry-After": str(_ANOTHER_TRY)})
        after = request.headers.get("last-event-id") or request.query_params.get("after") or "0"
        if not _PLACE.fullmatch(after):
            raise HTTPException(400, "not_a_place")
        stream = Stream(self.edge.journal, self.watch, self.sessions, session, int(after))
        # The last header asks nginx to pass on each event at once.
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(stream.events(), media_type="text/event-stream", headers=headers)

    async def clear(self, request: Request) -> Response:
        """Erases this chat's messages."""
        session = self._require(request)
        await asyncio.to_thread(self.edge.journal.erase, session.conversation)
        return JSONResponse({"erased": True})

    async def own_words(self, request: Request) -> Response:
        """The widget's words in the language asked for (`locale`), the greeting and the numbers to call."""
        words = self.words.of(request.query_params.get("locale") or "")
        greeting = self.edge.writer.notice("greet")
        shown = {"text": greeting.text, "buttons": greeting.as_buttons()}
        return JSONResponse({**words, "greeting": shown}, headers={"Cache-Control": "public, max-age=300"})

    def _receive(self, conversation: str, key: str, text: str) -> Received:
        journal = self.edge.journal
        if not journal.heads([conversation]):
            # What the person answered to belongs to the chat; before they write, nothing of them is stored.
            greeting = self.edge.writer.notice("greet")
            content = {"greeting": True, "buttons": greeting.as_buttons()}
            journal.say(conversation, "assistant", greeting.text, channel=CHANNEL, content=content, key="greeting")
        return journal.receive(conversation, CHANNEL, text, key=key, content={"key": key})

    def _known(self, request: Request) -> Session | None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        return self.sessions.read(token) if scheme.lower() == "bearer" else None

    def _require(self, request: Request) -> Session:
        session = self._known(request)
        if session is None:
            raise HTTPException(401, "no_session", {"WWW-Authenticate": "Bearer"})
        return session

    @staticmethod
    def _count(limit: RateLimit, name: str) -> None:
        if seconds := limit.wait(name):
            raise HTTPException(429, "too_many", {"Retry-After": str(seconds)})


async def refuse(request: Request, error: Exception) -> Response:
    """The answer to a request that was refused."""
    assert isinstance(error, HTTPException)
    return JSONResponse({"error": error.detail}, error.status_code, error.headers)


async def unavailable(request: Request, error: Exception) -> Response:
    """The answer while the database does not work: nothing was stored, the browser tries again."""
    assert isinstance(error, StoreError)
    return JSONResponse({"error": "unavailable"}, 503, {"Retry-After": "2"})


async def _message(request: Request) -> tuple[str, str]:
    """The browser's id of the message, and what the person wrote. Raises `HTTPException` where it is no message."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise HTTPException(415, "not_json")
    body = b""
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > _LARGEST:
                raise HTTPException(413, "too_large")
        data: Any = json.loads(body)
    except (ClientDisconnect, ValueError, RecursionError):
        raise HTTPException(400, "not_json") from None
    key, text = (data.get("id"), data.get("text")) if isinstance(data, dict) else (None, None)
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        raise HTTPException(400, "no_id")
    text = legible(text) if isinstance(text, str) else ""
    if not text:
        raise HTTPException(400, "empty")
    return key, text
