"""The second layer of an answer."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import Events, SafeAction, country, library, say, subject, writer

__all__ = ["ActionTellMore"]


class ActionTellMore(SafeAction):
    """Tells more about the subject; once that is told, points to neighbours."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_tell_more"

    def respond(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        """Without a subject, asks for one."""
        topic = subject(tracker).topic
        if topic is None:
            say(dispatcher, writer().notice("which_one", country=country(tracker)))
            return []
        if tracker.get_slot("told_more"):
            related = library().answers[topic].related
            say(dispatcher, writer().notice("that_is_all", country=country(tracker), buttons=[*related, "person"]))
            return []
        say(dispatcher, writer().more(topic, country=country(tracker)))
        return [SlotSet("told_more", True)]
