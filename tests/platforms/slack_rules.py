"""What Slack publishes about the calls made here (https://docs.slack.dev/reference/methods and .../block-kit). A call
that breaks a rule is a fault, and the test that made it fails."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

#: Arguments by method: required, optional.
METHODS = {
    "chat.postMessage": (
        {"channel", "text", "link_names", "unfurl_links", "unfurl_media"},
        {"blocks", "thread_ts", "mrkdwn", "parse"},
    ),
    "chat.postEphemeral": ({"channel", "user", "text"}, {"blocks", "thread_ts", "link_names", "parse"}),
    "views.publish": ({"user_id", "view"}, {"hash"}),
    "reactions.add": ({"channel", "timestamp", "name"}, set()),
}
#: https://docs.slack.dev/changelog/2018-truncating-really-long-messages
MOST_TEXT = 40_000
#: Not published; from here on Slack answers msg_blocks_too_long (https://github.com/slackapi/bolt-js/issues/2509).
MOST_IN_BLOCKS = 13_000
_TS = re.compile(r"\d{10}\.\d{6}")
#: What may stand between < and > in words of ours: a link. A mention, a channel or a date would be somebody else's.
_LINK = re.compile(r"<(https?://[^\s<>|]+)(\|[^<>|]+)?>")


def faults(method: str, arguments: Mapping[str, Any]) -> Iterator[str]:
    """Each rule that this call breaks, as a sentence."""
    if method not in METHODS:
        yield f"there is no method {method} here"
        return
    required, optional = METHODS[method]
    yield from (f"{method} needs {name}" for name in sorted(required - set(arguments)))
    yield from (f"{method} knows no {name}" for name in sorted(set(arguments) - required - optional))
    if "channel" in arguments and not re.fullmatch(r"[CDG][A-Z0-9]{2,}", arguments["channel"]):
        yield f"{arguments['channel']} is no channel"
    for name in ("user", "user_id"):
        if name in arguments and not re.fullmatch(r"[UW][A-Z0-9]{2,}", arguments[name]):
            yield f"{arguments[name]} is no person"
    for name in ("thread_ts", "timestamp"):
        if name in arguments and not _TS.fullmatch(arguments[name]):
            yield f"{name} is not {arguments[name]}"
    for name in ("link_names", "unfurl_links", "unfurl_media"):
        if arguments.get(name):
            yield f"{name} must be off"
    if "text" in arguments:
        yield from _words(arguments["text"], MOST_TEXT, links=True)
    if "blocks" in arguments:
        yield from _blocks(arguments["blocks"], 50)
    if method == "views.publish":
        view = arguments["view"]
        if set(view) - {"type", "blocks", "private_metadata", "callback_id", "external_id"} or view["type"] != "home":
            yield f"no view of a Home tab: {sorted(view)}"
        yield from _blocks(view["blocks"], 100)


def _blocks(blocks: list[Mapping[str, Any]], most: int) -> Iterator[str]:
    if not 0 < len(blocks) <= most:
        yield f"1 to {most} blocks, not {len(blocks)}"
    if sum(len(str(block)) for block in blocks if block.get("type") != "actions") > MOST_IN_BLOCKS:
        yield "msg_blocks_too_long"
    for block in blocks:
        match block:
            case {"type": "section", "text": text, **rest} if not rest:
                yield from _text(text)
            case {"type": "context", "elements": [*elements], **rest} if not rest and 0 < len(elements) <= 10:
                for one in elements:
                    yield from _text(one)
            case {"type": "actions", "elements": [*elements], **rest} if not rest and 0 < len(elements) <= 25:
                yield from _buttons(elements)
            case _:
                yield f"not the form of a block: {block}"


def _text(text: Mapping[str, Any]) -> Iterator[str]:
    if text.get("type") != "mrkdwn" or set(text) - {"type", "text", "verbatim"}:
        yield f"not the form of a text object: {text}"
    elif text.get("verbatim") is not True:
        yield "without verbatim, Slack looks for names in it"
    else:
        yield from _words(text["text"], 3000, links=True)


def _buttons(buttons: list[Mapping[str, Any]]) -> Iterator[str]:
    if len(buttons) > 5:
        yield "more than five buttons in a row wrap badly"
    names = [button.get("action_id") for button in buttons]
    if len(set(names)) < len(names):
        yield "each action_id must be unique in its block"
    for button in buttons:
        match button:
            case {"type": "button", "text": {"type": "plain_text", "text": words}, "action_id": name, "value": value}:
                if set(button) - {"type", "text", "action_id", "value", "style", "accessibility_label"}:
                    yield f"a button knows not all of {sorted(button)}"
                if not 0 < len(words) <= 75 or not 0 < len(name) <= 255 or not 0 < len(value) <= 2000:
                    yield f"a button is too long or empty: {button}"
            case _:
                yield f"not the form of a button: {button}"


def _words(text: Any, most: int, *, links: bool) -> Iterator[str]:
    if not isinstance(text, str) or not 0 < len(text) <= most:
        yield f"a text of 1 to {most} characters, not {len(text)}"
        return
    try:
        text.encode()
    except UnicodeEncodeError:
        yield "half of an emoji cannot be sent"
    rest = _LINK.sub("", text) if links else text
    if "<" in rest or ">" in rest:
        yield f"< and > must be escaped: {rest[:80]}"
    if re.search(r"&(?!amp;|lt;|gt;)", rest):
        yield f"& must be escaped: {rest[:80]}"
