"""The tracker store: everything is kept, and a turn carries only what it needs."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    AllSlotsReset,
    BotUttered,
    Event,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

from companion.core.tracker_store import CompanionTrackerStore
from companion.store import Database

DOMAIN = Domain.from_yaml(
    """
intents: [greet]
slots:
  subject: {type: text, influence_conversation: false, mappings: [{type: custom}]}
  hand_off: {type: any, influence_conversation: false, mappings: [{type: custom}]}
"""
)


@pytest.fixture
def store(tmp_path: Path) -> CompanionTrackerStore:
    database = Database(f"sqlite:///{tmp_path}/trackers.db")
    database.migrate()
    return CompanionTrackerStore(DOMAIN, database=database)


def play(store: CompanionTrackerStore, *events: Event, sender: str = "somebody") -> DialogueStateTracker:
    """One turn: loads, adds, saves."""

    async def turn() -> DialogueStateTracker:
        tracker = await store.get_or_create_tracker(sender, append_action_listen=False)
        for event in events:
            tracker.update(event, DOMAIN)
        await store.save(tracker)
        return tracker

    return asyncio.run(turn())


def turn(number: int) -> tuple[Event, ...]:
    return (
        UserUttered(f"question {number}", {"name": "greet", "confidence": 1.0}),
        ActionExecuted("action_answer"),
        BotUttered(f"answer {number}"),
        ActionExecuted("action_listen"),
    )


def loaded(store: CompanionTrackerStore, sender: str = "somebody") -> DialogueStateTracker:
    tracker = asyncio.run(store.retrieve(sender))
    assert tracker is not None
    return tracker


def said(tracker: DialogueStateTracker) -> list[str]:
    return [event.text for event in tracker.events if isinstance(event, UserUttered)]


BEGIN = (ActionExecuted("action_session_start"), SessionStarted(), ActionExecuted("action_listen"))


def test_a_short_conversation_comes_back_whole(store: CompanionTrackerStore) -> None:
    play(store, *BEGIN)
    for number in range(4):
        play(store, *turn(number))
    assert said(loaded(store)) == ["question 0", "question 1", "question 2", "question 3"]
    assert asyncio.run(store.retrieve("nobody")) is None


def test_a_long_one_carries_its_last_ten_turns_and_all_its_slots(store: CompanionTrackerStore) -> None:
    play(store, *BEGIN)
    play(store, *turn(0), SlotSet("subject", "surgery"), SlotSet("hand_off", {"step": "consent"}))
    play(store, *turn(1), SlotSet("subject", "radiation"))
    for number in range(2, 60):
        play(store, *turn(number))
    tracker = loaded(store)
    assert said(tracker) == [f"question {number}" for number in range(50, 60)]
    assert tracker.get_slot("subject") == "radiation"
    assert tracker.get_slot("hand_off") == {"step": "consent"}
    assert tracker.latest_message is not None
    assert tracker.latest_message.text == "question 59"


def test_nothing_is_stored_twice_or_left_out(store: CompanionTrackerStore) -> None:
    play(store, *BEGIN)
    for number in range(30):
        play(store, *turn(number))
    full = asyncio.run(store.retrieve_full_tracker("somebody"))
    assert said(full) == [f"question {number}" for number in range(30)]


def test_slots_stay_empty_after_they_were_reset(store: CompanionTrackerStore) -> None:
    play(store, *BEGIN)
    play(store, *turn(0), SlotSet("subject", "surgery"))
    play(store, *turn(1), AllSlotsReset())
    for number in range(2, 20):
        play(store, *turn(number))
    assert loaded(store).get_slot("subject") is None


def test_a_new_session_begins_afresh(store: CompanionTrackerStore) -> None:
    play(store, *BEGIN)
    for number in range(15):
        play(store, *turn(number), SlotSet("subject", "surgery"))
    play(store, *BEGIN)
    play(store, *turn(99))
    tracker = loaded(store)
    assert said(tracker) == ["question 99"]
    assert tracker.get_slot("subject") is None


def test_conversations_know_nothing_of_each_other(store: CompanionTrackerStore) -> None:
    play(store, *BEGIN, *turn(1), sender="one")
    play(store, *BEGIN, *turn(2), sender="two")
    assert said(loaded(store, "one")) == ["question 1"]
