"""Rasa's REST channel behind the gate. For the demo page and hotline software."""

from __future__ import annotations

from rasa.core.channels.channel import CollectingOutputChannel
from rasa.core.channels.rest import RestInput
from sanic import Blueprint

from companion.channels.gate import Gate, Handler

__all__ = ["GatedRest", "WholeMessages"]


class WholeMessages(CollectingOutputChannel):
    """Collects messages as they are; Rasa's own cuts a text at every blank line."""

    async def send_text_message(self, recipient_id: str, text: str, **kwargs: object) -> None:
        """Keeps an answer, its sources and its disclaimer together."""
        await self._persist_message(self._message(recipient_id, text=text))


class GatedRest(RestInput):
    """POST /webhooks/rest/webhook, as Rasa's own."""

    def blueprint(self, on_new_message: Handler) -> Blueprint:
        """Rasa's routes, with the gate in between."""
        return super().blueprint(Gate(on_new_message))
