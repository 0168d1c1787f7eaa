"""What a yes or a no means, by what was said last: an escalation, the offer of figures or of a person, a guess."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import FollowupAction
from rasa_sdk.executor import CollectingDispatcher

from actions.base import Events, SafeAction, country, library, say, subject, writer
from actions.rights import erase, keep
from companion.core.conversation import dangers_told, last_offer, last_utterance
from companion.dialogue.replies import Reply

__all__ = ["ActionAffirm", "ActionDeny"]

#: Tells whom to call; then the hand-off follows.
_TO_A_PERSON = "utter_hand_off"
#: Escalations that ask something, and what is said to a short answer.
_STAYS = {"crisis": "crisis_stay", "safeguarding": "safeguarding_stay", "support": "support_stay"}


def _offered(tracker: Tracker, button: str) -> bool:
    return library().buttons[button].text in last_offer(tracker.events)


def _to_escalation(tracker: Tracker) -> tuple[str, Reply] | None:
    """The urgency of an escalation that was said last, and the answer to a yes or no to it: danger is not over because
    a short word was said. None where none was said."""
    if last_utterance(tracker.events) != "utter_escalation":
        return None
    danger = dangers_told(tracker.events)[-1]
    where = country(tracker)
    if danger.urgency in _STAYS:
        # "Are you thinking about suicide?" or "Are you safe?": neither word may end it, whichever was meant.
        return danger.urgency, writer().notice(_STAYS[danger.urgency], country=where)
    return danger.urgency, writer().escalation(danger.urgency, min(danger.red_flags), again=True, country=where)


class ActionAffirm(SafeAction):
    """Yes."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_affirm"

    def respond(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        """Figures are told only here: right after they were offered, to somebody who says yes. After an escalation the
        number to call comes again, then the offer to tell the team."""
        topic, where = subject(tracker).topic, country(tracker)
        escalated = _to_escalation(tracker)
        if escalated is not None:
            urgency, reply = escalated
            if urgency == "support":
                return [FollowupAction(_TO_A_PERSON)]
            say(dispatcher, reply)
            say(dispatcher, writer().hand_off("offer_team", {}, country=where))
        elif topic is not None and _offered(tracker, "show_numbers"):
            say(dispatcher, writer().figures(topic, country=where))
        elif _offered(tracker, "delete_everything"):
            return erase(dispatcher, tracker)
        elif _offered(tracker, "tell_team") or _offered(tracker, "ask_person"):
            return [FollowupAction(_TO_A_PERSON)]
        else:
            say(dispatcher, writer().notice("what_next", country=where))
        return []


class ActionDeny(SafeAction):
    """No."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_deny"

    def respond(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        """No after an escalation, to figures, to our guesses at a question, or just no."""
        topic, where = subject(tracker).topic, country(tracker)
        escalated = _to_escalation(tracker)
        if escalated is not None:
            say(dispatcher, escalated[1])
        elif topic is not None and _offered(tracker, "no_numbers"):
            say(dispatcher, writer().figures_declined(topic, country=where))
        elif _offered(tracker, "delete_nothing"):
            return keep(dispatcher, tracker)
        elif _offered(tracker, "tell_team"):
            say(dispatcher, writer().hand_off("offer_declined", {}, country=where))
        elif _offered(tracker, "none_of_these"):
            say(dispatcher, writer().notice("not_understood", country=where))
        else:
            say(dispatcher, writer().notice("all_right", country=where))
        return []
