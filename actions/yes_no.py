"""What a yes or a no means, by what was said last: an escalation, the offer of figures, a guess at the question."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.base import Events, SafeAction, country, library, say, subject, writer
from companion.core.conversation import dangers_told, last_offer, last_utterance
from companion.dialogue.replies import Reply

__all__ = ["ActionAffirm", "ActionDeny"]

#: Texts that ask whether a person is wanted, or tell that one can be had.
_OFFERS_A_PERSON = {"utter_bot_challenge"}


def _offered(tracker: Tracker, button: str) -> bool:
    return library().buttons[button].text in last_offer(tracker.events)


def _to_escalation(tracker: Tracker, *, yes: bool) -> Reply | None:
    """The answer to a yes or no right after an escalation: danger is not over because a short word was said."""
    if last_utterance(tracker.events) != "utter_escalation":
        return None
    danger = dangers_told(tracker.events)[-1]
    where = country(tracker)
    if danger.urgency in ("crisis", "safeguarding"):
        # "Are you thinking about suicide?" or "Are you safe?": neither word may end it, whichever was meant.
        return writer().notice(f"{danger.urgency}_stay", country=where)
    if danger.urgency == "support":
        return writer().notice("hand_off" if yes else "support_stay", country=where)
    return writer().escalation(danger.urgency, min(danger.red_flags), again=True, country=where)


class ActionAffirm(SafeAction):
    """Yes."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_affirm"

    def respond(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        """Figures are told only here: right after they were offered, to somebody who says yes."""
        topic = subject(tracker).topic
        escalated = _to_escalation(tracker, yes=True)
        if escalated is not None:
            say(dispatcher, escalated)
        elif topic is not None and _offered(tracker, "show_numbers"):
            say(dispatcher, writer().figures(topic, country=country(tracker)))
        elif last_utterance(tracker.events) in _OFFERS_A_PERSON:
            say(dispatcher, writer().notice("hand_off", country=country(tracker)))
        else:
            say(dispatcher, writer().notice("what_next", country=country(tracker)))
        return []


class ActionDeny(SafeAction):
    """No."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_deny"

    def respond(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        """No after an escalation, to figures, to our guesses at a question, or just no."""
        topic = subject(tracker).topic
        escalated = _to_escalation(tracker, yes=False)
        if escalated is not None:
            say(dispatcher, escalated)
        elif topic is not None and _offered(tracker, "no_numbers"):
            say(dispatcher, writer().figures_declined(topic, country=country(tracker)))
        elif _offered(tracker, "none_of_these"):
            say(dispatcher, writer().notice("not_understood", country=country(tracker)))
        else:
            say(dispatcher, writer().notice("all_right", country=country(tracker)))
        return []
