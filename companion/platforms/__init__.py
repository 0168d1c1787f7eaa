"""Platforms that messages are pushed to: Telegram and Slack. What comes from them is companion/web's. No Rasa import.

A new platform: a class with `deliver`, its settings, and a line in `platforms`; the key is its channel's name in the
journal.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from companion.platforms.model import DeliveryError, Platform
from companion.platforms.settings import SlackSettings, TelegramSettings
from companion.platforms.slack import Slack
from companion.platforms.telegram import Telegram

__all__ = ["DeliveryError", "Platform", "SlackSettings", "TelegramSettings", "platforms"]


def platforms(environment: Mapping[str, str] = os.environ) -> dict[str, Platform]:
    """The platforms whose settings are set, by the channel's name. Raises `SettingsError`."""
    found: dict[str, Platform] = {}
    telegram, slack = TelegramSettings.from_environment(environment), SlackSettings.from_environment(environment)
    if telegram is not None:
        found["telegram"] = Telegram(telegram)
    if slack is not None:
        found["slack"] = Slack(slack)
    return found
