"""What Telegram publishes about the calls made here (https://core.telegram.org/bots/api, Bot API 10.1): which arguments
there are, and how long, of what form. A call that breaks a rule is a fault, and the test that made it fails."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

#: Arguments by method: required, optional. Only those that a bot of ours may have a reason to use.
METHODS = {
    "sendMessage": (
        {"chat_id", "text"},
        {"entities", "parse_mode", "link_preview_options", "reply_markup", "disable_notification", "protect_content"},
    ),
    "sendChatAction": ({"chat_id", "action"}, set()),
    "answerCallbackQuery": ({"callback_query_id"}, {"text", "show_alert", "cache_time"}),
    "setMessageReaction": ({"chat_id", "message_id"}, {"reaction", "is_big"}),
    "setWebhook": (
        {"url"},
        {"secret_token", "allowed_updates", "drop_pending_updates", "max_connections", "ip_address"},
    ),
    "deleteWebhook": (set(), {"drop_pending_updates"}),
    "getWebhookInfo": (set(), set()),
    "setMyCommands": ({"commands"}, {"scope", "language_code"}),
}
#: A few of those at https://core.telegram.org/bots/api#reactiontypeemoji.
REACTIONS = {"👀", "👍", "❤", "🙏"}
UPDATES = {"message", "edited_message", "callback_query", "my_chat_member"}


def faults(method: str, arguments: Mapping[str, Any]) -> Iterator[str]:
    """Each rule that this call breaks, as a sentence."""
    if method not in METHODS:
        yield f"there is no method {method} here"
        return
    required, optional = METHODS[method]
    yield from (f"{method} needs {name}" for name in sorted(required - set(arguments)))
    yield from (f"{method} knows no {name}" for name in sorted(set(arguments) - required - optional))
    yield from _strings_that_cannot_be_sent(arguments)
    if method == "sendMessage":
        yield from _message(arguments)
    if method in ("sendMessage", "sendChatAction", "setMessageReaction") and not isinstance(arguments["chat_id"], int):
        yield "chat_id of a private chat is a whole number"
    if method == "sendChatAction" and arguments["action"] != "typing":
        yield "only text is sent, so the action is typing"
    if method == "answerCallbackQuery" and len(arguments.get("text", "")) > 200:
        yield "a callback query's answer holds 200 characters"
    if method == "setMessageReaction":
        for one in arguments["reaction"]:
            if one.get("type") != "emoji" or one.get("emoji") not in REACTIONS:
                yield f"{one} is no reaction"
    if method == "setWebhook":
        yield from _webhook(arguments)
    if method == "setMyCommands":
        yield from _commands(arguments["commands"])


def units(text: str) -> int:
    """Length in UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def _message(arguments: Mapping[str, Any]) -> Iterator[str]:
    text = arguments["text"]
    if not isinstance(text, str) or not text.strip():
        yield "a message needs words"
        return
    if units(text) > 4096:
        yield f"a message holds 4096 characters, not {units(text)}"
    if "parse_mode" in arguments:
        yield "with parse_mode, words could be taken for markup"
    for entity in arguments.get("entities", []):
        yield from _entity(entity, text)
    preview = arguments.get("link_preview_options")
    if preview is not None and set(preview) - {"is_disabled", "url", "prefer_small_media", "show_above_text"}:
        yield f"link_preview_options are not {preview}"
    markup = arguments.get("reply_markup")
    if markup is not None:
        yield from _keyboard(markup)


def _entity(entity: Mapping[str, Any], text: str) -> Iterator[str]:
    allowed = {"bold": set(), "italic": set(), "text_link": {"url"}}.get(entity.get("type", ""))
    if allowed is None:
        yield f"{entity} is no entity that is used here"
        return
    if set(entity) != {"type", "offset", "length"} | allowed:
        yield f"{entity} has wrong fields"
        return
    start, end = entity["offset"], entity["offset"] + entity["length"]
    if not (0 <= start < end <= units(text)):
        yield f"{entity} lies outside its text"
        return
    try:
        text.encode("utf-16-le")[2 * start : 2 * end].decode("utf-16-le")
    except UnicodeDecodeError:
        yield f"{entity} cuts an emoji in half"
    if "url" in entity and not re.fullmatch(r"https?://[^\s/]+\S*", entity["url"]):
        yield f"{entity['url']} is no address"


def _keyboard(markup: Mapping[str, Any]) -> Iterator[str]:
    if set(markup) != {"inline_keyboard"} or not markup["inline_keyboard"]:
        yield f"reply_markup is no inline keyboard: {markup}"
        return
    buttons = [button for row in markup["inline_keyboard"] for button in row]
    if len(buttons) > 100:
        yield "a keyboard holds 100 buttons"
    for button in buttons:
        if set(button) != {"text", "callback_data"}:
            yield f"a button has text and exactly one of the other fields: {button}"
        elif not button["text"].strip():
            yield "a button needs words"
        elif not 1 <= len(button["callback_data"].encode()) <= 64:
            yield f"callback_data has 1 to 64 bytes: {button['callback_data']}"


def _webhook(arguments: Mapping[str, Any]) -> Iterator[str]:
    if not re.match(r"https://[\w.-]+(:(443|80|88|8443))?/", arguments["url"]):
        yield f"Telegram does not send to {arguments['url']}"
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", arguments.get("secret_token", "")):
        yield "secret_token has 1 to 256 of A-Z a-z 0-9 _ -"
    if not set(arguments.get("allowed_updates", [])) <= UPDATES:
        yield f"allowed_updates are not {arguments['allowed_updates']}"
    if arguments.get("drop_pending_updates"):
        yield "what people wrote meanwhile must not be dropped"


def _commands(commands: list[Mapping[str, Any]]) -> Iterator[str]:
    if not 0 < len(commands) <= 100:
        yield "1 to 100 commands"
    for one in commands:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", one["command"]) or not 1 <= len(one["description"]) <= 256:
            yield f"{one} is no command"


def _strings_that_cannot_be_sent(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if any(0xD800 <= ord(character) < 0xE000 for character in value):
            yield "strings must be encoded in UTF-8; half of an emoji cannot"
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _strings_that_cannot_be_sent(one)
    elif isinstance(value, list):
        for one in value:
            yield from _strings_that_cannot_be_sent(one)
