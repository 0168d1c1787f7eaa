"""When the question was not understood, or has no answer here."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.base import Events, SafeAction, country, library, say, understanding, writer
from actions.stores import gaps
from companion.core.conversation import last_offer
from companion.store.gaps import OTHER, texts_kept

__all__ = ["COUNTING", "ActionFallback"]

_log = logging.getLogger(__name__)

#: Counts beside the reply: nobody waits for a slow database here, nor gets another answer because of it.
COUNTING = ThreadPoolExecutor(max_workers=1, thread_name_prefix="counting")

_MAX_GUESSES = 3
#: A topic less likely than this is no help as a guess.
_LEAST_LIKELY = 0.1
#: Longer messages are asked to be put shortly instead of guessed at.
_LONG = 1000


class ActionFallback(SafeAction):
    """Two stages: first the likeliest topics as buttons, then an honest no and the right place to ask."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_fallback"

    def respond(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        """Guesses only where the message may be about a topic, and only once in a row."""
        message = tracker.latest_message or {}
        text = message.get("text") or ""
        guesses = self._guesses(tracker) if (message.get("intent") or {}).get("name") == "nlu_fallback" else []
        guessed_before = library().buttons["none_of_these"].text in last_offer(tracker.events)
        if not any(character.isalpha() for character in text):
            notice, guesses = "no_words", []
        elif len(text) > _LONG:
            notice, guesses = "too_long", []
        elif guesses and not guessed_before:
            notice = "did_you_mean"
        else:
            notice, guesses = "not_understood", []
        say(dispatcher, writer().notice(notice, country=country(tracker), buttons=guesses))
        if notice != "no_words":
            COUNTING.submit(_count, self._theme(tracker), tracker.sender_id)
        return []

    @staticmethod
    def _theme(tracker: Tracker) -> str:
        """The likeliest topic, for what the editors are told."""
        near = [name for name, confidence in understanding(tracker).ranking if confidence >= _LEAST_LIKELY]
        return next((name for name in near if name in library().answers), OTHER)

    @staticmethod
    def _guesses(tracker: Tracker) -> list[str]:
        likely = [(name, confidence) for name, confidence in understanding(tracker).ranking if name != "nlu_fallback"]
        if likely and likely[0][0] == "out_of_scope":
            return []
        topics = [name for name, confidence in likely if name in library().answers and confidence >= _LEAST_LIKELY]
        return topics[:_MAX_GUESSES]


def _count(theme: str, conversation: str) -> None:
    try:
        gaps().count(theme, text_of=conversation if texts_kept() else None)
    except Exception as error:
        _log.warning("an unanswered question was not counted: %s", type(error).__name__)
