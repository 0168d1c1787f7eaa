"""A journal entry as Slack's messages (Block Kit), and the app's Home tab.

Rules: 50 blocks in a message, 100 in a Home tab (https://docs.slack.dev/reference/block-kit/blocks); 3,000 characters
in a text object (https://docs.slack.dev/reference/block-kit/composition-objects/text-object), 75 on a button and 2,000
in its value (https://docs.slack.dev/reference/block-kit/block-elements/button-element); &, < and > are escaped
(https://docs.slack.dev/messaging/formatting-message-text#escaping). Texts are `verbatim`: Slack looks for no names of
channels or people in them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from companion.platforms.spans import Paragraph, Span, button_titles, pack, paragraphs, plain, read
from companion.store import Entry

__all__ = ["button_place", "escape", "home_view", "slack_messages"]

_MOST_CHARACTERS = 3000
_MOST_ON_BUTTON = 75
#: More than five in a row wrap badly on a phone; a block may hold 25.
_BUTTONS_A_BLOCK = 5
#: All blocks of a message together: Slack answers msg_blocks_too_long from about 13,000 characters on, which its
#: documentation does not say (https://github.com/slackapi/bolt-js/issues/2509).
_SECTIONS_A_MESSAGE = 3
_GAP = "\n\n"
_VALUE = re.compile(r"(slack-[\w.-]{1,190})#(\d{1,18})#(\d{1,3})", re.ASCII)


def slack_messages(entry: Entry) -> list[dict[str, Any]]:
    """What chat.postMessage needs beside the channel, one after the other: `text` for notifications and screen readers,
    and `blocks`. Empty where there is nothing to show."""
    groups = _packed(paragraphs(entry))
    messages = [
        _message(groups[start : start + _SECTIONS_A_MESSAGE], _fine_print(entry))
        for start in range(0, len(groups), _SECTIONS_A_MESSAGE)
    ]
    titles = button_titles(entry.content)
    if titles:
        messages = messages or [{"text": escape(", ".join(title for _, title in titles)), "blocks": []}]
        messages[-1]["blocks"] += _button_rows(entry, titles)
    return messages


def home_view(text: str) -> dict[str, Any]:
    """The `view` of views.publish that shows `text` (https://docs.slack.dev/reference/views/home-tab-views)."""
    return {"type": "home", "blocks": [block for group in _packed(read(text)) for block in _blocks(group, None)]}


def button_place(value: Any) -> tuple[str, int, int] | None:
    """Which button was pressed: its chat, the place of its message there, and its own in that message; None where
    `value` is not ours."""
    match = _VALUE.fullmatch(value) if isinstance(value, str) else None
    return (match[1], int(match[2]), int(match[3])) if match else None


def escape(text: str) -> str:
    """As plain words, whatever they hold: no mention, link or channel comes of them."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _packed(parts: Sequence[Paragraph]) -> list[list[Paragraph]]:
    return pack(parts, lambda part: len(_mrkdwn(part)), _MOST_CHARACTERS, len(_GAP))


def _message(groups: Sequence[Sequence[Paragraph]], fine_print: str | None) -> dict[str, Any]:
    return {
        "text": _GAP.join(_mrkdwn(replace(span, strong=False) for span in part) for group in groups for part in group),
        "blocks": [block for group in groups for block in _blocks(group, fine_print)],
    }


def _blocks(group: Sequence[Paragraph], fine_print: str | None) -> list[dict[str, Any]]:
    """Sections with the paragraphs of `group`, in their order; the disclaimer in small type."""
    blocks: list[dict[str, Any]] = []
    for small, some in groupby(group, lambda part: plain(part) == fine_print):
        text = {"type": "mrkdwn", "text": _GAP.join(_mrkdwn(part) for part in some), "verbatim": True}
        blocks.append({"type": "context", "elements": [text]} if small else {"type": "section", "text": text})
    return blocks


def _button_rows(entry: Entry, titles: Sequence[tuple[int, str]]) -> list[dict[str, Any]]:
    buttons = [
        {
            "type": "button",
            "text": {"type": "plain_text", "text": _short(title), "emoji": False},
            "action_id": f"reply-{number}",
            "value": f"{entry.conversation}#{entry.seq}#{number}",
        }
        for number, title in titles
    ]
    starts = range(0, len(buttons), _BUTTONS_A_BLOCK)
    return [{"type": "actions", "elements": buttons[start : start + _BUTTONS_A_BLOCK]} for start in starts]


def _mrkdwn(part: Iterable[Span]) -> str:
    return "".join(_styled(span) for span in part)


def _styled(span: Span) -> str:
    words = escape(span.text)
    if span.link:
        # A bar would end the address, and cut what is shown.
        address = escape(span.link).replace("|", "%7C")
        return f"<{address}>" if span.link == span.text else f"<{address}|{words.replace('|', '/')}>"
    stem = words.rstrip()
    # A star would end it early; strong words across lines are not strong in Slack.
    strong = span.strong and stem and "*" not in stem and "\n" not in stem
    return f"*{stem}*{words[len(stem) :]}" if strong else words


def _short(title: str) -> str:
    return title if len(title) <= _MOST_ON_BUTTON else f"{title[: _MOST_ON_BUTTON - 1]}…"


def _fine_print(entry: Entry) -> str | None:
    parts = entry.content.get("parts")
    disclaimer = parts.get("disclaimer") if isinstance(parts, dict) else None
    return disclaimer.strip() if isinstance(disclaimer, str) and disclaimer.strip() else None
