"""Brings messages to patients on platforms that have to be pushed to."""

from __future__ import annotations

from collections.abc import Mapping

from companion.cases.outbox import Outbox, Parcel
from companion.platforms import DeliveryError, Platform
from companion.store import Journal

__all__ = ["Courier"]


class Courier:
    """Sends the parcels of kind "patient"."""

    def __init__(self, journal: Journal, outbox: Outbox, platforms: Mapping[str, Platform]) -> None:
        """`platforms`: by the name of their channel."""
        self._journal = journal
        self._outbox = outbox
        self._platforms = platforms

    def deliver(self, parcel: Parcel) -> None:
        """Sends it, and has the outbox know. Raises `DeliveryError`."""
        conversation = parcel.conversation or ""
        place = self._journal.address(conversation)
        entry = self._journal.entry(conversation, int(parcel.payload["seq"]))
        if place is None or entry is None:
            self._outbox.sent(parcel, fault="erased")
            return
        channel, address = place
        if channel not in self._platforms:
            # Not for ever: a deployment may have been started without its settings.
            raise DeliveryError(f"no settings for {channel}")
        self._platforms[channel].deliver(address, entry)
        self._outbox.sent(parcel)
