"""Words around the messages of Telegram and Slack, from words.yml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

__all__ = ["ATTACHMENTS", "COMMANDS", "Command"]


@dataclass(frozen=True)
class Command:
    """A command of Telegram's: the sentence that it `says`, and what the `menu` shows beside it."""

    says: str
    menu: str


_WORDS = yaml.safe_load(Path(__file__).with_suffix(".yml").read_text(encoding="utf-8"))
#: By the command's name without its slash.
COMMANDS: Mapping[str, Command] = {name: Command(**words) for name, words in _WORDS["commands"].items()}
#: The kinds of thing in a message of Telegram's that hold no words, and what staff read in their place.
ATTACHMENTS: Mapping[str, str] = _WORDS["attachments"]
