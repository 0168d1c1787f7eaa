"""The queue: who waits, how long, against which target, and who has whom."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from companion.cases import Case, Cases, CaseState
from companion.cases.model import HELD, UNCLAIMED
from companion.desk.accounts import Accounts, Member
from companion.desk.chats import Chats
from companion.desk.sign_ins import SignIns
from companion.safety.model import Urgency
from companion.store import utc_now

__all__ = ["Filters", "Health", "Queue", "Row"]

Show = Literal["open", "waiting", "mine", "closed"]

#: New ones of these are told by a sound and in the page's title.
_LOUD = frozenset(level.value for level in Urgency if level.at_least(Urgency.urgent))
#: So many closed ones are listed.
_MOST_CLOSED = 200


@dataclass(frozen=True)
class Filters:
    """What somebody wants to see; an empty `urgency` or `channel` is any."""

    show: Show = "open"
    urgency: str = ""
    channel: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Filters:
        """From an address; what is not known counts as not given."""
        show = query.get("show", "")
        urgency = query.get("urgency", "")
        known = {level.value for level in Urgency}
        return cls(
            show=show if show in ("waiting", "mine", "closed") else "open",  # type: ignore[arg-type]
            urgency=urgency if urgency in known else "",
            channel=query.get("channel", "")[:30],
        )


@dataclass(frozen=True)
class Row:
    """One case. `left`: until it should be claimed, negative when that has passed. `used`: how much of that time has
    gone, in per cent, at most 100. `away`: its holder is not signed in or off duty. `patient_waits`: how long the
    patient has waited for that person's answer in a chat that is taken over."""

    case: Case
    waited: timedelta
    left: timedelta
    used: int
    holder: Member | None
    away: bool
    patient_waits: timedelta | None

    @property
    def unclaimed(self) -> bool:
        """Nobody has taken it on."""
        return self.case.state in UNCLAIMED

    @property
    def needs_somebody(self) -> bool:
        """Nobody has it, or whoever has it is away while the patient waits."""
        return self.unclaimed or (self.away and self.patient_waits is not None)

    @property
    def late(self) -> bool:
        """Its target has passed and nobody has it."""
        return self.unclaimed and self.left < timedelta()

    @property
    def loud(self) -> bool:
        """Worth a sound."""
        return self.needs_somebody and self.case.urgency in _LOUD


@dataclass(frozen=True)
class Health:
    """The queue at a glance."""

    waiting: int
    loud: int
    late: int
    longest: timedelta | None
    on_duty: list[Member]


class Queue:
    """Every method raises `StoreError` where the database does not answer."""

    def __init__(
        self,
        cases: Cases,
        chats: Chats,
        accounts: Accounts,
        sign_ins: SignIns,
        *,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._cases = cases
        self._chats = chats
        self._accounts = accounts
        self._sign_ins = sign_ins
        self._clock = clock

    def open(self) -> list[Row]:
        """Every case that is not over: most urgent first, then who has waited longest."""
        return self.rows(self._cases.queue())

    def loud(self) -> list[str]:
        """The ids of the open cases that are worth a sound."""
        return [row.case.id for row in self.open() if row.loud]

    def closed(self) -> list[Row]:
        """The last that are over, latest first, without those that are erased."""
        over = self._cases.queue([CaseState.CLOSED, CaseState.WITHDRAWN])
        kept = [case for case in over if case.erased_at is None]
        latest = sorted(kept, key=lambda case: case.closed_at or case.changed_at, reverse=True)
        return self.rows(latest[:_MOST_CLOSED])

    def rows(self, found: Sequence[Case]) -> list[Row]:
        """These cases with their clocks and holders."""
        now = self._clock()
        held = self._chats.held([case for case in found if case.state in HELD])
        there = {member.id for member in self._sign_ins.on_duty()}
        everybody = {member.id: member for member in self._accounts.all()}
        rows = []
        for case in found:
            since = held[case.id].waits_since if case.id in held else None
            target = case.due_at - case.created_at
            until = now if case.state in UNCLAIMED else case.claimed_at or case.closed_at or now
            used = 100 if target <= timedelta() else int(100 * (now - case.created_at) / target)
            rows.append(
                Row(
                    case=case,
                    waited=until - case.created_at,
                    left=case.due_at - now,
                    used=max(0, min(100, used)),
                    holder=everybody.get(case.assignee or ""),
                    away=case.state in HELD and case.assignee not in there,
                    patient_waits=None if since is None else now - since,
                )
            )
        return rows

    def health(self, rows: Sequence[Row]) -> Health:
        """Of all open cases, whatever is filtered."""
        waiting = [row for row in rows if row.needs_somebody]
        return Health(
            waiting=len(waiting),
            loud=sum(row.loud for row in waiting),
            late=sum(row.late for row in waiting),
            longest=max((row.patient_waits or row.waited for row in waiting), default=None),
            on_duty=self._sign_ins.on_duty(),
        )

    def shown(self, rows: Sequence[Row], filters: Filters, me: Member) -> list[Row]:
        """What of the open cases passes the filters; those that need somebody come first."""
        wanted = [
            row
            for row in rows
            if (not filters.urgency or row.case.urgency == filters.urgency)
            and (not filters.channel or row.case.channel == filters.channel)
            and (filters.show != "waiting" or row.needs_somebody)
            and (filters.show != "mine" or row.case.assignee == me.id)
        ]
        return wanted if filters.show == "closed" else sorted(wanted, key=lambda row: not row.needs_somebody)
