"""Whatever anybody writes, in whatever order: no case without a yes, one case a request, and no error."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from companion.dialogue.contact_details import find_contact
from companion.dialogue.details import as_name, find_name, find_time
from companion.dialogue.hand_off import Outcome
from tests.dialogue.hand_off_talk import LIBRARY, Talk

INTENTS = ["affirm", "deny", "stop", "talk_to_human", "greet", "thank", "goodbye", "nlu_fallback", "out_of_scope"]
INTENTS += ["ask_privacy", "bot_challenge", "delete_my_data", "show_my_data", "chemotherapy", "report_symptom"]
INTENTS += ["other_language", "tell_me_more", "personal_medical_advice"]
WORDS = ["yes", "no", "yes but", "skip", "stop", "go back", "send it", "Ann", "I'm Ann", "020 7946 0123", "oh two oh"]
WORDS += ["ann at example dot org", "tomorrow after 4", "why?", "who sees my number?", "how long will it take", "hm"]
WORDS += [
    "before that, what is chemo?",
    "cancel my request",
    "try again",
    "the number is wrong",
    "no",
    "",
    "?!",
    "x" * 9000,
]
BUTTONS = [button.text for button in LIBRARY.buttons.values()]
#: Words by which somebody agrees, in these messages.
AGREES = {"yes", "Yes, go on", "Yes, with this chat too"}

messages = st.one_of(st.sampled_from(WORDS), st.sampled_from(BUTTONS), st.text(max_size=80))
turns = st.tuples(messages, st.sampled_from(INTENTS), st.sampled_from([0.2, 0.6, 0.95]))
happenings = st.one_of(
    turns,
    st.sampled_from(["emergency", "urgent", "crisis", "support", "soon"]),
    st.sampled_from([Outcome.DONE, Outcome.FAILED, Outcome.NOBODY]),
    st.integers(min_value=1, max_value=30),
)


@settings(max_examples=400, deadline=None)
@given(st.lists(happenings, max_size=25), st.sampled_from([None, "GB", "US"]))
def test_no_case_without_a_yes_and_never_two_of_one_request(story: list[Any], region: str | None) -> None:
    talk, agreed, note_shown = Talk(region=region), False, False
    for one in story:
        if isinstance(one, int):
            talk.waits(hours=one)
        elif isinstance(one, Outcome):
            talk.store = one
        elif isinstance(one, str):
            talk.danger("it hurts", one)
        else:
            text, intent, confidence = one
            agreed = agreed or text.strip() in AGREES
            opened = len(talk.opened)
            said = talk.hears(text, intent, confidence)
            if len(talk.opened) > opened and talk.opened[-1].consent["wording"] == "begin":
                assert note_shown, "sent without the note having been shown"
            note_shown = (note_shown or "review" in said) and talk.slot is not None
    assert not talk.opened or agreed, "a case was opened without a yes"
    for request in talk.opened:
        assert "case" in request.consent["given"], "a case was opened without consent"
    keys = [request.key for request in talk.opened]
    assert len(set(keys)) == len(keys), "one request became two cases"


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.none(), st.text(), st.integers(), st.dictionaries(st.text(), st.text())), turns)
def test_whatever_the_slot_holds_a_message_is_answered(slot: object, turn: tuple[str, str, float]) -> None:
    Talk(slot=slot).hears(*turn)


@settings(max_examples=500, deadline=None)
@given(st.one_of(st.text(), st.text(alphabet="0123456789 +()-.@atdo oneh")), st.sampled_from([None, "GB", "US", "IE"]))
def test_details_are_looked_for_in_anything(text: str, region: str | None) -> None:
    found = find_contact(text, region)
    assert found is None or any(map(str.isalnum, found.text))
    for find in (as_name, find_name, find_time):
        find(text)


def test_a_long_text_is_read_in_a_moment() -> None:
    for text in ("a" * 20_000, "1 " * 10_000, "who see " * 2_500, "?! " * 7_000, "oh " * 7_000, "at dot " * 3_000):
        talk = Talk()
        talk.hears("I want to talk to a nurse", "talk_to_human")
        for _ in range(3):
            talk.hears(text)
