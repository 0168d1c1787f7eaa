"""Slack's events and buttons, at one address (https://docs.slack.dev/apis/events-api/using-http-request-urls).

A direct message, a thread in one, and each thread of a channel are chats of their own. In a channel the assistant is
mentioned first; it answers in a thread, hears what is written there next, and tells whoever began, unseen by others,
not to share details of their health. An edited message is answered anew where it now says something else, and gets a
pair of eyes; a deleted one is left as it was answered. Whatever is not for the assistant is taken without an answer.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from companion.platforms import SlackSettings
from companion.platforms.slack import Slack, SlackError
from companion.platforms.slack_form import button_place, escape, home_view
from companion.platforms.words import ATTACHMENTS
from companion.store import StoreError
from companion.web.edge import Edge
from companion.web.inbox import Inbox, Incoming
from companion.web.limits import RateLimit
from companion.web.payload import as_object, child, legible, read_body, string
from companion.web.slack_event import Said, is_id, is_time, said

__all__ = ["CHANNEL", "PATH", "routes"]

CHANNEL = "slack"
PATH = "/webhooks/slack/webhook"
#: Seconds that a request may be old (https://docs.slack.dev/authentication/verifying-requests-from-slack).
_OLDEST = 300
#: Chats that one person may begin in a minute.
_MOST_BEGUN = 10
_MINUTE = 60.0
_FORM = "application/x-www-form-urlencoded"
_log = logging.getLogger(__name__)


def routes(edge: Edge) -> list[Route]:
    """The address for events and for buttons; nothing where SLACK_BOT_TOKEN and SLACK_SIGNING_SECRET are not set.
    Raises `SettingsError`."""
    settings = SlackSettings.from_environment(edge.environment)
    return [] if settings is None else [Route(PATH, _Webhook(edge, settings).receive, methods=["POST"])]


class _Webhook:
    def __init__(self, edge: Edge, settings: SlackSettings) -> None:
        self._edge = edge
        self._inbox = Inbox(edge, CHANNEL)
        self._slack = Slack(settings)
        self._secret = settings.secret.encode()
        # Each thread is a chat, and each chat has a limit: one person must not get around it by many threads.
        self._begun, self._told = RateLimit(_MOST_BEGUN, _MINUTE), RateLimit(1, _MINUTE)

    async def receive(self, request: Request) -> Response:
        """Stores what came and acknowledges it: 200. 401: it is not from Slack, or too old. 503: send it again."""
        body = await read_body(request)
        if not self._is_genuine(request, body):
            raise HTTPException(401, "wrong_signature")
        try:
            # Only the kind counts: Slack adds "; charset=utf-8" at times.
            if request.headers.get("content-type", "").partition(";")[0].strip().lower() == _FORM:
                return await self._pressed(_payload(body))
            return await self._event(as_object(body))
        except StoreError:
            return Response(status_code=503)

    def _is_genuine(self, request: Request, body: bytes) -> bool:
        sent, given = (request.headers.get(f"x-slack-{name}", "") for name in ("request-timestamp", "signature"))
        if not (sent.isascii() and sent.isdigit() and len(sent) < 12 and abs(time.time() - int(sent)) <= _OLDEST):
            return False
        wanted = hmac.new(self._secret, b"v0:" + sent.encode() + b":" + body, hashlib.sha256).hexdigest()
        return hmac.compare_digest(given.encode(), f"v0={wanted}".encode())

    async def _event(self, payload: Mapping[str, Any]) -> Response:
        if payload.get("type") == "url_verification":
            return PlainTextResponse(string(payload, "challenge")[:1000])
        event = child(payload, "event")
        if event.get("type") == "app_home_opened" and event.get("tab") == "home" and is_id(event.get("user")):
            view = home_view(self._edge.writer.notice("slack_home").text)
            return self._then("views.publish", {"user_id": event["user"], "view": view})
        message = said(payload)
        return Response() if message is None else await self._said(message)

    async def _said(self, message: Said) -> Response:
        known = await asyncio.to_thread(self._edge.journal.address, message.conversation) is not None
        if not (known or message.direct or message.mentioned):
            return Response()
        if not known and self._begun.wait(message.user):
            if self._told.wait(message.user):
                return Response()
            return self._whisper("slow_down", message.channel, message.user, message.thread)
        attachment = "document" if message.files else None
        incoming = Incoming(
            conversation=message.conversation,
            key=message.key,
            text=legible(message.text),
            address=message.address,
            reference=message.ts,
            edited=message.edited,
            attachment=attachment,
            shown=ATTACHMENTS[attachment] if attachment else "",
        )
        answering = await self._inbox.take(incoming)
        if not known and not message.direct:
            return self._whisper("channel_hint", message.channel, message.user, message.thread)
        if answering and message.edited:
            return self._then("reactions.add", {"channel": message.channel, "timestamp": message.ts, "name": "eyes"})
        return Response()

    async def _pressed(self, payload: Mapping[str, Any]) -> Response:
        """A button means what it says. Anything else that can be pressed is not ours."""
        actions = payload.get("actions")
        action = actions[0] if isinstance(actions, list) and actions and isinstance(actions[0], dict) else {}
        place, when = button_place(action.get("value")), string(action, "action_ts")
        channel, user = string(child(payload, "channel"), "id"), string(child(payload, "user"), "id")
        if payload.get("type") != "block_actions" or place is None:
            return Response()
        if not (is_id(channel) and is_id(user) and is_time(when)):
            return Response()
        conversation, seq, number = place
        chat = await asyncio.to_thread(self._edge.journal.address, conversation)
        says = await self._inbox.button(conversation, seq, number)
        if chat is None or says is None or chat[1].get("channel") != channel:
            return self._whisper("old_button", channel, user, child(payload, "message").get("thread_ts"))
        await self._inbox.take(Incoming(conversation=conversation, key=f"{user}-{when}", text=says, address=chat[1]))
        return Response()

    def _whisper(self, notice: str, channel: str, user: str, thread: Any = None) -> Response:
        """A notice that only `user` sees. In a thread it shows only where there is one already."""
        text = escape(self._edge.writer.notice(notice).text)
        where = {"channel": channel, "user": user, **({"thread_ts": thread} if is_time(thread) else {})}
        return self._then("chat.postEphemeral", {**where, "text": text})

    def _then(self, method: str, arguments: Mapping[str, Any]) -> Response:
        """An acknowledgement; the call is made after it, and nothing depends on it."""
        return Response(background=BackgroundTask(self._call, method, arguments))

    def _call(self, method: str, arguments: Mapping[str, Any]) -> None:
        try:
            self._slack.call(method, arguments)
        except SlackError as error:
            _log.warning("slack %s failed=%s", method, error)


def _payload(body: bytes) -> dict[str, Any]:
    fields = parse_qs(body.decode("utf-8", "replace"), max_num_fields=10) if body.count(b"&") < 10 else {}
    return as_object(fields.get("payload", [""])[0])
