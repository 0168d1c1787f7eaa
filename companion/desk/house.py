"""What the desk takes from the service's settings and from content/."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from pydantic import Field

from companion.cases.sbar import SbarWords
from companion.cases.service import Service
from companion.content.model import Entry
from companion.content.shaped_file import read_shaped

__all__ = ["CannedReply", "House", "load_canned_replies"]


class CannedReply(Entry):
    """One ready answer to a patient. May name what notices may: care_line, emergency ..."""

    title: str = Field(max_length=60)
    text: str


class _CannedReplies(Entry):
    replies: dict[str, CannedReply]


def load_canned_replies() -> dict[str, CannedReply]:
    """content/canned_replies.yml, in its order. Raises `ContentError`."""
    return read_shaped("content/canned_replies.yml", _CannedReplies).replies


@dataclass(frozen=True)
class House:
    """`targets`: how soon a case of an urgency is to be claimed. `outcomes`: id -> label. `zone`: staff's clocks."""

    targets: Mapping[str, timedelta]
    outcomes: Mapping[str, str]
    zone: tzinfo
    sbar: SbarWords
    canned: Mapping[str, CannedReply]

    def local(self, at: datetime) -> datetime:
        """A time on the staff's clocks."""
        return at.astimezone(self.zone)

    @classmethod
    def of(cls, service: Service) -> House:
        """What the service's settings say, with the words of content/. Raises `ContentError`."""
        zone = ZoneInfo(service.time_zone)
        return cls(service.targets, service.outcomes, zone, SbarWords.load(), load_canned_replies())
