"""What a yes or a no means, by what was offered last: the figures of a topic, or a guess at the question."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.base import Events, SafeAction, country, library, say, subject, writer
from companion.core.conversation import last_offer

__all__ = ["ActionAffirm", "ActionDeny"]


def _offered(tracker: Tracker, button: str) -> bool:
    return library().buttons[button].text in last_offer(tracker.events)


class ActionAffirm(SafeAction):
    """Yes."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_affirm"

    def respond(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        """Figures are told only here: right after they were offered, to somebody who says yes."""
        topic = subject(tracker).topic
        if topic is not None and _offered(tracker, "show_numbers"):
            say(dispatcher, writer().figures(topic, country=country(tracker)))
        else:
            say(dispatcher, writer().notice("what_next", country=country(tracker)))
        return []


class ActionDeny(SafeAction):
    """No."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_deny"

    def respond(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        """No to figures, no to our guesses at a question, or just no."""
        topic = subject(tracker).topic
        if topic is not None and _offered(tracker, "no_numbers"):
            say(dispatcher, writer().figures_declined(topic, country=country(tracker)))
        elif _offered(tracker, "none_of_these"):
            say(dispatcher, writer().notice("not_understood", country=country(tracker)))
        else:
            say(dispatcher, writer().notice("all_right", country=country(tracker)))
        return []
