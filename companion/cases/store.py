"""Opens cases and moves them from state to state. Each step is one transaction: the change, its audit entry, what is to
be sent because of it. Whoever comes second is told so."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from companion.cases.model import (
    HELD,
    OPEN,
    UNCLAIMED,
    Case,
    CaseConflictError,
    CaseRequest,
    CaseState,
    Staff,
    UnknownCaseError,
)
from companion.safety.model import Urgency
from companion.store.database import Database, insert_new, utc_now
from companion.store.journal import Journal
from companion.store.tables import audit, cases, conversations, notes, outbox

__all__ = ["Cases"]

#: Without letters and digits that are mistaken for each other when read out.
_ALPHABET = "ACDEFGHJKLMNPQRTUVWXY34679"
_REFERENCE_LENGTH = 6
#: Most urgent first; what is not a level comes last.
_RANK = {level.value: rank for rank, level in enumerate(Urgency)}


class Cases:
    """Every method raises `StoreError` where the database does not answer; nothing is then stored."""

    def __init__(
        self,
        database: Database,
        targets: Mapping[str, timedelta],
        *,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """`targets`: for each urgency how soon a case is to be claimed (content/service.yml)."""
        self._database = database
        self._targets = targets
        self._clock = clock
        self._journal = Journal(database, clock=clock)

    # -- a case begins -----------------------------------------------------------------------------------------------

    def open(self, request: CaseRequest, *, told: bool = True, by: str = "patient") -> Case:
        """Stores a case and has staff told of it; the same request a second time gives the first one's case.

        `told`: whether there is anybody to tell; without, it stays `requested`.
        """
        now = self._clock()
        case_id = uuid.uuid4().hex
        state = CaseState.QUEUED if told else CaseState.REQUESTED
        row = {
            "id": case_id,
            "reference": "".join(secrets.choice(_ALPHABET) for _ in range(_REFERENCE_LENGTH)),
            "request_key": request.key,
            "conversation": request.conversation,
            "channel": request.channel,
            "state": state.value,
            "urgency": request.urgency,
            "red_flags": [dict(flag) for flag in request.red_flags],
            "reason": request.reason,
            "name": request.name,
            "contact": request.contact,
            "contact_when": request.contact_when,
            "about": dict(request.about),
            "consent": dict(request.consent),
            "language": request.language,
            "country": request.country,
            "created_at": now,
            "changed_at": now,
            "due_at": now + self._targets[request.urgency],
        }
        with self._database.writing() as connection:
            if insert_new(connection, cases, row):
                self._record(connection, by, case_id, "opened", {"urgency": request.urgency, "state": state.value})
                if told:
                    self.tell_staff(connection, case_id, "new")
            found = connection.execute(sa.select(cases).where(cases.c.request_key == request.key)).one_or_none()
            if found is None:
                # A reference already given to another case: one in three hundred million.
                raise CaseConflictError("please try again")
            return _case(found)

    # -- reading -----------------------------------------------------------------------------------------------------

    def get(self, case_id: str) -> Case:
        """Raises `UnknownCaseError`."""
        with self._database.reading() as connection:
            return self._get(connection, case_id)

    def open_of(self, conversation: str) -> Case | None:
        """The latest case of a chat that is not over, or None."""
        query = (
            sa.select(cases)
            .where(cases.c.conversation == conversation, cases.c.state.in_([state.value for state in OPEN]))
            .order_by(cases.c.created_at.desc())
            .limit(1)
        )
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _case(row)

    def all_of(self, conversation: str) -> list[Case]:
        """Every case of a chat, oldest first."""
        query = sa.select(cases).where(cases.c.conversation == conversation).order_by(cases.c.created_at)
        with self._database.reading() as connection:
            return [_case(row) for row in connection.execute(query)]

    def queue(self, states: Iterable[CaseState] = OPEN) -> list[Case]:
        """The cases in these states, most urgent first, then those who have waited longest."""
        query = sa.select(cases).where(cases.c.state.in_([state.value for state in states]))
        with self._database.reading() as connection:
            found = [_case(row) for row in connection.execute(query)]
        return sorted(found, key=lambda case: (_RANK.get(case.urgency, len(_RANK)), case.created_at))

    def notes(self, case_id: str) -> list[dict[str, Any]]:
        """What staff wrote: `author`, `text`, `at`, oldest first."""
        query = sa.select(notes).where(notes.c.case_id == case_id).order_by(notes.c.id)
        with self._database.reading() as connection:
            return [dict(row._mapping) for row in connection.execute(query)]

    def timeline(self, case_id: str) -> list[dict[str, Any]]:
        """Its audit entries: `at`, `who`, `action`, `details`, oldest first."""
        query = sa.select(audit).where(audit.c.case_id == case_id).order_by(audit.c.id)
        with self._database.reading() as connection:
            return [dict(row._mapping) for row in connection.execute(query)]

    def looked_at(self, case_id: str, who: Staff) -> None:
        """Somebody opened the case: that too is recorded."""
        with self._database.writing() as connection:
            self._record(connection, who.signature, case_id, "looked", {})

    # -- what staff do -----------------------------------------------------------------------------------------------

    def claim(self, case_id: str, by: Staff) -> Case:
        """Takes the case on. Raises `CaseConflictError` where somebody else has."""
        change = {"assignee": by.id, "claimed_at": self._clock()}
        return self._move(case_id, by.signature, "claimed", UNCLAIMED, CaseState.CLAIMED, change)

    def release(self, case_id: str, by: Staff) -> Case:
        """Back to the queue; the assistant has the chat again."""
        return self._move(
            case_id, by.signature, "released", HELD, CaseState.QUEUED, {"assignee": None}, holds=False, only=by.id
        )

    def transfer(self, case_id: str, by: Staff, to: Staff) -> Case:
        """Somebody else takes over, in the same state."""
        change = {"assignee": to.id}
        details = {"to": to.signature}
        return self._move(case_id, by.signature, "transferred", HELD, None, change, details=details)

    def take_over(self, case_id: str, by: Staff) -> Case:
        """The assignee holds the chat: the assistant is silent until they give it back."""
        return self._move(case_id, by.signature, "took over the chat", HELD, CaseState.ACTIVE, holds=True, only=by.id)

    def give_back(self, case_id: str, by: Staff) -> Case:
        """The assistant has the chat again; the case stays with its assignee."""
        states = {CaseState.ACTIVE, CaseState.WAITING_FOR_PATIENT}
        return self._move(
            case_id, by.signature, "gave the chat back", states, CaseState.CLAIMED, holds=False, only=by.id
        )

    def wait_for_patient(self, case_id: str, by: Staff) -> Case:
        """The next word is the patient's."""
        states = {CaseState.CLAIMED, CaseState.ACTIVE}
        return self._move(
            case_id, by.signature, "waits for the patient", states, CaseState.WAITING_FOR_PATIENT, only=by.id
        )

    def close(self, case_id: str, by: Staff, outcome: str) -> Case:
        """Over. `outcome`: an id of content/service.yml."""
        change = {"closed_at": self._clock(), "outcome": outcome}
        return self._move(
            case_id, by.signature, "closed", OPEN, CaseState.CLOSED, change, details={"outcome": outcome}, holds=False
        )

    def reopen(self, case_id: str, by: Staff) -> Case:
        """Back to the queue, with a fresh time to be claimed in."""
        case = self.get(case_id)
        now = self._clock()
        change = {
            "closed_at": None,
            "outcome": None,
            "assignee": None,
            "overdue_at": None,
            "due_at": now + self._targets[case.urgency],
        }
        return self._move(case_id, by.signature, "reopened", {CaseState.CLOSED}, CaseState.QUEUED, change)

    def set_urgency(self, case_id: str, by: Staff, urgency: str) -> Case:
        """A person's judgement; raises the clock too."""
        case = self.get(case_id)
        change = {"urgency": urgency, "due_at": case.created_at + self._targets[urgency]}
        details = {"from": case.urgency, "to": urgency}
        return self._move(case_id, by.signature, "set the urgency", OPEN, None, change, details=details)

    def add_note(self, case_id: str, by: Staff, text: str) -> None:
        """Staff only; the patient never sees it."""
        with self._database.writing() as connection:
            self._get(connection, case_id)
            connection.execute(
                sa.insert(notes).values(case_id=case_id, author=by.signature, text=text, at=self._clock())
            )
            self._record(connection, by.signature, case_id, "wrote a note", {})

    def write_to_patient(self, case_id: str, by: Staff, text: str, *, key: str) -> int:
        """A message from a person into the patient's own chat. `key`: the same twice is sent once.

        Raises `CaseConflictError` where `by` does not hold the chat. Gives back its place in the chat.
        """
        with self._database.writing() as connection:
            case = self._get(connection, case_id)
            if case.state is not CaseState.ACTIVE and case.state is not CaseState.WAITING_FOR_PATIENT:
                raise CaseConflictError("you do not hold this chat; take it over first")
            if case.assignee != by.id or case.conversation is None:
                raise CaseConflictError("somebody else holds this chat")
            seq = self._journal.say_in(connection, case.conversation, "person", text, name=by.signature, key=key)
            if seq is None:
                raise CaseConflictError("the person has deleted this chat")
            self._record(connection, by.signature, case_id, "wrote to the patient", {"seq": seq})
            return seq

    # -- what the patient and time do --------------------------------------------------------------------------------

    def withdraw(self, case_id: str) -> Case:
        """The patient no longer wants it."""
        return self._move(
            case_id, "patient", "withdrawn", OPEN, CaseState.WITHDRAWN, {"closed_at": self._clock()}, holds=False
        )

    def patient_wrote(self, case_id: str) -> None:
        """The patient answered in a chat that a person holds."""
        with self._database.writing() as connection:
            moved = connection.execute(
                sa.update(cases)
                .where(cases.c.id == case_id, cases.c.state == CaseState.WAITING_FOR_PATIENT.value)
                .values(state=CaseState.ACTIVE.value, version=cases.c.version + 1, changed_at=self._clock())
            ).rowcount
            if moved:
                self._record(connection, "patient", case_id, "answered", {})

    def red_flags_raised(self, case_id: str, flags: Sequence[Mapping[str, str]]) -> Case:
        """Danger told in the chat after the case began: added to it, and its urgency raised where it is worse.
        Staff are told again where it is."""
        with self._database.writing() as connection:
            case = self._get(connection, case_id, lock=True)
            known = {(flag["id"], flag.get("text")) for flag in case.red_flags}
            new = [dict(flag) for flag in flags if (flag["id"], flag.get("text")) not in known]
            worst = min([case.urgency, *(flag["urgency"] for flag in flags)], key=lambda one: _RANK.get(one, 99))
            if new:
                now = self._clock()
                due = min(case.due_at, now + self._targets[worst])
                connection.execute(
                    sa.update(cases)
                    .where(cases.c.id == case_id)
                    .values(
                        red_flags=[*case.red_flags, *new],
                        urgency=worst,
                        due_at=due,
                        version=cases.c.version + 1,
                        changed_at=now,
                    )
                )
                details = {"ids": [flag["id"] for flag in new], "urgency": worst}
                self._record(connection, "assistant", case_id, "red flag", details)
                if worst != case.urgency:
                    self.tell_staff(connection, case_id, f"raised-{worst}")
            return self._get(connection, case_id)

    # -- inside a transaction ----------------------------------------------------------------------------------------

    def tell_staff(self, connection: Connection, case_id: str, why: str) -> None:
        """Puts a notification into the outbox, once for each `why` of a case."""
        now = self._clock()
        row = {"kind": "staff", "key": f"{case_id}:{why}", "case_id": case_id, "payload": {"why": why}}
        insert_new(connection, outbox, {**row, "next_at": now, "created_at": now})

    def _record(
        self, connection: Connection, who: str, case_id: str | None, action: str, details: Mapping[str, Any]
    ) -> None:
        connection.execute(
            sa.insert(audit).values(at=self._clock(), who=who, case_id=case_id, action=action, details=dict(details))
        )

    def _get(self, connection: Connection, case_id: str, *, lock: bool = False) -> Case:
        query = sa.select(cases).where(cases.c.id == case_id)
        row = connection.execute(query.with_for_update() if lock else query).one_or_none()
        if row is None:
            raise UnknownCaseError("there is no such case")
        return _case(row)

    def _move(
        self,
        case_id: str,
        who: str,
        action: str,
        states: Iterable[CaseState],
        to: CaseState | None,
        change: Mapping[str, Any] | None = None,
        *,
        details: Mapping[str, Any] | None = None,
        holds: bool | None = None,
        only: str | None = None,
    ) -> Case:
        """One step: only from one of `states`, and only by account `only` where given. `holds`: whether a person holds
        the chat from now on."""
        with self._database.writing() as connection:
            allowed = [cases.c.id == case_id, cases.c.state.in_([state.value for state in states])]
            if only is not None:
                allowed.append(cases.c.assignee == only)
            values: dict[str, Any] = {"version": cases.c.version + 1, "changed_at": self._clock(), **(change or {})}
            if to is not None:
                values["state"] = to.value
            if not connection.execute(sa.update(cases).where(*allowed).values(**values)).rowcount:
                case = self._get(connection, case_id)
                raise CaseConflictError(f"this case is {case.state.value.replace('_', ' ')} now; look at it again")
            case = self._get(connection, case_id)
            if holds is not None and case.conversation is not None:
                held = conversations.c.id == case.conversation
                if not holds:
                    held = sa.and_(held, conversations.c.held_by == case_id)
                connection.execute(sa.update(conversations).where(held).values(held_by=case_id if holds else None))
            self._record(connection, who, case_id, action, details or {})
            return case


def _case(row: Any) -> Case:
    data = dict(row._mapping)
    del data["request_key"]
    return Case(**{**data, "state": CaseState(data["state"])})
