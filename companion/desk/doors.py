"""What somebody may do with a case as it stands: the page shows these buttons, and a POST is held to them."""

from __future__ import annotations

from companion.cases import OPEN, CaseState
from companion.cases.model import HELD
from companion.desk.accounts import Member
from companion.desk.queue import Row
from companion.desk.roles import Permission

__all__ = ["may_receive", "open_doors"]


def open_doors(me: Member, row: Row, *, held: bool) -> frozenset[str]:
    """Which are open to `me`: claim, release, take_over, give_back, write, wait, close, reopen, transfer, urgency,
    note. `held`: whether this case's assignee holds the chat.
    """
    case = row.case
    mine = case.assignee == me.id
    taken, running = case.state in HELD, case.state in OPEN
    others = me.may(Permission.OTHERS)
    chat = case.conversation is not None and me.may(Permission.CHAT)
    # At night there may be no lead: a nurse may step in where a patient writes to somebody who is not there.
    steps_in = chat and row.away and row.patient_waits is not None
    doors = {
        "claim": row.unclaimed,
        "release": taken and mine,
        "take_over": taken and mine and chat and not held,
        "give_back": mine and held,
        "write": mine and held and chat,
        "wait": mine and case.state in (CaseState.CLAIMED, CaseState.ACTIVE),
        "close": running and (mine or others),
        "reopen": case.state is CaseState.CLOSED and case.erased_at is None and me.may(Permission.JUDGE),
        "transfer": taken and (mine or others or steps_in),
        "urgency": running and me.may(Permission.JUDGE),
        "note": case.erased_at is None,
    }
    if not me.may(Permission.HANDLE):
        return frozenset()
    return frozenset(name for name, is_open in doors.items() if is_open)


def may_receive(member: Member, *, held: bool) -> bool:
    """Whether a case can be handed to this account; one whose chat is taken over needs somebody who may chat."""
    return not member.disabled and member.may(Permission.CHAT if held else Permission.HANDLE)
