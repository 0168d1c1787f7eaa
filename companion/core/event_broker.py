"""Rasa's events for other programs of the house (figures, monitoring), by RabbitMQ; without what patients wrote."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import os
from asyncio import AbstractEventLoop
from collections import deque
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from rasa.core.brokers.pika import PikaEventBroker
from rasa.utils.endpoints import EndpointConfig

from companion.settings import SettingsError

__all__ = ["EventStream", "without_words"]

#: Events that are kept while RabbitMQ is away; older ones are dropped, patients come first.
_KEPT = 10_000
#: Seconds between two tries to reach it.
_RETRY = 5.0
_MODES = ("off", "private", "full")
_QUEUE = "companion_events"
_EXCHANGE = "companion-events"
#: What of an event tells how the assistant does, and nothing about a person.
_PLAIN = ("event", "timestamp", "name", "policy", "confidence")
_log = logging.getLogger(__name__)


def without_words(event: Mapping[str, Any], secret: str) -> dict[str, Any]:
    """What may leave: the kind of event, when, which action, intent, urgency and red flags by id. No text, entity, slot
    value or metadata; the chat's id becomes a code that only says which events belong together."""
    kept = {name: event[name] for name in _PLAIN if event.get(name) is not None}
    if event.get("event") == "slot":
        kept.pop("name", None)
    chat = str(event.get("sender_id") or "")
    kept["conversation"] = hmac.new(secret.encode(), chat.encode(), hashlib.sha256).hexdigest()[:16]
    parsed = event.get("parse_data")
    if isinstance(parsed, Mapping):
        kept["intent"] = (parsed.get("intent") or {}).get("name")
        kept["urgency"] = parsed.get("urgency")
        kept["red_flags"] = [flag.get("id") for flag in parsed.get("red_flags") or ()]
    return kept


class EventStream(PikaEventBroker):
    """COMPANION_EVENTS: "off" (if not set), "private" (as `without_words` says) or "full" (everything, in clear).
    RABBITMQ_URL: amqp://user:password@host:port/vhost.

    Nothing waits for RabbitMQ: it is reached in the background, and events are kept for it meanwhile.
    """

    def __init__(self, url: str, *, mode: str, secret: str, event_loop: AbstractEventLoop | None = None) -> None:
        """`secret` makes the codes that stand for chats."""
        parts = urlsplit(url)
        super().__init__(
            url,
            unquote(parts.username or "guest"),
            unquote(parts.password or "guest"),
            parts.port or 5672,
            queues=[_QUEUE],
            event_loop=event_loop,
            connection_attempts=1,
            retry_delay_in_seconds=0,
            exchange_name=_EXCHANGE,
        )
        self._url = url
        self._mode = mode
        self._secret = secret
        self._unpublished_events: deque[dict[str, Any]] = deque(maxlen=_KEPT)
        self._connecting: asyncio.Task[None] | None = None

    @classmethod
    async def from_endpoint_config(
        cls, broker_config: EndpointConfig | None, event_loop: AbstractEventLoop | None = None
    ) -> EventStream | None:
        """The broker of this deployment, or None. Raises `SettingsError`."""
        mode = os.environ.get("COMPANION_EVENTS") or "off"
        if mode not in _MODES:
            raise SettingsError(f"COMPANION_EVENTS is '{mode}'; use one of {', '.join(_MODES)}")
        if mode == "off":
            return None
        url = os.environ.get("RABBITMQ_URL") or ""
        if not url.startswith(("amqp://", "amqps://")):
            raise SettingsError("RABBITMQ_URL is not set; use amqp://user:password@host:5672/")
        broker = cls(url, mode=mode, secret=os.environ.get("RASA_TOKEN", ""), event_loop=event_loop)
        broker._connecting = asyncio.get_running_loop().create_task(broker._keep_connecting())
        return broker

    def publish(self, event: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        """Sends one event, or keeps it for later."""
        outgoing = event if self._mode == "full" else without_words(event, self._secret)
        if self._exchange is None:
            self._unpublished_events.append(outgoing)
        else:
            self._send(outgoing, headers)

    async def close(self) -> None:
        """Closes the connection."""
        if self._connecting is not None:
            self._connecting.cancel()
        await super().close()

    def _configure_url(self) -> str:
        return self._url

    def _send(self, event: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        # Not by Rasa's publish(), which this class has replaced: what was kept is stripped already.
        task = self._loop.create_task(self._publish(event, headers))
        self._background_tasks.add(task)
        task.add_done_callback(self._background_tasks.discard)

    def _publish_unpublished_messages(self, *_: Any, **__: Any) -> None:
        while self._unpublished_events:
            self._send(self._unpublished_events.popleft())

    async def _keep_connecting(self) -> None:
        self._loop = asyncio.get_running_loop()
        told = False
        while True:
            try:
                await self.connect()
                break
            except Exception as error:
                if not told:
                    _log.error("events failed=%s: kept until RabbitMQ answers", type(error).__name__)
                    told = True
                await asyncio.sleep(_RETRY)
        self._publish_unpublished_messages()
