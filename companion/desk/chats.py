"""A case's chat as its holder may see it, and whether what they wrote has arrived."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import sqlalchemy as sa

from companion.cases import Case
from companion.store import PULLED, Database, Entry, Journal
from companion.store.tables import conversations, messages, outbox

__all__ = ["Chats", "Delivery", "Held", "Line"]

Delivery = Literal["seen", "sent", "waiting", "failed"]

_PAGE = 500


@dataclass(frozen=True)
class Line:
    """One message. `delivery` only of what a person wrote: on the patient's screen, handed to their platform, still on
    its way, or given up."""

    seq: int
    sender: str
    name: str | None
    text: str
    at: datetime
    delivery: Delivery | None
    danger: bool


@dataclass(frozen=True)
class Held:
    """How a chat stands: whether this case's assignee holds it, and since when the patient waits for that person."""

    held: bool
    waits_since: datetime | None


class Chats:
    """Every method raises `StoreError` where the database does not answer."""

    def __init__(self, database: Database, journal: Journal) -> None:
        self._database = database
        self._journal = journal

    def lines(self, case: Case) -> list[Line]:
        """What of the chat may be seen: up to the consent where it covers the transcript, and always what was written
        while this case's assignee held the chat. The rest is between the patient and the assistant."""
        if case.conversation is None:
            return []
        seen = list(_allowed(self._all(case.conversation), case))
        own = [entry.seq for entry in seen if entry.sender == "person"]
        states = self._deliveries(case.conversation, case.channel, own)
        return [
            Line(
                entry.seq,
                entry.sender,
                entry.name,
                entry.text,
                entry.at,
                states.get(entry.seq),
                bool(entry.content.get("red_flags")),
            )
            for entry in seen
        ]

    def held(self, found: Iterable[Case]) -> dict[str, Held]:
        """For each of these cases (by id) that has a chat: how it stands."""
        chat_of = {case.id: case.conversation for case in found if case.conversation is not None}
        if not chat_of:
            return {}
        chats = set(chat_of.values())
        last: dict[str, dict[str, tuple[int, datetime]]] = {}
        newest = (
            sa.select(messages.c.conversation, messages.c.sender, sa.func.max(messages.c.seq).label("seq"))
            .where(messages.c.conversation.in_(chats), messages.c.sender.in_(("patient", "person")))
            .group_by(messages.c.conversation, messages.c.sender)
            .subquery()
        )
        query = sa.select(messages.c.conversation, messages.c.sender, messages.c.seq, messages.c.at).join(
            newest,
            sa.and_(newest.c.conversation == messages.c.conversation, newest.c.seq == messages.c.seq),
        )
        holders = sa.select(conversations.c.id, conversations.c.held_by).where(conversations.c.id.in_(chats))
        with self._database.reading() as connection:
            for row in connection.execute(query):
                last.setdefault(row.conversation, {})[row.sender] = (row.seq, row.at)
            held_by = {row.id: row.held_by for row in connection.execute(holders)}
        return {
            case_id: _standing(held_by.get(chat) == case_id, last.get(chat, {})) for case_id, chat in chat_of.items()
        }

    def _all(self, conversation: str) -> Iterator[Entry]:
        after = 0
        while page := self._journal.since(conversation, after, most=_PAGE):
            yield from page
            after = page[-1].seq

    def _deliveries(self, conversation: str, channel: str, own: list[int]) -> dict[int, Delivery]:
        if not own:
            return {}
        if channel in PULLED:
            head = self._journal.heads([conversation]).get(conversation)
            seen = head.seen if head else 0
            return {seq: "seen" if seq <= seen else "waiting" for seq in own}
        query = sa.select(outbox.c.key, outbox.c.state).where(
            outbox.c.kind == "patient", outbox.c.key.in_([f"{conversation}#{seq}" for seq in own])
        )
        with self._database.reading() as connection:
            found = {int(row.key.rpartition("#")[2]): row.state for row in connection.execute(query)}
        names: dict[str, Delivery] = {"waiting": "waiting", "sent": "sent", "dead": "failed"}
        # A row that retention has cleared away was sent long ago.
        return {seq: names.get(found.get(seq, "sent"), "waiting") for seq in own}


def _allowed(entries: Iterable[Entry], case: Case) -> Iterator[Entry]:
    until = _consented_until(case)
    holding = False
    for entry in entries:
        mark = entry.content.get("desk") if entry.content.get("case") == case.id else None
        holding = holding or mark == "joined"
        if holding or (until is not None and entry.at <= until):
            yield entry
        holding = holding and mark != "left"


def _consented_until(case: Case) -> datetime | None:
    """Until when the patient agreed to have their words passed on; None where they did not agree to that."""
    if "transcript" not in (case.consent.get("given") or ()):
        return None
    try:
        at = datetime.fromisoformat(str(case.consent.get("at", "")).replace("Z", "+00:00"))
    except ValueError:
        return case.created_at
    return at if at.tzinfo else case.created_at


def _standing(held: bool, last: dict[str, tuple[int, datetime]]) -> Held:
    wrote, at = last.get("patient", (0, None))
    answered, _ = last.get("person", (0, None))
    return Held(held, at if held and wrote > answered else None)
