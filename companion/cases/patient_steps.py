"""A case begins, and what the patient and the assistant do with it."""

from __future__ import annotations

import os
import secrets
import uuid
from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from companion.cases.model import OPEN, Case, CaseConflictError, CaseRequest, CaseState
from companion.cases.records import rank
from companion.cases.service import Service
from companion.cases.steps import Steps
from companion.cases.targets import addresses
from companion.store.database import insert_new
from companion.store.tables import accounts, cases

__all__ = ["PatientSteps"]

#: Without letters and digits that are mistaken for each other when read out.
_ALPHABET = "ACDEFGHJKLMNPQRTUVWXY34679"
_REFERENCE_LENGTH = 6
#: A reference is taken already once in three hundred million times.
_REFERENCE_TRIES = 5


class PatientSteps(Steps):
    """See `Cases`."""

    def anybody_there(
        self,
        urgency: str = "none",
        environment: Mapping[str, str] = os.environ,
        *,
        service: Service | None = None,
    ) -> bool:
        """Whether anybody can be told of a case of this urgency: staff have an account, or a target is set.

        `service` is read from its file where it is not given; raises `ContentError` where that cannot be used.
        """
        if addresses(service or Service.load(environment), urgency, environment):
            return True
        with self._database.reading() as connection:
            enabled = sa.exists().where(sa.not_(accounts.c.disabled)).select()
            return bool(connection.execute(enabled).scalar_one())

    def open(self, request: CaseRequest, *, told: bool = True, by: str = "patient") -> Case:
        """Stores a case and has staff told of it; the same request a second time gives the first one's case.

        `told`: whether there is anybody to tell; without, it stays `requested` until there is.
        """
        now = self._clock()
        state = CaseState.QUEUED if told else CaseState.REQUESTED
        row = {
            "id": uuid.uuid4().hex,
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
            "told_at": now if told else None,
            "due_at": now + self._targets[request.urgency],
        }
        with self._database.writing() as connection:
            for _ in range(_REFERENCE_TRIES):
                reference = "".join(secrets.choice(_ALPHABET) for _ in range(_REFERENCE_LENGTH))
                new = insert_new(connection, cases, {**row, "reference": reference})
                query = sa.select(cases.c.id).where(cases.c.request_key == request.key)
                case_id = connection.execute(query).scalar_one_or_none()
                if case_id is not None:
                    break
            else:
                raise CaseConflictError("no reference was free; please try again")
            case = self.read(connection, case_id)
            if new:
                self.record(connection, by, case.id, "opened", {"urgency": case.urgency, "state": case.state.value})
                if told:
                    self.tell_staff(connection, case, "new")
            return case

    def withdraw(self, case_id: str) -> Case:
        """The patient no longer wants it; a second time changes nothing."""
        return self.move(
            case_id,
            "patient",
            "withdrawn",
            OPEN,
            CaseState.WITHDRAWN,
            lambda case, now: {"closed_at": now},
            chat="left",
            done=lambda case: case.state is CaseState.WITHDRAWN,
        )

    def patient_wrote(self, case_id: str) -> None:
        """The patient wrote in the chat: whoever waited for that need not wait any more."""
        with self._database.writing() as connection:
            case = self.read(connection, case_id, lock=True)
            if case.state is CaseState.WAITING_FOR_PATIENT:
                state = CaseState.ACTIVE if self.holds(connection, case) else CaseState.CLAIMED
                self.change(connection, case, {"state": state})
                self.record(connection, "patient", case_id, "answered", {})

    def red_flags_raised(self, case_id: str, flags: Sequence[Mapping[str, str]]) -> Case:
        """Danger told in the chat after the case began: added to it, and its urgency raised where it is worse.
        Staff are told again where it is. A case that is over stays as it is: the assistant has the chat."""
        with self._database.writing() as connection:
            case = self.read(connection, case_id, lock=True)
            known = {(flag["id"], flag.get("text")) for flag in case.red_flags}
            new = [dict(flag) for flag in flags if (flag["id"], flag.get("text")) not in known]
            if not new or case.state not in OPEN:
                return case
            worst = min([case.urgency, *(flag["urgency"] for flag in new)], key=rank)
            judged = self.judged(case, worst, self._clock()) if worst != case.urgency else {}
            changed = self.change(connection, case, {"red_flags": [*case.red_flags, *new], **judged})
            self.record(connection, "assistant", case_id, "red flag", {"count": len(new), "urgency": worst})
            if judged:
                self.tell_staff(connection, changed, "raised")
            return changed
