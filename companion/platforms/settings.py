"""What a deployer sets for each platform, by environment variables. Without it the platform is off."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from companion.settings import SettingsError

__all__ = ["SlackSettings", "TelegramSettings"]

#: What setWebhook takes as secret_token (https://core.telegram.org/bots/api#setwebhook); shorter ones can be guessed.
_TELEGRAM_SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}")
_TELEGRAM_TOKEN = re.compile(r"\d{1,20}:[A-Za-z0-9_-]{20,100}")
#: Some proxies and Telegram's own Bot API server stand in for the public address.
_TELEGRAM_API = "https://api.telegram.org"
_SLACK_API = "https://slack.com/api"


@dataclass(frozen=True)
class TelegramSettings:
    """`token` of the bot; `secret` that Telegram sends along with every update; `api`: the Bot API's address."""

    token: str = field(repr=False)
    secret: str = field(repr=False)
    api: str = _TELEGRAM_API

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> TelegramSettings | None:
        """TELEGRAM_TOKEN, TELEGRAM_SECRET and TELEGRAM_API; None where neither of the first two is set.

        Raises `SettingsError` where they cannot be used.
        """
        pair = _pair(environment, "TELEGRAM_TOKEN", "TELEGRAM_SECRET")
        if pair is None:
            return None
        token, secret = pair
        if not _TELEGRAM_TOKEN.fullmatch(token):
            raise SettingsError("TELEGRAM_TOKEN is not a bot's token; BotFather gives one such as 123456:ABC-DEF...")
        if not _TELEGRAM_SECRET.fullmatch(secret):
            raise SettingsError("TELEGRAM_SECRET cannot be used; give 16 to 256 of the characters A-Z a-z 0-9 _ -")
        return cls(token, secret, _address(environment, "TELEGRAM_API", _TELEGRAM_API))


@dataclass(frozen=True)
class SlackSettings:
    """`token` of the app's bot user; `secret` that Slack signs its requests with; `api`: the Web API's address."""

    token: str = field(repr=False)
    secret: str = field(repr=False)
    api: str = _SLACK_API

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> SlackSettings | None:
        """SLACK_BOT_TOKEN, SLACK_SIGNING_SECRET and SLACK_API; None where neither of the first two is set.

        Raises `SettingsError` where they cannot be used.
        """
        pair = _pair(environment, "SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET")
        if pair is None:
            return None
        if not pair[0].startswith("xoxb-"):
            raise SettingsError("SLACK_BOT_TOKEN is not a bot's token; the app's page shows one such as xoxb-...")
        return cls(*pair, _address(environment, "SLACK_API", _SLACK_API))


def _pair(environment: Mapping[str, str], first: str, second: str) -> tuple[str, str] | None:
    values = [(environment.get(name) or "").strip() for name in (first, second)]
    if not any(values):
        return None
    for name, other, value in ((first, second, values[0]), (second, first, values[1])):
        if not value:
            raise SettingsError(f"{other} is set but {name} is not; set both, or neither")
    return values[0], values[1]


def _address(environment: Mapping[str, str], name: str, usual: str) -> str:
    address = (environment.get(name) or usual).rstrip("/")
    if not re.fullmatch(r"https?://\S+", address):
        raise SettingsError(f"{name} is '{address}'; use an address such as {usual}")
    return address
