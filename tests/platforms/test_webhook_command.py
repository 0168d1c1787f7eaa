"""`python -m companion telegram-webhook`."""

from __future__ import annotations

import pytest

from companion.platforms.webhook import manage
from companion.platforms.words import COMMANDS
from companion.settings import SettingsError
from tests.platforms.standin import TELEGRAM_TOKEN, StandIn

SECRET = "0123456789abcdef"


def environment(api: StandIn) -> dict[str, str]:
    return {"TELEGRAM_TOKEN": TELEGRAM_TOKEN, "TELEGRAM_SECRET": SECRET, "TELEGRAM_API": api.address}


def test_set_names_the_address_the_secret_and_what_is_understood(telegram_api: StandIn) -> None:
    lines = manage("set", "https://chat.example.org", environment=environment(telegram_api))
    [call] = telegram_api.made("setWebhook")
    assert call == {
        "url": "https://chat.example.org/webhooks/telegram/webhook",
        "secret_token": SECRET,
        "allowed_updates": ["message", "edited_message", "callback_query"],
        "drop_pending_updates": False,
    }
    assert lines[0].startswith("webhook: ")


def test_set_tells_the_menu(telegram_api: StandIn) -> None:
    manage("set", "https://chat.example.org/behind/a/proxy", environment=environment(telegram_api))
    [menu] = telegram_api.made("setMyCommands")
    assert [one["command"] for one in menu["commands"]] == list(COMMANDS)
    assert telegram_api.made("setWebhook")[0]["url"] == "https://chat.example.org/behind/a/proxy"


def test_delete_and_info(telegram_api: StandIn) -> None:
    manage("delete", None, environment=environment(telegram_api))
    assert telegram_api.made("deleteWebhook") == [{"drop_pending_updates": False}]
    assert manage("info", None, environment=environment(telegram_api)) == ["webhook: none", "waiting updates: 0"]


@pytest.mark.parametrize(
    "url", [None, "", "chat.example.org", "http://chat.example.org", "https://chat.example.org:8080", "https://x y"]
)
def test_an_address_that_telegram_cannot_reach_is_refused(telegram_api: StandIn, url: str | None) -> None:
    with pytest.raises(SettingsError):
        manage("set", url, environment=environment(telegram_api))
    assert telegram_api.calls == []


def test_what_telegram_says_is_one_line_without_the_token(telegram_api: StandIn) -> None:
    telegram_api.refuse(401, {"ok": False, "error_code": 401, "description": "Unauthorized"})
    with pytest.raises(SettingsError, match=r"^Telegram refused \(401\): Unauthorized$"):
        manage("info", None, environment=environment(telegram_api))


def test_without_settings_it_says_where_they_come_from() -> None:
    with pytest.raises(SettingsError, match=r"docs/telegram\.md"):
        manage("info", None, environment={})
