"""What every action has in common: the content at hand, and a patient who is never left without a word."""

from __future__ import annotations

import asyncio
import logging
import uuid
from abc import ABC, abstractmethod
from functools import lru_cache
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from companion import metrics
from companion.content import Library, country_stated
from companion.core.conversation import own_words
from companion.dialogue.replies import Reply, Writer
from companion.dialogue.subject import Subject
from companion.dialogue.understanding import Understanding
from companion.settings import Settings

__all__ = ["Events", "SafeAction", "library", "writer"]

Events = list[dict[str, Any]]

_log = logging.getLogger(__name__)


@lru_cache(maxsize=1)
def library() -> Library:
    """The curated content, read once a process."""
    return Library.load()


@lru_cache(maxsize=1)
def writer() -> Writer:
    """Composes replies for this deployment's settings."""
    return Writer(library(), Settings.from_environment())


class SafeAction(Action, ABC):
    """An action that always answers: any error becomes a fixed text with the numbers to call.

    The log then gets a correlation id, the action and the kind of error, never what the patient wrote: the text of an
    exception may quote it.
    """

    @abstractmethod
    def respond(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        """Says what is to be said through `dispatcher`, and gives back the events (slots) that follow."""

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> Events:
        """Runs `respond`; on any error says the fixed text instead."""
        try:
            # In a thread: an action may wait for the database, and others are not to wait for it.
            events = await asyncio.to_thread(self.respond, dispatcher, tracker)
            metrics.action_ran(self.name(), failed=False)
            return events
        except Exception as error:
            metrics.action_ran(self.name(), failed=True)
            correlation_id = uuid.uuid4().hex[:12]
            _log.error("action=%s failed=%s correlation_id=%s", self.name(), type(error).__name__, correlation_id)
            dispatcher.messages.clear()
            say(dispatcher, writer().notice("trouble", country=_country_if_told(tracker)))
            return []


def _country_if_told(tracker: Tracker) -> str | None:
    """As `country`, also where the very events are what went wrong."""
    try:
        return country(tracker)
    except Exception:
        return None


def say(dispatcher: CollectingDispatcher, reply: Reply) -> None:
    """Sends one reply as one message, with what a channel may show of it besides."""
    beside = {"parts": reply.parts, "topic": reply.topic}
    shown = {name: value for name, value in beside.items() if value is not None}
    dispatcher.utter_message(text=reply.text, buttons=reply.as_buttons(), **shown)


def understanding(tracker: Tracker) -> Understanding:
    """What was understood of the message being answered."""
    return Understanding.of(tracker.latest_message or {})


def subject(tracker: Tracker) -> Subject:
    """What the conversation is about so far."""
    return Subject(tracker.get_slot("subject"), tracker.get_slot("subject_medicine"))


def country(tracker: Tracker) -> str | None:
    """Where the person said they are, as an ISO code."""
    stated = country_stated(library().helplines, own_words(tracker.events))
    return tracker.get_slot("country") if stated is None else stated
