"""Moves cases from state to state. Each step is one transaction: the change, its audit entry, what is to be said and
sent because of it. Whoever comes second is told so."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from companion.cases.model import HELD, OPEN, UNCLAIMED, Case, CaseConflictError, CaseState, Staff
from companion.cases.patient_steps import PatientSteps
from companion.cases.records import rank
from companion.cases.steps import require
from companion.store.tables import notes

__all__ = ["Cases"]


class Cases(PatientSteps):
    """Every method raises `StoreError` where the database does not answer; nothing is then stored.

    A step raises `CaseConflictError` where the case is no longer as it must be for it, and `UnknownCaseError` where
    there is none. `version`: the case as the caller saw it; where it has changed since, the step is refused. `notice`:
    what the patient is told of the step, where it changes who holds their chat.
    """

    def claim(self, case_id: str, by: Staff, *, version: int | None = None) -> Case:
        """Takes the case on; a second time by the same person changes nothing."""

        def mine(case: Case) -> bool:
            return case.state in HELD and case.assignee == by.id

        def change(case: Case, now: datetime) -> Mapping[str, Any]:
            # The first claim is what the waiting time is counted to.
            return {"assignee": by.id, "claimed_at": case.claimed_at or now}

        return self.move(
            case_id, by.signature, "claimed", UNCLAIMED, CaseState.CLAIMED, change, version=version, done=mine
        )

    def release(self, case_id: str, by: Staff, *, notice: str | None = None, version: int | None = None) -> Case:
        """Back to the queue, with a fresh time to be claimed in; the assistant has the chat again."""
        return self.move(
            case_id,
            by.signature,
            "released",
            HELD,
            CaseState.QUEUED,
            self.waits_again,
            only=by.id,
            version=version,
            chat="left",
            notice=notice,
            told="back",
        )

    def transfer(
        self, case_id: str, by: Staff, to: Staff, *, notice: str | None = None, version: int | None = None
    ) -> Case:
        """Somebody else takes over, in the same state. Anybody may: whoever has it may be away."""
        return self.move(
            case_id,
            by.signature,
            "transferred",
            HELD,
            None,
            lambda case, now: {"assignee": to.id},
            details={"to": to.signature},
            version=version,
            chat="changed",
            notice=notice,
        )

    def take_over(self, case_id: str, by: Staff, *, notice: str | None = None, version: int | None = None) -> Case:
        """The assignee holds the chat: the assistant is silent until they give it back. A second time
        changes nothing."""
        return self.move(
            case_id,
            by.signature,
            "took over the chat",
            HELD,
            CaseState.ACTIVE,
            only=by.id,
            version=version,
            chat="joined",
            notice=notice,
            done=lambda case: case.state is CaseState.ACTIVE and case.assignee == by.id,
        )

    def give_back(self, case_id: str, by: Staff, *, notice: str | None = None, version: int | None = None) -> Case:
        """The assistant has the chat again; the case stays with its assignee."""
        return self.move(
            case_id,
            by.signature,
            "gave the chat back",
            {CaseState.ACTIVE, CaseState.WAITING_FOR_PATIENT},
            CaseState.CLAIMED,
            only=by.id,
            version=version,
            chat="left",
            notice=notice,
        )

    def wait_for_patient(self, case_id: str, by: Staff, *, version: int | None = None) -> Case:
        """The next word is the patient's."""
        states = {CaseState.CLAIMED, CaseState.ACTIVE}
        return self.move(
            case_id,
            by.signature,
            "waits for the patient",
            states,
            CaseState.WAITING_FOR_PATIENT,
            only=by.id,
            version=version,
        )

    def close(
        self, case_id: str, by: Staff, outcome: str, *, notice: str | None = None, version: int | None = None
    ) -> Case:
        """Over. `outcome`: an id of content/service.yml. Anybody may: whoever has it may be away."""
        return self.move(
            case_id,
            by.signature,
            "closed",
            OPEN,
            CaseState.CLOSED,
            lambda case, now: {"closed_at": now, "outcome": outcome},
            details={"outcome": outcome},
            version=version,
            chat="left",
            notice=notice,
        )

    def reopen(self, case_id: str, by: Staff, *, version: int | None = None) -> Case:
        """Back to the queue, with a fresh time to be claimed in. Not where its contents were erased."""

        def change(case: Case, now: datetime) -> Mapping[str, Any]:
            if case.erased_at is not None:
                raise CaseConflictError("the contents of this case were deleted; it stays closed")
            return {**self.waits_again(case, now), "closed_at": None, "outcome": None}

        return self.move(
            case_id,
            by.signature,
            "reopened",
            {CaseState.CLOSED},
            CaseState.QUEUED,
            change,
            version=version,
            told="back",
        )

    def set_urgency(self, case_id: str, by: Staff, urgency: str, *, version: int | None = None) -> Case:
        """A person's judgement; the time to be claimed in follows, and staff are told of a case that is now worse."""
        with self._database.writing() as connection:
            case = self.read(connection, case_id, lock=True)
            require(case, OPEN, None, version)
            worse = rank(urgency) < rank(case.urgency)
            changed = self.change(connection, case, self.judged(case, urgency, self._clock()))
            details = {"from": case.urgency, "to": urgency}
            self.record(connection, by.signature, case_id, "set the urgency", details)
            if worse:
                self.tell_staff(connection, changed, "raised")
            return changed

    def add_note(self, case_id: str, by: Staff, text: str) -> None:
        """Staff only; the patient never sees it. Refused where the contents of the case were erased."""
        with self._database.writing() as connection:
            if self.read(connection, case_id, lock=True).erased_at is not None:
                raise CaseConflictError("the contents of this case were deleted; nothing can be added")
            connection.execute(
                sa.insert(notes).values(case_id=case_id, author=by.signature, text=text, at=self._clock())
            )
            self.record(connection, by.signature, case_id, "wrote a note", {})

    def write_to_patient(self, case_id: str, by: Staff, text: str, *, key: str) -> int:
        """A message from a person into the patient's own chat. `key`: the same twice is sent once.

        Raises `CaseConflictError` where `by` does not hold the chat. Gives back its place in the chat.
        """
        with self._database.writing() as connection:
            case = self.read(connection, case_id, lock=True)
            if case.assignee != by.id:
                raise CaseConflictError("somebody else has this case now")
            if case.conversation is None or not self.chat_is_there(connection, case.conversation):
                raise CaseConflictError("the person has deleted this chat")
            if not self.holds(connection, case):
                raise CaseConflictError("you do not hold this chat; take it over first")
            written = self._journal.said(connection, case.conversation, key)
            if written is not None:
                return written
            seq = self._journal.say_in(connection, case.conversation, "person", text, name=by.signature, key=key)
            assert seq is not None, "the chat is there and locked"
            self.record(connection, by.signature, case_id, "wrote to the patient", {"seq": seq})
            return seq
