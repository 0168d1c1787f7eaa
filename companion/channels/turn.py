"""The internal channel: answers one message that the public edge has stored. Replies go into the journal, from where
the browser fetches them and the worker delivers them."""

from __future__ import annotations

import asyncio
from typing import Any

from rasa.core.channels.channel import InputChannel, OutputChannel, UserMessage
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse
from sanic.response import json as as_json

from companion.channels.access import requires_token
from companion.channels.gate import SEQ, Gate, Handler
from companion.store import Database, Journal

__all__ = ["TurnInput"]


class _JournalOnly(OutputChannel):
    """The gate has written the reply down: that is all."""

    @classmethod
    def name(cls) -> str:
        """As Rasa's tracker shows it."""
        return "turn"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Nothing is sent from here."""


class TurnInput(InputChannel):
    """POST /webhooks/turn/webhook with {"conversation": id, "seq": place}; the Rasa server's token is required."""

    @classmethod
    def name(cls) -> str:
        """The part of the path."""
        return "turn"

    def blueprint(self, on_new_message: Handler) -> Blueprint:
        """The route. It answers {"state": "answered"}, "elsewhere" (somebody else is at it) or "gone" (erased)."""
        blueprint = Blueprint("turn", __name__)
        gate = Gate.from_environment(on_new_message)
        journal = Journal(Database.from_environment())

        @blueprint.route("/webhook", methods=["POST"])
        @requires_token
        async def answer(request: Request) -> HTTPResponse:
            data = request.json if isinstance(request.json, dict) else {}
            conversation, seq = data.get("conversation"), data.get("seq")
            if not isinstance(conversation, str) or not isinstance(seq, int):
                return as_json({"error": "give conversation (text) and seq (whole number)"}, 400)
            entry = await asyncio.to_thread(journal.entry, conversation, seq)
            place = await asyncio.to_thread(journal.address, conversation)
            if entry is None or place is None:
                return as_json({"state": "gone"})
            message = UserMessage(
                entry.text, _JournalOnly(), conversation, input_channel=place[0], metadata={SEQ: entry.seq}
            )
            return as_json({"state": "answered" if await gate(message) else "elsewhere"})

        return blueprint
