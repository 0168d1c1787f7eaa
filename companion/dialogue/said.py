"""What somebody said while their request for a person is open: a yes, a no, a detail, a question of another kind."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from companion.content import Library
from companion.dialogue import phrases
from companion.dialogue.subject import FOLLOW_UP, PERSONAL_ADVICE
from companion.nlu.splitting import is_question

__all__ = ["Said", "asks_otherwise"]

#: How sure the classifier has to be where its word counts beside the person's own: a yes is no guess.
_SURE, _LIKELY = 0.8, 0.5
#: A yes or no of more words says something else as well.
_FEW_WORDS = 8
#: Characters.
_END = 300

#: Intents that are answered by the assistant as always, and then the open question is asked again.
_ASIDES = {
    FOLLOW_UP,
    PERSONAL_ADVICE,
    "tell_me_more",
    "ask_capabilities",
    "ask_privacy",
    "say_country",
    "report_symptom",
    "express_distress",
}
_RIGHTS = {"delete_my_data", "show_my_data"}
_UNKNOWN = {"nlu_fallback", "out_of_scope"}
#: Quick replies by which the assistant asked something of its own.
_OWN_OFFERS = {"show_numbers", "no_numbers", "delete_everything", "delete_nothing", "none_of_these"}


@dataclass(frozen=True)
class Said:
    """One message. `button`: the id of the quick reply (or the topic) whose words it is; `offered`: the ids of those
    under the assistant's last message; `topic`: whether its intent is a topic; `language`: of a message that is not in
    English."""

    text: str
    intent: str = "nlu_fallback"
    confidence: float = 0.0
    button: str | None = None
    offered: frozenset[str] = frozenset()
    topic: bool = False
    language: str | None = None

    @classmethod
    def of(cls, parsed: Mapping[str, Any], offered: Iterable[str], library: Library) -> Said:
        """From Rasa's parse, and the texts of the quick replies that were shown before it."""
        text, intent = (parsed.get("text") or "").strip(), parsed.get("intent") or {}
        name = intent.get("name") or "nlu_fallback"
        ids = library.quick_replies
        return cls(
            text=text,
            intent=name,
            confidence=float(intent.get("confidence") or 0.0),
            button=ids.get(text.lower()),
            offered=frozenset(ids[title.lower()] for title in offered if title.lower() in ids),
            topic=name in library.answers,
            language=parsed.get("language"),
        )

    # -- short answers -----------------------------------------------------------------------------------------------

    @property
    def yes(self) -> bool:
        """A plain yes: no question, no condition, no other button."""
        if self.button is not None:
            return self.button in {"go_on", "go_on_with_chat", "send_it", "send_again"}
        if self.asks or self._words > _FEW_WORDS * 3:
            return False
        # By the words alone: the classifier hears a yes in "hm", and something is sent because of it.
        found = phrases.YES.search(self._short)
        rest = phrases.WITHOUT_CHAT.sub(" ", self._short[found.end() :]) if found else ""
        return found is not None and not phrases.CONDITION.search(rest)

    @property
    def no(self) -> bool:
        """A plain no."""
        if self.button is not None:
            return self.button in {"pass_nothing_on", "do_not_send", "no_offer", "leave_it"}
        if self.asks or self._words > _FEW_WORDS * 3 or self._matches(phrases.NO_PROBLEM):
            return False
        if self._matches(phrases.YES) or self._matches(phrases.AFTER_ALL):
            return False
        denied = self.intent == "deny" and self.confidence >= _SURE and self._words <= _FEW_WORDS
        return self._matches(phrases.NO) or denied

    @property
    def with_chat(self) -> bool:
        """The yes is to the chat being read, too."""
        if self.button is not None:
            return self.button == "go_on_with_chat"
        return self._matches(phrases.WITH_CHAT) and not self._matches(phrases.WITHOUT_CHAT)

    @property
    def skips(self) -> bool:
        """Would rather not say."""
        return self.button in {"skip", "that_is_enough", "no_offer"} or self._matches(phrases.SKIP)

    @property
    def cancels(self) -> bool:
        """Wants to stop asking for a person. In every step these words alone; not "I want to stop my tablets"."""
        return self.button in {"withdraw", "do_not_send"} or (self.button is None and self._matches(phrases.CANCEL))

    @property
    def cancels_surely(self) -> bool:
        """As `cancels`, or the classifier hears it in a short message: not where free words are asked for."""
        heard = self.intent in ("stop", "goodbye") and self.confidence >= _SURE and self._words <= _FEW_WORDS
        return self.cancels or (heard and self.button is None)

    @property
    def goes_back(self) -> bool:
        """Wants the question before this one again."""
        return self._matches(phrases.BACK)

    @property
    def wants_person(self) -> bool:
        """Asks for a person, again."""
        return self.button in {"person", "ask_person", "tell_team"} or (
            self.intent == "talk_to_human" and self.confidence >= _LIKELY
        )

    @property
    def corrects(self) -> bool:
        """Something that was noted is wrong, or is to be changed."""
        return self._matches(phrases.CORRECTS)

    @property
    def is_wrong(self) -> bool:
        """What was read back is wrong."""
        return self._matches(phrases.WRONG)

    @property
    def says_nothing(self) -> bool:
        """A greeting, thanks or a bare yes where words were asked for."""
        return self._matches(phrases.NOTHING) or self.says_no_word

    @property
    def says_no_word(self) -> bool:
        """Signs and pictures alone."""
        return not any(map(str.isalnum, self.text))

    # -- about a request made before ---------------------------------------------------------------------------------

    @property
    def withdraws(self) -> bool:
        """No longer wants the request that was made."""
        return self.button == "withdraw" or (self.button is None and self._matches(phrases.WITHDRAWS))

    @property
    def asks_after(self) -> bool:
        """Wants to know how their request stands."""
        return self.button is None and self._words <= _FEW_WORDS * 3 and self._matches(phrases.ASKS_AFTER)

    @property
    def tells_them(self) -> bool:
        """Something is to be told to the team."""
        return self._matches(phrases.TELLS_THEM)

    @property
    def names_contact(self) -> bool:
        """Speaks of how to reach the person themselves."""
        return self._matches(phrases.CONTACT_OF_MINE)

    # -- questions of another kind -----------------------------------------------------------------------------------

    @property
    def asks(self) -> bool:
        """It is a question by its form; two words such as "Will Smith" or "any time" are none by their first one."""
        if self.says_no_word:
            return False
        begins = is_question(self.text) and self._words > 2 and not self.text.lower().startswith("any")
        return self.text.endswith("?") or begins or self._matches(phrases.BEFORE_THAT)

    @property
    def asks_first(self) -> bool:
        """It says that the question comes before the answer to ours."""
        return self._matches(phrases.BEFORE_THAT) and self._words > 2

    def own_question(self) -> str | None:
        """The text of content/hand_off.yml that answers a question about the request itself, or None."""
        if self.topic and self.confidence >= _SURE:
            return None
        if self._matches(phrases.HOW_LONG):
            return "how_long"
        if not self.asks and self.intent not in ("ask_privacy", "bot_challenge"):
            return None
        if self._matches(phrases.PROGRAM) or (self.intent == "bot_challenge" and self.confidence >= _LIKELY):
            return "program"
        if self._matches(phrases.WHO_SEES) or (self.intent == "ask_privacy" and self.confidence >= _LIKELY):
            return "who_sees"
        return "why_ask" if self._matches(phrases.WHY) and not self.topic else None

    @property
    def about_rights(self) -> bool:
        """Wants to see or delete what is stored: that is never an answer to our question."""
        return self.intent in _RIGHTS and self.confidence >= _LIKELY

    @property
    def answers_another_offer(self) -> bool:
        """The assistant had asked something of its own, and this answers that."""
        if self.button in _OWN_OFFERS:
            return True
        return bool(self.offered & _OWN_OFFERS) and (self.yes or self.no or self.intent in ("affirm", "deny"))

    def is_aside(self, *, free: bool) -> bool:
        """Whether the assistant answers it as always. `free`: our question asked for free words, so that only what is
        clearly a question is none of them."""
        if self.about_rights or self.answers_another_offer or (self.button is not None and self.topic):
            return True
        if self.button is not None or self.own_question() is not None:
            return False
        known = (self.topic or self.intent in _ASIDES) and self.confidence >= _LIKELY
        unknown = self.intent in _UNKNOWN and (self.text.endswith("?") or not free)
        if self.asks and (known or unknown):
            return True
        if free:
            return False
        talk = self.intent in ("greet", "thank", "other_language") and self.confidence >= _LIKELY
        return known or talk

    def _matches(self, pattern: re.Pattern[str]) -> bool:
        return pattern.search(self._short) is not None

    @property
    def _short(self) -> str:
        """Of a long story its beginning and end: there stands what is meant for us."""
        return self.text if len(self.text) <= 2 * _END else f"{self.text[:_END]} {self.text[-_END:]}"

    @property
    def _words(self) -> int:
        return len(self.text.split())


def asks_otherwise(offered: Iterable[str], library: Library) -> bool:
    """Whether quick replies with these texts stand under a question that is not the hand-off's."""
    return any(library.quick_replies.get(title.lower()) in _OWN_OFFERS for title in offered)
