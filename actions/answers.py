"""Looks up curated answers."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import Events, SafeAction, country, library, say, subject, understanding, writer
from companion.dialogue.subject import PERSONAL_ADVICE, Subject, find_lookup

__all__ = ["ActionAnswer"]


class ActionAnswer(SafeAction):
    """Answers each question of the message, one message a question, with its sources and the disclaimer."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_answer"

    def respond(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        """Answers; asks what is meant where the subject of an unfinished question is not known."""
        about, introduced = subject(tracker), bool(tracker.get_slot("introduced"))
        for asked in understanding(tracker).questions:
            if asked.intent == PERSONAL_ADVICE:
                say(dispatcher, writer().notice(PERSONAL_ADVICE, country=country(tracker)))
                continue
            lookup = find_lookup(asked, about, library())
            if lookup is None:
                say(dispatcher, writer().notice("which_one", country=country(tracker)))
                continue
            say(dispatcher, writer().answer(lookup, first=not introduced, country=country(tracker)))
            about, introduced = Subject(lookup.topic, lookup.medicine), True
        return [
            SlotSet("subject", about.topic),
            SlotSet("subject_medicine", about.medicine),
            SlotSet("introduced", introduced),
            SlotSet("told_more", False),
        ]
