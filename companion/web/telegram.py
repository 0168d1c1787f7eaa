"""Telegram's webhook: what people write to the bot in private (https://core.telegram.org/bots/api#getting-updates).

Everything else a bot can be sent (groups, channels, members, payments ...) is taken without an answer and without an
error: an update that is refused would be sent again and again, and hold up those behind it.

An edited message is answered anew where it now says something else, and gets a pair of eyes as a sign that the change
was seen. Where only signs or capitals changed, nothing happens.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from companion.platforms import TelegramSettings
from companion.platforms.telegram_form import button_place
from companion.platforms.webhook import PATH
from companion.platforms.words import ATTACHMENTS, COMMANDS
from companion.store import StoreError
from companion.web.edge import Edge
from companion.web.inbox import Inbox, Incoming
from companion.web.payload import as_object, child, legible, read_body, string, whole

__all__ = ["CHANNEL", "routes"]

CHANNEL = "telegram"
#: "/help", "/help@our_bot"; "/start" may bring a word from the link that led here.
_COMMAND = re.compile(r"/(\w{1,32})(?:@\w{1,64})?(?P<rest>\s.*)?", re.ASCII | re.DOTALL)
_QUERY_ID = re.compile(r"[\w-]{1,100}", re.ASCII)

#: A method of the Bot API that Telegram carries out when it is the answer to an update
#: (https://core.telegram.org/bots/api#making-requests-when-getting-updates).
Call = dict[str, Any]


def routes(edge: Edge) -> list[Route]:
    """The webhook; nothing where TELEGRAM_TOKEN and TELEGRAM_SECRET are not set. Raises `SettingsError`."""
    settings = TelegramSettings.from_environment(edge.environment)
    return [] if settings is None else [Route(PATH, _Webhook(edge, settings).receive, methods=["POST"])]


class _Webhook:
    def __init__(self, edge: Edge, settings: TelegramSettings) -> None:
        self._inbox = Inbox(edge, CHANNEL)
        self._secret = settings.secret.encode()
        self._old_button = edge.writer.notice("old_button").text

    async def receive(self, request: Request) -> Response:
        """Stores an update and acknowledges it: 200. 401: it is not from Telegram. 503: send it again."""
        given = request.headers.get("x-telegram-bot-api-secret-token", "")
        if not hmac.compare_digest(given.encode(), self._secret):
            raise HTTPException(401, "wrong_secret")
        update = as_object(await read_body(request))
        try:
            call = await self._take(update)
        except StoreError:
            return Response(status_code=503)
        return JSONResponse(call) if call else Response()

    async def _take(self, update: Mapping[str, Any]) -> Call | None:
        number = whole(update, "update_id")
        if number is None:
            return None
        if query := child(update, "callback_query"):
            return await self._tapped(query, str(number))
        edited = child(update, "edited_message")
        message = edited or child(update, "message")
        chat = _private_chat(message)
        reference = whole(message, "message_id")
        if chat is None or reference is None or child(message, "from").get("is_bot"):
            return None
        return await self._wrote(message, str(number), chat, reference, edited=bool(edited))

    async def _wrote(
        self, message: Mapping[str, Any], key: str, chat: int, reference: int, *, edited: bool
    ) -> Call | None:
        text = legible(string(message, "text") or string(message, "caption"))
        attachment = next((kind for kind in ATTACHMENTS if message.get(kind)), None)
        if attachment is None and not string(message, "text"):
            return None
        incoming = Incoming(
            conversation=_conversation(chat),
            key=key,
            text=_meant(text),
            address={"chat": chat},
            reference=str(reference),
            edited=edited,
            attachment=attachment,
            shown=ATTACHMENTS[attachment] if attachment else "",
            album=string(message, "media_group_id")[:64] or None,
        )
        if not await self._inbox.take(incoming):
            return None
        if edited:
            eyes = [{"type": "emoji", "emoji": "👀"}]
            return {"method": "setMessageReaction", "chat_id": chat, "message_id": reference, "reaction": eyes}
        return {"method": "sendChatAction", "chat_id": chat, "action": "typing"}

    async def _tapped(self, query: Mapping[str, Any], key: str) -> Call | None:
        """A button means what it says. Telegram's app shows a clock on it until it is told that we know."""
        name, chat, place = string(query, "id"), _private_chat(child(query, "message")), button_place(query.get("data"))
        if not _QUERY_ID.fullmatch(name):
            return None
        done: Call = {"method": "answerCallbackQuery", "callback_query_id": name}
        if chat is None:
            return done
        says = await self._inbox.button(_conversation(chat), *place) if place else None
        if says is None:
            return {**done, "text": self._old_button}
        await self._inbox.take(Incoming(conversation=_conversation(chat), key=key, text=says, address={"chat": chat}))
        return done


def _private_chat(message: Mapping[str, Any]) -> int | None:
    chat = child(message, "chat")
    return whole(chat, "id") if chat.get("type") == "private" else None


def _conversation(chat: int) -> str:
    return f"telegram-{chat}"


def _meant(text: str) -> str:
    """The sentence that a command stands for; any other text as it is. "/stop taking it?" is no command."""
    match = _COMMAND.fullmatch(text)
    name = match[1].lower() if match else ""
    alone = match is not None and (match["rest"] is None or name == "start")
    return COMMANDS[name].says if alone and name in COMMANDS else text
