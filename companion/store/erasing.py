"""Takes a chat out of every table that holds something of it, Rasa's included."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from companion.store.database import insert_new
from companion.store.tables import audit, cases, conversations, marks, messages, outbox

__all__ = ["count_events", "erase_chat", "erase_forgotten_trackers", "highest_place"]

#: Rasa's own table, made by its tracker store in the same database when it first starts.
_EVENTS = sa.table("events", sa.column("sender_id"), sa.column("timestamp"))
#: The mark under which the highest place of any erased chat is kept: a number, nobody's.
_HIGHEST = "highest erased seq"


def erase_chat(connection: Connection, conversation: str, at: datetime, *, keep_address: bool = False) -> bool:
    """Deletes messages, what is still to be sent, Rasa's tracker and the chat itself; False where there was no chat.

    A case stays, and its assignee hears of it: the chat is no longer theirs to write into. With `keep_address`, a chat
    that has to be sent to keeps its empty row, so that a last word can still reach it.
    """
    # Cases before chats before the outbox, as everywhere: two writers never wait for each other in a circle.
    holding = sa.select(cases.c.id).where(cases.c.conversation == conversation).with_for_update()
    its_cases = list(connection.execute(holding).scalars())
    query = sa.select(conversations.c.last_seq, conversations.c.held_by, conversations.c.address)
    chat = connection.execute(query.where(conversations.c.id == conversation).with_for_update()).one_or_none()
    connection.execute(sa.delete(outbox).where(outbox.c.conversation == conversation))
    if _has_events(connection):
        connection.execute(sa.delete(_EVENTS).where(_EVENTS.c.sender_id == conversation))
    if chat is None:
        return False
    if chat.held_by in its_cases:
        _give_back(connection, chat.held_by, at)
    _remember_place(connection, chat.last_seq)
    connection.execute(sa.delete(messages).where(messages.c.conversation == conversation))
    this = conversations.c.id == conversation
    if keep_address and chat.address:
        connection.execute(sa.update(conversations).where(this).values(held_by=None, typing_until=None))
    else:
        connection.execute(sa.delete(conversations).where(this))
    return True


def count_events(connection: Connection, conversation: str) -> int:
    """How many events Rasa's tracker holds of a chat."""
    if not _has_events(connection):
        return 0
    query = sa.select(sa.func.count()).select_from(_EVENTS).where(_EVENTS.c.sender_id == conversation)
    return int(connection.execute(query).scalar_one())


def erase_forgotten_trackers(connection: Connection, before: datetime) -> int:
    """Deletes Rasa's trackers of chats that are not there (any more) and in which nothing happened since `before`:
    a turn that was under way while its chat was erased writes its tracker anew. Gives back the number of events."""
    if not _has_events(connection):
        return 0
    of_no_chat = ~sa.exists().where(conversations.c.id == _EVENTS.c.sender_id)
    old = (
        sa.select(_EVENTS.c.sender_id)
        .where(of_no_chat)
        .group_by(_EVENTS.c.sender_id)
        .having(sa.func.max(_EVENTS.c.timestamp) < before.timestamp())
    )
    return int(connection.execute(sa.delete(_EVENTS).where(_EVENTS.c.sender_id.in_(old))).rowcount)


def highest_place(connection: Connection) -> int:
    """No chat that begins now may count from here or below: an erased chat that begins again, even after the clock was
    set back, goes on counting, and whoever asks it for what is new misses nothing."""
    return int(connection.execute(sa.select(marks.c.value).where(marks.c.name == _HIGHEST)).scalar_one_or_none() or 0)


def _has_events(connection: Connection) -> bool:
    return bool(sa.inspect(connection).has_table("events"))


def _give_back(connection: Connection, case_id: str, at: datetime) -> None:
    """The case stays with its assignee, as after giving the chat back."""
    connection.execute(
        sa.update(cases)
        .where(cases.c.id == case_id, cases.c.state.in_(["active", "waiting_for_patient"]))
        .values(state="claimed", version=cases.c.version + 1, changed_at=at)
    )
    connection.execute(
        sa.insert(audit).values(at=at, who="patient", case_id=case_id, action="the chat was erased", details={})
    )


def _remember_place(connection: Connection, seq: int) -> None:
    insert_new(connection, marks, {"name": _HIGHEST, "value": seq})
    lower = sa.and_(marks.c.name == _HIGHEST, marks.c.value < seq)
    connection.execute(sa.update(marks).where(lower).values(value=seq))
