"""What the worker knows of a platform."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from companion.store import Entry

__all__ = ["DeliveryError", "Platform"]


class DeliveryError(RuntimeError):
    """A message did not arrive. The text names the kind of fault, never what the message said or to whom.

    `permanent`: trying again will not help. `retry_after`: seconds that the platform asks us to wait. `gone`: nobody
    can be reached in this chat any more (the bot was blocked, the channel is archived), until they write again.
    """

    def __init__(
        self, fault: str, *, permanent: bool = False, retry_after: float | None = None, gone: bool = False
    ) -> None:
        super().__init__(fault)
        self.permanent = permanent
        self.retry_after = retry_after
        self.gone = gone


class Platform(Protocol):
    """Somewhere messages are pushed to."""

    def deliver(self, address: Mapping[str, Any], entry: Entry) -> None:
        """Sends `entry` to the chat at `address` (as the edge stored it). Blocks. Raises `DeliveryError`."""
