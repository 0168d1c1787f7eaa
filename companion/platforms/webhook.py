"""`python -m companion telegram-webhook`: tells Telegram where to send what people write. Never done by a server's
start: a fault at Telegram must not keep the assistant down, and a test machine must not take a real bot's messages."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any

from companion.platforms.settings import TelegramSettings
from companion.platforms.telegram import Telegram, TelegramError
from companion.platforms.words import COMMANDS
from companion.settings import SettingsError

__all__ = ["PATH", "UPDATES", "manage"]

PATH = "/webhooks/telegram/webhook"
#: All that is understood here; Telegram need not send the rest.
UPDATES = ["message", "edited_message", "callback_query"]
#: Ports that Telegram sends to (https://core.telegram.org/bots/api#setwebhook, notes).
_PORTS = {"443", "80", "88", "8443"}
_URL = re.compile(r"https://[\w.-]+(?::(\d+))?((?:/\S*)?)", re.ASCII)


def manage(action: str, url: str | None, *, environment: Mapping[str, str] = os.environ) -> list[str]:
    """Does `action` ("set", with the `url` of the public edge; "delete"; "info"); tells what is so now, line by line.

    Raises `SettingsError` for settings or an address that cannot be used, and where Telegram refuses.
    """
    settings = TelegramSettings.from_environment(environment)
    if settings is None:
        raise SettingsError(
            "TELEGRAM_TOKEN and TELEGRAM_SECRET are not set; docs/telegram.md says where they come from"
        )
    telegram = Telegram(settings)
    try:
        if action == "set":
            telegram.call("setWebhook", _webhook(url or "", settings.secret))
            menu = [{"command": name, "description": command.menu} for name, command in COMMANDS.items()]
            telegram.call("setMyCommands", {"commands": menu, "scope": {"type": "all_private_chats"}})
        elif action == "delete":
            telegram.call("deleteWebhook", {"drop_pending_updates": False})
        return _lines(telegram.call("getWebhookInfo", {}))
    except TelegramError as error:
        what = f"Telegram refused ({error.status}): {error}" if error.status else f"Telegram was not reached: {error}"
        raise SettingsError(what) from None
    finally:
        telegram.close()


def _webhook(url: str, secret: str) -> dict[str, Any]:
    match = _URL.fullmatch(url)
    if match is None:
        raise SettingsError(f"'{url}' is no address for Telegram; give one such as https://chat.example.org")
    port, path = match.groups()
    if port and port not in _PORTS:
        raise SettingsError(f"Telegram does not send to port {port}; use 443, 80, 88 or 8443")
    address = url if path.strip("/") else f"{url.rstrip('/')}{PATH}"
    # What was written while nothing was set is not lost.
    return {"url": address, "secret_token": secret, "allowed_updates": UPDATES, "drop_pending_updates": False}


def _lines(info: Any) -> list[str]:
    known = info if isinstance(info, dict) else {}
    lines = [
        f"webhook: {known.get('url') or 'none'}",
        f"waiting updates: {known.get('pending_update_count', 0)}",
    ]
    fault = known.get("last_error_message")
    return [*lines, f"last fault: {fault}"] if fault else lines
