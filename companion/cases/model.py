"""What a case is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

__all__ = ["OPEN", "Case", "CaseConflictError", "CaseRequest", "CaseState", "Staff", "UnknownCaseError"]


class CaseState(str, Enum):
    """Where a case stands. `requested`: stored, nobody told yet. `queued`: staff were told. `claimed`: somebody has
    taken it on. `active`: that person holds the chat. `waiting_for_patient`: they wait for an answer. `unanswered`:
    nobody claimed it in time; it still can be. `withdrawn`: the patient changed their mind."""

    REQUESTED = "requested"
    QUEUED = "queued"
    CLAIMED = "claimed"
    ACTIVE = "active"
    WAITING_FOR_PATIENT = "waiting_for_patient"
    UNANSWERED = "unanswered"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


#: Not over yet.
OPEN = frozenset(CaseState) - {CaseState.CLOSED, CaseState.WITHDRAWN}
#: Nobody has taken it on.
UNCLAIMED = frozenset({CaseState.REQUESTED, CaseState.QUEUED, CaseState.UNANSWERED})
#: Somebody has.
HELD = frozenset({CaseState.CLAIMED, CaseState.ACTIVE, CaseState.WAITING_FOR_PATIENT})


class CaseConflictError(RuntimeError):
    """The case is no longer as the caller believed: somebody else was faster. One line, for that person to read."""


class UnknownCaseError(LookupError):
    """There is no such case."""


@dataclass(frozen=True)
class Staff:
    """Who acts: an account's id, first name and title ("nurse"); what the patient and the audit see."""

    id: str
    name: str
    title: str

    @property
    def signature(self) -> str:
        """As a patient sees them: "Anna, breast care nurse"."""
        return f"{self.name}, {self.title}"


@dataclass(frozen=True)
class CaseRequest:
    """What a new case is made of.

    `key`: the same request twice is one case. `red_flags`: dicts with `id`, `urgency`, `text`. `reason`: in the
    person's own words. `contact`: how to reach them, as read back to them; `contact_when`: when. `consent`: `given`
    (what was agreed to: "case", "transcript"), `at` (ISO time) and `wording` (id of the text that was shown).
    `about`: what else the note tells (name of the caller and of the patient, answers of a phone intake, the
    suggested urgency and why). `conversation`: None for a telephone call.
    """

    key: str
    channel: str
    urgency: str
    conversation: str | None = None
    red_flags: Sequence[Mapping[str, str]] = ()
    reason: str = ""
    name: str | None = None
    contact: str | None = None
    contact_when: str | None = None
    about: Mapping[str, Any] = field(default_factory=dict)
    consent: Mapping[str, Any] = field(default_factory=dict)
    language: str = "en"
    country: str | None = None


@dataclass(frozen=True)
class Case:
    """A case as it is stored. Times are in UTC. `reference` is what the patient is given."""

    id: str
    reference: str
    conversation: str | None
    channel: str
    state: CaseState
    urgency: str
    red_flags: list[dict[str, str]]
    reason: str
    name: str | None
    contact: str | None
    contact_when: str | None
    about: dict[str, Any]
    consent: dict[str, Any]
    language: str
    country: str | None
    assignee: str | None
    outcome: str | None
    version: int
    created_at: datetime
    changed_at: datetime
    due_at: datetime
    claimed_at: datetime | None
    closed_at: datetime | None
    overdue_at: datetime | None
    erased_at: datetime | None
    told_at: datetime | None = None
