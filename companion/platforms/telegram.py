"""Telegram's Bot API (https://core.telegram.org/bots/api), as far as it is needed here."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import httpx

from companion.platforms.model import DeliveryError
from companion.platforms.settings import TelegramSettings
from companion.platforms.telegram_form import bare, telegram_messages
from companion.store import Entry

__all__ = ["Telegram", "TelegramError"]

_PATIENCE = 10.0
#: Seconds to wait where Telegram asks us to slow down and does not say for how long.
_USUAL_PAUSE = 5.0
#: What a 400 says of a chat that is not there. 403 is always: blocked, deactivated, never begun.
_NOBODY = ("chat not found", "user not found", "peer_id_invalid", "chat_id is empty")
# httpx writes each request's address into its log, and Telegram's addresses hold the bot's token.
logging.getLogger("httpx").setLevel(logging.WARNING)


class TelegramError(RuntimeError):
    """Telegram refused a call. `status`: as in HTTP, 0 where there was no answer; `retry_after`: seconds to wait.
    The text is Telegram's description; it never holds the token."""

    def __init__(self, status: int, description: str, retry_after: float | None = None) -> None:
        super().__init__(description)
        self.status = status
        self.retry_after = retry_after


class Telegram:
    """A bot's way out. Methods block."""

    def __init__(self, settings: TelegramSettings, *, transport: httpx.BaseTransport | None = None) -> None:
        self._client = httpx.Client(
            base_url=f"{settings.api}/bot{settings.token}/", timeout=_PATIENCE, transport=transport
        )
        #: Long messages of which some parts have arrived: how many.
        self._begun: dict[tuple[str, int], int] = {}

    def deliver(self, address: Mapping[str, Any], entry: Entry) -> None:
        """Sends `entry` to the private chat `address["chat"]`. Raises `DeliveryError`.

        A message of several parts goes on where it stopped. Should the process end in between, a part may come twice;
        Telegram knows no keys that would prevent it.
        """
        chat, place = address.get("chat"), (entry.conversation, entry.seq)
        if not isinstance(chat, int) or address.get("gone"):
            raise DeliveryError("telegram: no chat to send to", permanent=True, gone=True)
        try:
            for number, message in enumerate(telegram_messages(entry)):
                if number >= self._begun.get(place, 0):
                    self._send(chat, message)
                    self._begun[place] = number + 1
        except TelegramError as error:
            fault = _fault(error)
            if fault.permanent:
                self._begun.pop(place, None)
            raise fault from None
        self._begun.pop(place, None)

    def call(self, method: str, arguments: Mapping[str, Any]) -> Any:
        """The `result` of a method of the Bot API. Raises `TelegramError`."""
        try:
            response = self._client.post(method, json=dict(arguments))
            answer = response.json()
        except httpx.HTTPError as error:
            # Not the error's own text: it may quote the address.
            raise TelegramError(0, type(error).__name__) from None
        except (ValueError, RecursionError):
            raise TelegramError(response.status_code, "the answer is not JSON") from None
        if not isinstance(answer, dict):
            raise TelegramError(response.status_code, "the answer is not an object")
        if answer.get("ok") is True:
            return answer.get("result")
        parameters = answer.get("parameters")
        pause = parameters.get("retry_after") if isinstance(parameters, dict) else None
        code = answer.get("error_code")
        raise TelegramError(
            code if isinstance(code, int) else response.status_code,
            str(answer.get("description") or "no description"),
            float(pause) if isinstance(pause, int | float) else None,
        )

    def close(self) -> None:
        """Closes its connections."""
        self._client.close()

    def _send(self, chat: int, message: Mapping[str, Any]) -> None:
        try:
            self.call("sendMessage", {"chat_id": chat, **message})
        except TelegramError as error:
            if error.status != 400 or _nobody(error):
                raise
            # Something beside the words displeased Telegram: the words alone are what matters.
            self.call("sendMessage", {"chat_id": chat, **bare(message)})


def _fault(error: TelegramError) -> DeliveryError:
    kind = f"telegram {error.status}"
    if error.status == 429:
        return DeliveryError(kind, retry_after=error.retry_after or _USUAL_PAUSE)
    if error.status == 403 or _nobody(error):
        return DeliveryError(f"{kind}: nobody is there", permanent=True, gone=True)
    # 401 and 404 are a wrong token: the deployer's to mend, and then everything waiting arrives.
    return DeliveryError(kind, permanent=error.status == 400, retry_after=error.retry_after)


def _nobody(error: TelegramError) -> bool:
    return error.status == 400 and any(sign in str(error).lower() for sign in _NOBODY)
