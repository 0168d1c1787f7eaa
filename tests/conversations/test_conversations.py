"""Each YAML file beside this one is a conversation; its name says what it shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import Chats

_FILES = sorted(Path(__file__).parent.glob("*/*.yml"))
_KNOWN = {"user", "intent", "urgency", "messages", "says", "says_not", "starts", "buttons", "note"}


@pytest.mark.parametrize("file", _FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_conversation(file: Path, chats: Chats) -> None:
    chat = chats.new()
    for number, turn in enumerate(yaml.safe_load(file.read_text(encoding="utf-8")), start=1):
        assert set(turn) <= _KNOWN, f"turn {number}: unknown {set(turn) - _KNOWN}"
        parsed = chat.understand(turn["user"])
        messages = chat.say(turn["user"])
        _check(turn, parsed, messages, f"{file.stem}, turn {number}: '{turn['user'][:60]}'")


def _check(turn: dict[str, Any], parsed: dict[str, Any], messages: list[dict[str, Any]], where: str) -> None:
    text = "\n\n".join(message.get("text", "") for message in messages)
    buttons = [button["title"] for message in messages for button in message.get("buttons", ())]
    seen = f"{where}\nthe patient sees:\n{text}\n{buttons}"
    if "intent" in turn:
        assert parsed["intent"]["name"] == turn["intent"], seen
    if "urgency" in turn:
        assert parsed["urgency"] == turn["urgency"], seen
    if "messages" in turn:
        assert len(messages) == turn["messages"], seen
    assert text.startswith(turn.get("starts", "")), seen
    for words in turn.get("says", ()):
        assert words.lower() in text.lower(), f"'{words}' is not said; {seen}"
    for words in turn.get("says_not", ()):
        assert words.lower() not in text.lower(), f"'{words}' is said; {seen}"
    for button in turn.get("buttons", ()):
        assert button in buttons, f"no button '{button}'; {seen}"
