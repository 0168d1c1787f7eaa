"""Rasa's NLG: every `utter_*` text comes from content/, so that it needs no action server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rasa.core.nlg.generator import NaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from companion.content import Library, country_stated
from companion.core.conversation import dangers_told, own_words, worst_urgency
from companion.core.this_turn import ESCALATION, NUMBERS
from companion.dialogue.hand_off_state import CALL_FIRST
from companion.dialogue.replies import Reply, Writer
from companion.settings import Settings

__all__ = ["ContentNLG"]

_OTHER_LANGUAGE = "utter_other_language"


class ContentNLG(NaturalLanguageGenerator):
    """`utter_greet` is the notice `greet`; `utter_escalation` is composed for the red flags of the last message."""

    def __init__(self, endpoint_config: EndpointConfig | None = None, domain: Domain | None = None) -> None:
        self._library = Library.load()
        self._writer = Writer(self._library, Settings.from_environment())

    async def generate(
        self, utter_action: str, tracker: DialogueStateTracker, output_channel: str, **kwargs: Any
    ) -> dict[str, Any]:
        """The text and quick replies of `utter_action`. Raises `KeyError` for an utterance without a notice."""
        events = [event.as_dict() for event in tracker.applied_events()]
        parsed = tracker.latest_message.parse_data if tracker.latest_message else {}
        country = country_stated(self._library.helplines, own_words(events))
        if country is None:
            country = tracker.get_slot("country")
        if utter_action == ESCALATION:
            reply = self._escalation(parsed, events, country)
            danger = {"urgency": parsed["urgency"], "red_flags": parsed["red_flags"]}
            return {"text": reply.text, "buttons": reply.as_buttons(), **danger}
        urgency = worst_urgency(events)
        if utter_action == NUMBERS and urgency in CALL_FIRST:
            # Who has told of danger and asks for a person is told first whom to call now.
            reply = self._writer.escalation(urgency, None, again=True, country=country)
        elif utter_action == _OTHER_LANGUAGE:
            reply = self._writer.other_language(parsed["language"], country=country)
        else:
            reply = self._writer.notice(utter_action.removeprefix("utter_"), country=country)
        return {"text": reply.text, "buttons": reply.as_buttons()}

    def _escalation(self, parsed: Mapping[str, Any], events: list[dict[str, Any]], country: str | None) -> Reply:
        worst = parsed["red_flags"][0]
        # Lesser signs that are urgent together have a text of their own.
        red_flag = worst["id"] if worst["urgency"] == parsed["urgency"] else None
        *before, now = dangers_told(events)
        # The short form only for what was said before and was as urgent then.
        again = any(worst["id"] in told.red_flags and told.urgency == now.urgency for told in before)
        return self._writer.escalation(parsed["urgency"], red_flag, again=again, country=country)
