"""The REST channel, for hotline software. One form with Rasa's own; behind the gate."""

from __future__ import annotations

import asyncio
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse
from sanic.response import json as as_json

from companion.channels.access import requires_token_unless_local
from companion.channels.gate import KEY, Gate, Handler
from companion.store import Database, Journal

__all__ = ["RestChannel", "WholeMessages"]

_MAX_SENDER = 200
_MAX_BYTES = 200_000
#: Chats of other channels, which nobody may enter by this one.
_OTHERS = ("web-", "telegram-", "slack-")


class WholeMessages(CollectingOutputChannel):
    """Collects messages as they are; Rasa's own cuts a text at every blank line and drops what it does not know."""

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Keeps an answer, its sources and its disclaimer together."""
        kept = {name: value for name, value in message.items() if value and name != "utter_action"}
        await self._persist_message({"recipient_id": recipient_id, **kept})


class RestChannel(InputChannel):
    """POST /webhooks/rest/webhook with {"sender", "message"} and perhaps "id" (the same one twice is one message).

    Answers the replies as Rasa's own REST channel does. GET /webhooks/rest/messages?sender=&after= gives everything in
    the chat after a place, also what a person of the staff wrote. A token is required in production, and wherever the
    server listens for other machines.
    """

    @classmethod
    def name(cls) -> str:
        """The part of the path."""
        return "rest"

    def blueprint(self, on_new_message: Handler) -> Blueprint:
        """The routes."""
        blueprint = Blueprint("rest", __name__)
        gate = Gate.from_environment(on_new_message)
        journal = Journal(Database.from_environment())

        @blueprint.route("/", methods=["GET"])
        async def health(request: Request) -> HTTPResponse:
            return as_json({"status": "ok"})

        @blueprint.route("/webhook", methods=["POST"])
        @requires_token_unless_local
        async def say(request: Request) -> HTTPResponse:
            fault = _fault(request)
            if fault is not None:
                return as_json({"error": fault}, 400)
            output = WholeMessages()
            key = request.json.get("id")
            metadata = {KEY: str(key)} if key else {}
            text, sender = request.json["message"], request.json["sender"]
            await gate(UserMessage(text, output, sender, input_channel=self.name(), metadata=metadata))
            return as_json(output.messages)

        @blueprint.route("/messages", methods=["GET"])
        @requires_token_unless_local
        async def read(request: Request) -> HTTPResponse:
            sender, after = request.args.get("sender") or "", request.args.get("after") or "0"
            if not sender or sender.startswith(_OTHERS) or not (after.isascii() and after.isdigit()):
                return as_json({"error": "give sender, and after as a whole number"}, 400)
            entries = await asyncio.to_thread(journal.since, sender, min(int(after), 2**62))
            return as_json(
                [
                    {"seq": one.seq, "sender": one.sender, "name": one.name, "text": one.text, **one.content}
                    for one in entries
                ]
            )

        return blueprint


def _fault(request: Request) -> str | None:
    """What is wrong with a message that was posted, or None."""
    if len(request.body) > _MAX_BYTES:
        return f"the message is too long; {_MAX_BYTES} bytes at most"
    try:
        data = request.json
    except Exception:
        data = None
    if not isinstance(data, dict):
        return 'send JSON: {"sender": "...", "message": "..."}'
    sender, text = data.get("sender"), data.get("message")
    if not isinstance(sender, str) or not 0 < len(sender) <= _MAX_SENDER:
        return f"sender is missing; give a text of 1 to {_MAX_SENDER} characters, one for each conversation"
    if sender.startswith(_OTHERS):
        return f"sender may not begin with {', '.join(_OTHERS)}: those are chats of other channels"
    if not isinstance(text, str):
        return "message is missing; give what the person wrote"
    return None
