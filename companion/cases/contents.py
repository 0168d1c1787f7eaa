"""What of a case is about a person, and how it is taken out so that only a line to count is left."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from companion.cases.model import Case
from companion.store.tables import audit, cases, notes

__all__ = ["blank"]


def blank(connection: Connection, case: Case, at: datetime, **values: Any) -> None:
    """Takes everything personal out of a locked case, its notes and the details of its audit entries: who did what and
    when stays. Channel, urgency, times and outcome stay too; the reference, so that somebody who calls with it can be
    told that the case was deleted. `values`: what else changes."""
    emptied: dict[str, Any] = {
        # It may name the chat.
        "request_key": f"erased-{case.id}",
        "conversation": None,
        "red_flags": [],
        "reason": "",
        "name": None,
        "contact": None,
        "contact_when": None,
        "about": {},
        "consent": {},
        "country": None,
        "erased_at": at,
        "changed_at": at,
        "version": case.version + 1,
    }
    connection.execute(sa.update(cases).where(cases.c.id == case.id).values({**emptied, **values}))
    connection.execute(sa.delete(notes).where(notes.c.case_id == case.id))
    connection.execute(sa.update(audit).where(audit.c.case_id == case.id).values(details={}))
