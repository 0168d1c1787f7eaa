"""Rasa's REST channel, seen from the page. The one place to change when the page gets a channel of its own."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx

__all__ = ["Rasa", "RasaError"]

#: Seconds for a whole turn; longer than the gate's own patience, which then says that there is trouble.
_PATIENCE = 12.0
_HEALTH_PATIENCE = 2.0


class RasaError(Exception):
    """There is no answer that could be shown; the message is the kind of failure, never what somebody wrote."""


class Rasa:
    """Talks with the Rasa server at `address`."""

    def __init__(
        self, address: str, *, patience: float = _PATIENCE, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        # trust_env off: a proxy set for the outside world must not see what patients write.
        self._client = httpx.AsyncClient(base_url=address, timeout=patience, trust_env=False, transport=transport)
        self._patience = patience

    async def say(self, conversation: str, text: str) -> list[dict[str, Any]]:
        """The answer to `text`: messages with `text` and `buttons` (`title`, `payload`). Raises `RasaError`."""
        turn = self._client.post("/webhooks/rest/webhook", json={"sender": conversation, "message": text})
        try:
            # httpx counts from byte to byte; only this bounds the whole turn.
            response = await asyncio.wait_for(turn, self._patience)
            answer = response.raise_for_status().json()
        except (httpx.HTTPError, asyncio.TimeoutError, ValueError, RecursionError) as error:
            raise RasaError(type(error).__name__) from None
        messages = [
            {"text": one["text"], "buttons": _buttons(one.get("buttons"))}
            for one in _dicts(answer)
            if _words(one, "text")
        ]
        if not messages:
            raise RasaError("nothing was said")
        return messages

    async def answers(self) -> bool:
        """Whether the server is up."""
        try:
            return (await asyncio.wait_for(self._client.get("/"), _HEALTH_PATIENCE)).is_success
        except (httpx.HTTPError, asyncio.TimeoutError):
            return False

    async def close(self) -> None:
        """Closes its connections."""
        await self._client.aclose()


def _buttons(data: Any) -> list[dict[str, str]]:
    usable = [one for one in _dicts(data) if _words(one, "title") and _words(one, "payload")]
    return [{"title": one["title"], "payload": one["payload"]} for one in usable]


def _dicts(data: Any) -> list[dict[str, Any]]:
    return [one for one in data if isinstance(one, dict)] if isinstance(data, list) else []


def _words(data: dict[str, Any], key: str) -> bool:
    return isinstance(data.get(key), str) and bool(data[key].strip())
