"""Rasa's trackers, in the same database as chats and cases, and never longer than a turn needs.

Rasa replays every event of a conversation several times a turn: with its own store, turn 200 takes thirty times as long
as turn 5. What a turn needs is the last few turns and the slots.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

import sqlalchemy as sa
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import SerializedTrackerAsText, SQLTrackerStore, TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, AllSlotsReset, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from companion.store import Database

__all__ = ["CompanionTrackerStore"]

#: Of a person, with all that followed each. More than anything in the dialogue looks back on.
_TURNS = 10
#: On a tracker: how many of its events are stored already.
_STORED = "companion_stored_events"


class CompanionTrackerStore(SQLTrackerStore):
    """Rasa's table of events on the connections of COMPANION_DATABASE."""

    def __init__(
        self,
        domain: Domain | None = None,
        host: EndpointConfig | str | None = None,
        event_broker: EventBroker | None = None,
        database: Database | None = None,
        **kwargs: Any,
    ) -> None:
        """Raises `SettingsError` for a database address that is none."""
        self.engine = (database or Database.from_environment()).for_sessions()
        try:
            self.Base.metadata.create_all(self.engine)
        except sa.exc.SQLAlchemyError:
            # Another Rasa server that started at the same moment was first; if not, this says so again.
            self.Base.metadata.create_all(self.engine)
        self.sessionmaker = sa.orm.session.sessionmaker(bind=self.engine)
        # Rasa's own constructor would connect by an address in parts.
        TrackerStore.__init__(self, domain, event_broker)
        SerializedTrackerAsText.__init__(self)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The last turns of the latest session, with the slots as they were before; None for an unknown sender."""
        events = await asyncio.to_thread(self._last_events, sender_id)
        if not events:
            return None
        tracker = DialogueStateTracker.from_dict(sender_id, events, self.domain.slots)
        setattr(tracker, _STORED, len(tracker.events))
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Adds what is new in `tracker`."""
        await self.stream_events(tracker)
        new = list(tracker.events)[getattr(tracker, _STORED, 0) :]
        await asyncio.to_thread(self._add, tracker.sender_id, [event.as_dict() for event in new])
        setattr(tracker, _STORED, len(tracker.events))

    def _last_events(self, sender_id: str) -> list[dict[str, Any]]:
        event = self.SQLEvent
        with self.session_scope() as session:
            mine = session.query(event).filter(event.sender_id == sender_id)
            begun = mine.filter(event.type_name == SessionStarted.type_name).order_by(event.id.desc()).first()
            session_events = mine.filter(event.id >= (begun.id if begun else 0))
            turns = session_events.filter(event.type_name == UserUttered.type_name).order_by(event.id.desc())
            first = turns.offset(_TURNS - 1).first()
            if first is None:
                return [json.loads(row.data) for row in session_events.order_by(event.id)]
            before = session_events.filter(event.id < first.id)
            reset = before.filter(event.type_name == AllSlotsReset.type_name).order_by(event.id.desc()).first()
            set_since = before.filter(event.type_name == SlotSet.type_name, event.id > (reset.id if reset else 0))
            slots = {row.action_name: row.data for row in set_since.order_by(event.id)}
            kept = [row.data for row in session_events.filter(event.id >= first.id).order_by(event.id)]
            return [
                *([json.loads(begun.data)] if begun else []),
                *map(json.loads, slots.values()),
                # The person's turn had come, as Rasa's policies expect it before a message.
                ActionExecuted(ACTION_LISTEN_NAME).as_dict(),
                *map(json.loads, kept),
            ]

    def _add(self, sender_id: str, events: list[dict[str, Any]]) -> None:
        with self.session_scope() as session:
            session.add_all(
                self.SQLEvent(
                    sender_id=sender_id,
                    type_name=event["event"],
                    timestamp=event.get("timestamp"),
                    intent_name=((event.get("parse_data") or {}).get("intent") or {}).get("name"),
                    action_name=event.get("name"),
                    data=json.dumps(event),
                )
                for event in events
            )
            session.commit()
