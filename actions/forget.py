"""Forgets what the conversation was about."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import AllSlotsReset
from rasa_sdk.executor import CollectingDispatcher

from actions.base import Events, SafeAction, country, say, writer

__all__ = ["ActionForget"]


class ActionForget(SafeAction):
    """Clears all the conversation's state and says what that does and does not do."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_forget"

    def respond(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        """Every slot is emptied."""
        say(dispatcher, writer().notice("delete_my_data", country=country(tracker)))
        return [AllSlotsReset()]
