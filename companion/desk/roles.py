"""Who may do what at the desk: one table."""

from __future__ import annotations

from enum import Enum

__all__ = ["MAY", "Permission", "Role"]


class Role(str, Enum):
    """What somebody is at the desk. An admin looks after accounts and sees no case."""

    CALL_TAKER = "call_taker"
    NURSE = "nurse"
    LEAD = "lead"
    ADMIN = "admin"


class Permission(str, Enum):
    """One thing that can be done. `CASES`: see the queue and open cases. `HANDLE`: claim, release, hand over, close
    one's own, write notes. `CHAT`: take over a chat. `JUDGE`: change the urgency, reopen. `INTAKE`: take a call.
    `OTHERS`: hand over, release and close what somebody else has. `FIGURES`, `ACCOUNTS`: those pages."""

    CASES = "cases"
    HANDLE = "handle"
    CHAT = "chat"
    JUDGE = "judge"
    INTAKE = "intake"
    OTHERS = "others"
    FIGURES = "figures"
    ACCOUNTS = "accounts"


_CALLS = frozenset({Permission.CASES, Permission.HANDLE, Permission.INTAKE})
_NURSING = _CALLS | {Permission.CHAT, Permission.JUDGE}

MAY: dict[Role, frozenset[Permission]] = {
    Role.CALL_TAKER: _CALLS,
    Role.NURSE: _NURSING,
    Role.LEAD: _NURSING | {Permission.OTHERS, Permission.FIGURES},
    Role.ADMIN: frozenset({Permission.ACCOUNTS}),
}
