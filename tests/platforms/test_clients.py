"""What the worker is told when a platform does not take a message."""

from __future__ import annotations

import logging
from collections.abc import Callable

import httpx
import pytest

from companion.platforms import DeliveryError, SlackSettings, TelegramSettings
from companion.platforms.slack import Slack
from companion.platforms.telegram import Telegram
from companion.settings import SettingsError
from tests.platforms.standin import SLACK_TOKEN, TELEGRAM_TOKEN, StandIn
from tests.platforms.test_spans import ANSWER, SOURCE, entry

TELEGRAM = TelegramSettings(TELEGRAM_TOKEN, "0123456789abcdef")
SLACK = SlackSettings(SLACK_TOKEN, "s")


def told_telegram(answer: Callable[[httpx.Request], httpx.Response], chat: object = 5) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        Telegram(TELEGRAM, transport=httpx.MockTransport(answer)).deliver({"chat": chat}, entry("Marker"))
    return caught.value


def told_slack(answer: Callable[[httpx.Request], httpx.Response], channel: object = "D0TEST") -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        Slack(SLACK, transport=httpx.MockTransport(answer)).deliver({"channel": channel}, entry("Marker"))
    return caught.value


def refusing(code: int, description: str = "x", **more: object) -> Callable[[httpx.Request], httpx.Response]:
    body = {"ok": False, "error_code": code, "description": description, **more}
    return lambda request: httpx.Response(code, json=body)


def breaking(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError(f"no way to {request.url}")


TELEGRAM_FAULTS = [
    (refusing(403, "Forbidden: bot was blocked by the user"), True, True),
    (refusing(403, "Forbidden: user is deactivated"), True, True),
    (refusing(400, "Bad Request: chat not found"), True, True),
    (refusing(400, "Bad Request: something about the form"), True, False),
    (refusing(401, "Unauthorized"), False, False),
    (refusing(404, "Not Found"), False, False),
    (refusing(500), False, False),
    (lambda request: httpx.Response(502, text="<html>"), False, False),
    (lambda request: httpx.Response(200, text="[]"), False, False),
    (breaking, False, False),
]


@pytest.mark.parametrize(("answer", "permanent", "gone"), TELEGRAM_FAULTS)
def test_telegram(answer: Callable[[httpx.Request], httpx.Response], permanent: bool, gone: bool) -> None:
    fault = told_telegram(answer)
    assert (fault.permanent, fault.gone) == (permanent, gone)
    assert not [secret for secret in (TELEGRAM_TOKEN, "Marker") if secret in str(fault)]


def test_telegrams_pause_is_passed_on() -> None:
    assert told_telegram(refusing(429, parameters={"retry_after": 31})).retry_after == 31
    assert told_telegram(refusing(429)).retry_after == 5


@pytest.mark.parametrize("address", [{}, {"chat": "5"}, {"chat": 5, "gone": True}])
def test_without_a_chat_nothing_is_sent(address: dict) -> None:
    with pytest.raises(DeliveryError) as caught:
        Telegram(TELEGRAM, transport=httpx.MockTransport(breaking)).deliver(address, entry("Marker"))
    assert caught.value.gone


def test_where_telegram_dislikes_the_form_the_words_alone_arrive(telegram_api: StandIn) -> None:
    telegram_api.refuse(400, {"ok": False, "error_code": 400, "description": "Bad Request: can't parse entities"})
    settings = TelegramSettings(TELEGRAM_TOKEN, "0123456789abcdef", telegram_api.address)
    one = entry(ANSWER, parts={"sources": [SOURCE]}, buttons=[{"title": "Yes"}])
    Telegram(settings).deliver({"chat": 5}, one)
    [sent] = telegram_api.made("sendMessage")
    assert set(sent) == {"chat_id", "text"}
    assert sent["text"].startswith("Hormone therapy slows it.")
    assert SOURCE["address"] in sent["text"]


SLACK_FAULTS = [
    ("channel_not_found", True, True),
    ("is_archived", True, True),
    ("account_inactive", True, False),
    ("token_revoked", True, False),
    ("no_text", True, False),
    ("invalid_auth", False, False),
    ("missing_scope", False, False),
    ("internal_error", False, False),
]


@pytest.mark.parametrize(("error", "permanent", "gone"), SLACK_FAULTS)
def test_slack(error: str, permanent: bool, gone: bool) -> None:
    fault = told_slack(lambda request: httpx.Response(200, json={"ok": False, "error": error}))
    assert (fault.permanent, fault.gone) == (permanent, gone)


@pytest.mark.parametrize("answer", [breaking, lambda request: httpx.Response(503, text="<html>")])
def test_slack_out_of_reach(answer: Callable[[httpx.Request], httpx.Response]) -> None:
    assert not told_slack(answer).permanent


def test_slacks_pause_is_passed_on() -> None:
    slow = {"ok": False, "error": "ratelimited"}
    assert told_slack(lambda _: httpx.Response(429, json=slow, headers={"Retry-After": "12"})).retry_after == 12
    assert told_slack(lambda _: httpx.Response(429, text="")).retry_after == 30


def test_the_token_is_never_logged(telegram_api: StandIn, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    settings = TelegramSettings(TELEGRAM_TOKEN, "0123456789abcdef", telegram_api.address)
    Telegram(settings).deliver({"chat": 5}, entry("Hello"))
    assert TELEGRAM_TOKEN not in caplog.text
    assert TELEGRAM_TOKEN not in repr(settings)


def test_a_platform_is_off_where_nothing_is_set() -> None:
    assert TelegramSettings.from_environment({}) is None
    assert SlackSettings.from_environment({"SLACK_BOT_TOKEN": " ", "SLACK_SIGNING_SECRET": ""}) is None


@pytest.mark.parametrize(
    ("settings", "environment", "message"),
    [
        (TelegramSettings, {"TELEGRAM_TOKEN": TELEGRAM_TOKEN}, "TELEGRAM_SECRET is not; set both, or neither"),
        (TelegramSettings, {"TELEGRAM_TOKEN": "x", "TELEGRAM_SECRET": "a" * 20}, "not a bot's token"),
        (TelegramSettings, {"TELEGRAM_TOKEN": TELEGRAM_TOKEN, "TELEGRAM_SECRET": "short"}, "16 to 256"),
        (SlackSettings, {"SLACK_SIGNING_SECRET": "x"}, "SLACK_BOT_TOKEN is not"),
        (SlackSettings, {"SLACK_BOT_TOKEN": "xoxp-1", "SLACK_SIGNING_SECRET": "x"}, "xoxb-"),
        (
            SlackSettings,
            {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "x", "SLACK_API": "slack.com"},
            "use an address such as https://slack.com/api",
        ),
    ],
)
def test_settings_that_cannot_be_used_say_what_would_be_right(
    settings: type[TelegramSettings], environment: dict, message: str
) -> None:
    with pytest.raises(SettingsError, match=message):
        settings.from_environment(environment)
