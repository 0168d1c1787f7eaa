"""A stand-in for the Rasa server: answers turns as a test says, by writing replies into the journal."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from companion.dialogue.replies import Reply, Writer
from companion.dialogue.subject import Lookup
from companion.store import Journal

TOKEN = "the stand-in's token"


@dataclass
class Said:
    """One reply. `content` as in the journal."""

    text: str
    content: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, reply: Reply, **content: Any) -> Said:
        parts = {"parts": reply.parts} if reply.parts else {}
        return cls(reply.text, {"buttons": reply.as_buttons(), **parts, **content})


class StandIn:
    """As Rasa's TurnInput behind the gate: takes the message, answers it once, says so."""

    def __init__(self, journal: Journal, writer: Writer) -> None:
        self._journal = journal
        self._writer = writer
        self.turns: list[tuple[str, int]] = []
        self.answer: Callable[[str], Sequence[Said]] = self.usual
        #: Instead of a turn: what the server answers.
        self.fault: Callable[[], Response] | None = None
        self.delay = 0.0
        self.app: ASGIApp = Starlette(
            routes=[Route("/", lambda _: Response("up")), Route("/webhooks/turn/webhook", self._turn, methods=["POST"])]
        )

    def usual(self, text: str) -> Sequence[Said]:
        """Answers from the real content, so that the browser is shown what patients are shown."""
        if "chest pain" in text:
            return [Said.of(self._writer.escalation("emergency", "chest_pain"), urgency="emergency")]
        if "fever" in text:
            escalation = self._writer.escalation("urgent", "fever_on_treatment")
            return [
                Said.of(escalation, urgency="urgent"),
                Said.of(self._writer.answer(Lookup("chemotherapy"), first=True)),
            ]
        if "parts" in text:
            parts = {
                "body": "Hormone therapy blocks the hormones that some cancers need.\n\n- tablets\n- injections",
                "sources": [
                    {
                        "title": "Hormone therapy",
                        "address": "https://www.example.org/hormone",
                        "publisher": "Example Press",
                        "checked": "2026-11-22",
                    },
                    {"title": "<b>Bad</b>", "address": "javascript:alert(1)", "publisher": "X", "checked": "never"},
                ],
                "disclaimer": "General information, not medical advice.",
                "ask": "Would you like to see general figures?",
            }
            return [
                Said("all of it", {"parts": parts, "buttons": [{"title": "Tell me more", "payload": "Tell me more"}]})
            ]
        if "more" in text:
            return [Said.of(self._writer.more("hormone_therapy"))]
        if "hormone" in text:
            return [Said.of(self._writer.answer(Lookup("hormone_therapy"), first=True))]
        return [Said(f"You wrote: {text}")]

    async def _turn(self, request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return JSONResponse({"error": "token"}, 401)
        data = await request.json()
        conversation, seq = data["conversation"], data["seq"]
        self.turns.append((conversation, seq))
        if self.fault is not None:
            return self.fault()
        await asyncio.sleep(self.delay)
        state = await asyncio.to_thread(self._answer, conversation, seq)
        return JSONResponse({"state": state})

    def _answer(self, conversation: str, seq: int) -> str:
        entry = self._journal.entry(conversation, seq)
        if entry is None:
            return "gone"
        if not self._journal.take(conversation, seq, seconds=15):
            return "elsewhere"
        if self._journal.holder(conversation) is None:
            for number, said in enumerate(self.answer(entry.text)):
                self._journal.say(
                    conversation, "assistant", said.text, content=said.content, key=f"{seq}.{number}", send=True
                )
        self._journal.answered(conversation, seq)
        return "answered"


class Served:
    """An application on a port of its own, in a thread; can be killed and started again."""

    def __init__(self, app: ASGIApp, port: int) -> None:
        self._app = app
        self.port = port
        self.address = f"http://127.0.0.1:{port}"
        self.start()

    def start(self) -> None:
        config = uvicorn.Config(self._app, port=self.port, log_level="error", ws="none", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        until = time.monotonic() + 10
        while not self._server.started:
            assert time.monotonic() < until, "the server did not come up within 10 s"
            time.sleep(0.02)

    def kill(self) -> None:
        self._server.should_exit = self._server.force_exit = True
        self._thread.join(10)
