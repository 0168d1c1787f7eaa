"""A journal entry as Telegram's messages.

Words are sent as plain text with entities beside it: nothing in them can be taken for markup. Rules of length and form:
https://core.telegram.org/bots/api#sendmessage, #messageentity, #inlinekeyboardbutton.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from companion.platforms.spans import Paragraph, button_titles, pack, paragraphs, plain
from companion.store import Entry

__all__ = ["bare", "button_place", "telegram_messages", "units"]

#: The most that a message holds. The rule says "characters after entities parsing"; UTF-16 units, which the offsets of
#: entities are counted in, are never fewer.
_MOST_UNITS = 4096
_GAP = "\n\n"
_CALLBACK = re.compile(r"(\d{1,18}):(\d{1,3})")
#: Stands where a message has quick replies and no words; Telegram takes no empty text.
_NO_WORDS = "…"


def telegram_messages(entry: Entry) -> list[dict[str, Any]]:
    """What sendMessage needs beside the chat's id, one after the other; empty where there is nothing to show."""
    groups = pack(paragraphs(entry), lambda part: units(plain(part)), _MOST_UNITS, units(_GAP))
    messages = [_message(group) for group in groups]
    titles = button_titles(entry.content)
    if titles:
        messages = messages or [{"text": _NO_WORDS}]
        # One below the other: on a phone a row of two cuts their words off.
        rows = [[{"text": title, "callback_data": f"{entry.seq}:{number}"}] for number, title in titles]
        messages[-1]["reply_markup"] = {"inline_keyboard": rows}
    return messages


def bare(message: Mapping[str, Any]) -> dict[str, Any]:
    """`message` as words alone, with the addresses of its links behind it as far as there is room."""
    text = str(message["text"])
    for entity in message.get("entities", ()):
        longer = f"{text}\n{entity['url']}" if "url" in entity else text
        text = longer if units(longer) <= _MOST_UNITS else text
    return {"text": text}


def button_place(data: Any) -> tuple[int, int] | None:
    """Which button was tapped: the place of its message in the chat, and its own in that message; None where `data`
    (callback_data) is not ours."""
    match = _CALLBACK.fullmatch(data) if isinstance(data, str) and data.isascii() else None
    return (int(match[1]), int(match[2])) if match else None


def units(text: str) -> int:
    """Length in UTF-16 code units, as Telegram counts."""
    return len(text.encode("utf-16-le")) // 2


def _message(group: Sequence[Paragraph]) -> dict[str, Any]:
    text, entities = "", []
    for number, part in enumerate(group):
        text += _GAP if number else ""
        for span in part:
            place = {"offset": units(text), "length": units(span.text)}
            if span.strong:
                entities.append({"type": "bold", **place})
            # A bare address becomes a link by itself.
            if span.link and span.link != span.text:
                entities.append({"type": "text_link", **place, "url": span.link})
            text += span.text
    # A preview of the first source would be larger than the answer, and its picture is not ours to choose.
    message: dict[str, Any] = {"text": text, "link_preview_options": {"is_disabled": True}}
    return {**message, "entities": entities} if entities else message
