"""What a person may ask about what is stored of them: how long, what there is, and that it be deleted."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import AllSlotsReset
from rasa_sdk.executor import CollectingDispatcher

from actions.base import Events, SafeAction, country, library, say, writer
from actions.stores import rights, service
from companion.cases import Case
from companion.core.conversation import before_the_last_message, last_offer
from companion.store import StoreError

__all__ = ["EFFECT", "ERASE", "ActionForget", "ActionPrivacy", "ActionShowMyData", "erase", "keep"]

#: In a message: what the gate does before it is sent. `ERASE`: deletes the chat; only then is it true what it says.
EFFECT, ERASE = "effect", "erase"


class ActionPrivacy(SafeAction):
    """What is stored, for how long, and who sees it."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_privacy"

    def respond(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        """With the times of this deployment."""
        say(dispatcher, writer().hand_off("privacy", _kept(), country=country(tracker)))
        return []


class ActionShowMyData(SafeAction):
    """Shows what is stored of this chat."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_show_my_data"

    def respond(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        """Counts, and what was passed on."""
        where = country(tracker)
        try:
            stored = rights().what_is_stored(tracker.sender_id)
        except StoreError:
            say(dispatcher, writer().hand_off("my_data_failed", {}, country=where))
            return []
        requests = [writer().hand_off("my_request", _of_case(case), country=where).text for case in stored.cases]
        facts = {"messages": str(stored.messages), "stored_requests": "\n\n".join(requests), **_kept()}
        say(dispatcher, writer().hand_off("my_data", facts, country=where))
        return []


class ActionForget(SafeAction):
    """Deletes what is stored of this chat, after asking once."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_forget"

    def respond(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        """Asks; deletes where that was the answer."""
        asked = library().buttons["delete_everything"].text in last_offer(before_the_last_message(tracker.events))
        if asked:
            return erase(dispatcher, tracker)
        say(dispatcher, writer().hand_off("delete_ask", {}, country=country(tracker)))
        return []


def erase(dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
    """Forgets all of this chat here, and has the gate delete it from the database once Rasa has written this turn."""
    reply = writer().hand_off("deleted", {}, country=country(tracker))
    marked: dict[str, Any] = {EFFECT: ERASE}
    dispatcher.utter_message(text=reply.text, buttons=reply.as_buttons(), **marked)
    return [AllSlotsReset()]


def keep(dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
    """Deletes nothing."""
    say(dispatcher, writer().hand_off("nothing_deleted", {}, country=country(tracker)))
    return []


def _kept() -> dict[str, str]:
    kept = service().retention
    return {
        "kept_chats": service().in_words(kept.conversations),
        "kept_cases": service().in_words(kept.cases),
    }


def _of_case(case: Case) -> dict[str, str]:
    return {
        "reference": case.reference,
        "name": case.name or "",
        "contact": case.contact or "",
        "contact_when": case.contact_when or "",
        "reason": case.reason,
    }
