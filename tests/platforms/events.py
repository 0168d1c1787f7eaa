"""What the platforms post, in the shapes that their documentation shows."""

from __future__ import annotations

from typing import Any

CHAT = 5550100
CONVERSATION = f"telegram-{CHAT}"
_PERSON = {"id": CHAT, "is_bot": False, "first_name": "Test", "language_code": "en"}
DIRECT = "slack-T0TEST-D0TEST"


def message(text: str | None = None, **fields: Any) -> dict[str, Any]:
    """A Message of Telegram's in a private chat (https://core.telegram.org/bots/api#message)."""
    chat = {"id": CHAT, "first_name": "Test", "type": "private"}
    words = {} if text is None else {"text": text}
    return {"message_id": 7, "from": _PERSON, "chat": chat, "date": 1700000000, **words, **fields}


def tap(data: Any, **fields: Any) -> dict[str, Any]:
    """A CallbackQuery: somebody tapped a button (https://core.telegram.org/bots/api#callbackquery)."""
    return {
        "id": "4382bfdwdsb323b2d9",
        "from": _PERSON,
        "message": message("An answer", message_id=8),
        "chat_instance": "-1",
        "data": data,
        **fields,
    }


def direct(text: str, **fields: Any) -> dict[str, Any]:
    """A message.im event of Slack's (https://docs.slack.dev/reference/events/message.im)."""
    return {
        "type": "message",
        "channel": "D0TEST",
        "user": "U0PERSON",
        "text": text,
        "ts": "1700000000.000100",
        "event_ts": "1700000000.000100",
        "channel_type": "im",
        **fields,
    }


def mention(text: str, **fields: Any) -> dict[str, Any]:
    """An app_mention event (https://docs.slack.dev/reference/events/app_mention)."""
    return {
        "type": "app_mention",
        "user": "U0PERSON",
        "text": text,
        "ts": "1700000001.000200",
        "channel": "C0TEST",
        "event_ts": "1700000001.000200",
        **fields,
    }


def pressed(value: str, **fields: Any) -> dict[str, Any]:
    """A block_actions payload (https://docs.slack.dev/reference/interaction-payloads/block_actions-payload)."""
    return {
        "type": "block_actions",
        "team": {"id": "T0TEST", "domain": "example"},
        "user": {"id": "U0PERSON", "team_id": "T0TEST"},
        "api_app_id": "A0TEST",
        "container": {"type": "message", "message_ts": "1700000002.000300", "channel_id": "D0TEST"},
        "trigger_id": "13345224609.738474920.8088930838d88f008e0",
        "channel": {"id": "D0TEST", "name": "directmessage"},
        "message": {"type": "message", "bot_id": "B0TEST", "ts": "1700000002.000300"},
        "response_url": "https://hooks.example.org/actions/1",
        "actions": [
            {
                "action_id": "reply-0",
                "block_id": "x",
                "text": {"type": "plain_text", "text": "Anything"},
                "value": value,
                "type": "button",
                "action_ts": "1700000003.000400",
            }
        ],
        **fields,
    }
