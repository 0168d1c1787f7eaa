"""What somebody said, out of an event of Slack's (https://docs.slack.dev/reference/events/message)."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from companion.web.payload import child, string

__all__ = ["Said", "is_id", "is_time", "said"]

_ID = re.compile(r"[A-Z0-9]{2,40}")
_TIME = re.compile(r"\d{1,12}\.\d{1,9}")
_EVENT_ID = re.compile(r"[\w.-]{1,150}", re.ASCII)
#: Kinds of message that hold what a person says now; no subtype is the usual one. All others are about a channel, an
#: older message, or from a program (https://docs.slack.dev/reference/events/message#subtypes).
_SPOKEN = {"", "file_share", "me_message", "thread_broadcast"}
#: <@U1>, <#C1|name>, <!here>, <https://example.org|words>, <mailto:a@example.org|a@example.org>
_MARK = re.compile(r"<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>")


@dataclass(frozen=True)
class Said:
    """A message of a person. `ts`: Slack's id of it in its channel. `thread`: the `ts` of the message above it, where
    it is a reply. `direct`: nobody else reads along. `mentioned`: the assistant was called by name."""

    key: str
    team: str
    channel: str
    user: str
    ts: str
    text: str
    thread: str | None
    direct: bool
    mentioned: bool
    edited: bool
    files: bool

    @property
    def conversation(self) -> str:
        """The chat's id: a direct message, or a thread."""
        return "-".join(["slack", self.team, self.channel, *filter(None, [self._root])])

    @property
    def address(self) -> dict[str, str]:
        """Where replies go: in a channel always into a thread."""
        return {"channel": self.channel, **({"thread": self._root} if self._root else {})}

    @property
    def _root(self) -> str | None:
        return self.thread if self.direct else self.thread or self.ts


def said(payload: Mapping[str, Any]) -> Said | None:
    """The message in an event; None where there is none for the assistant to hear: of a program, of itself, about a
    channel, or one whose `app_mention` comes as an event of its own."""
    event = child(payload, "event")
    kind, subtype = event.get("type"), string(event, "subtype")
    edited = subtype == "message_changed"
    message = child(event, "message") if edited else event
    if kind not in ("message", "app_mention") or (string(message, "subtype") not in _SPOKEN):
        return None
    ours = _own_names(payload)
    user, channel, ts = string(message, "user"), string(event, "channel"), string(message, "ts")
    team, key, thread = string(payload, "team_id"), string(payload, "event_id"), string(message, "thread_ts")
    if not (is_id(user) and is_id(channel) and is_id(team) and is_time(ts) and _EVENT_ID.fullmatch(key)):
        return None
    if message.get("bot_id") or user in ours or user == "USLACKBOT":
        return None
    text, files = string(message, "text"), bool(message.get("files"))
    direct = string(event, "channel_type") == "im" or channel.startswith("D")
    if not (text.strip() or files) or (kind == "message" and not direct and not edited and _calls(text, ours)):
        return None
    # The first message of a thread carries the thread's id too, once somebody has replied to it.
    reply = thread if is_time(thread) and thread != ts else None
    # Slack sends a mention again when it is edited.
    edited = edited or bool(message.get("edited"))
    return Said(key, team, channel, user, ts, _words(text, ours), reply, direct, kind == "app_mention", edited, files)


def is_id(value: Any) -> bool:
    """Whether it has the form of Slack's ids of people, channels and workspaces."""
    return isinstance(value, str) and bool(_ID.fullmatch(value))


def is_time(value: Any) -> bool:
    """Whether it has the form of a `ts`."""
    return isinstance(value, str) and value.isascii() and bool(_TIME.fullmatch(value))


def _own_names(payload: Mapping[str, Any]) -> set[str]:
    """The assistant's own ids as a user, as far as the event tells."""
    given = payload.get("authorizations")
    found = [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []
    return {one["user_id"] for one in found if one.get("is_bot") and isinstance(one.get("user_id"), str)}


def _calls(text: str, ours: set[str]) -> bool:
    """Whether a message mentions the assistant; where its name is not known, whether it mentions anybody."""
    named = {mark[2] for mark in _MARK.finditer(text) if mark[1] == "@"}
    return bool(named & ours if ours else named)


def _words(text: str, ours: set[str]) -> str:
    """As it was typed: without Slack's marks, and without the assistant's name."""

    def typed(mark: re.Match[str]) -> str:
        sign, target, label = mark.groups()
        if sign == "@":
            return "" if target in ours or not ours else label or ""
        if sign == "#":
            return f"#{label}" if label else ""
        return label or ("" if sign == "!" else target.removeprefix("mailto:").removeprefix("tel:"))

    return html.unescape(_MARK.sub(typed, text)) if "&" in text else _MARK.sub(typed, text)
