"""What every channel of the public edge is given to work with."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from companion.content import Library
from companion.dialogue.replies import Writer
from companion.settings import Settings
from companion.store import Journal
from companion.web.turns import Turns

__all__ = ["Edge"]


@dataclass(frozen=True)
class Edge:
    """Handed to each channel's `routes(edge)`, which gives back no routes where its own settings are not set.

    `journal` blocks: call it with `await asyncio.to_thread(...)`. `turns.start(conversation, seq)` returns at once and
    has the message answered. `environment`: where a channel reads its own settings.
    """

    journal: Journal
    turns: Turns
    writer: Writer
    library: Library
    settings: Settings
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
