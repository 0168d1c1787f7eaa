"""What a conversation's events say of it."""

from __future__ import annotations

from typing import Any

from companion.core.conversation import Danger, dangers_told, last_offer, last_utterance, own_words


def bot(*titles: str) -> dict[str, Any]:
    buttons = [{"title": title, "payload": title} for title in titles]
    return {"event": "bot", "text": "…", "data": {"buttons": buttons or None}}


def user(text: str | None, *flags: str) -> dict[str, Any]:
    red_flags = [{"id": flag, "urgency": "urgent", "text": "…"} for flag in flags]
    return {"event": "user", "text": text, "parse_data": {"urgency": "urgent", "red_flags": red_flags}}


def test_the_last_offer_is_that_of_the_last_message() -> None:
    assert last_offer([bot("Yes", "No"), user("hm"), bot("Tell me more")]) == {"Tell me more"}


def test_a_message_without_buttons_ends_the_offer() -> None:
    assert last_offer([bot("Yes", "No"), user("hm"), bot()]) == set()


def test_what_the_person_says_does_not_end_the_offer() -> None:
    assert last_offer([bot("Yes", "No"), user("yes"), {"event": "action", "name": "action_affirm"}]) == {"Yes", "No"}


def test_nothing_was_offered_before_anything_was_said() -> None:
    assert last_offer([]) == set()
    assert last_offer([user("hello")]) == set()
    assert last_offer([{"event": "bot", "text": "…"}, {"event": "bot", "text": "…", "data": None}]) == set()


def test_own_words_are_the_persons_alone_in_order() -> None:
    assert own_words([user("one"), bot(), user("two"), user(None)]) == ["one", "two", ""]


def test_red_flags_are_told_message_by_message() -> None:
    events = [user("a", "fever_on_treatment"), bot(), user("b"), user("c", "pe", "chest_pain")]
    assert dangers_told(events) == [
        Danger("urgent", frozenset({"fever_on_treatment"})),
        Danger("urgent", frozenset({"pe", "chest_pain"})),
    ]


def test_messages_without_a_parse_have_no_red_flags() -> None:
    assert dangers_told([{"event": "user", "text": "x"}, {"event": "user", "parse_data": None}]) == []


def test_the_last_utterance_is_known_by_name_until_an_action_speaks() -> None:
    greeting = {"event": "bot", "text": "…", "metadata": {"utter_action": "utter_greet"}}
    assert last_utterance([]) is None
    assert last_utterance([greeting, user("hi")]) == "utter_greet"
    assert last_utterance([greeting, user("hi"), bot()]) is None


def test_what_was_forgotten_is_not_used_again() -> None:
    events = [user("I live in Leeds", "pe"), bot("Yes"), {"event": "reset_slots"}, user("hello")]
    assert own_words(events) == ["hello"]
    assert dangers_told(events) == []
    assert last_offer(events) == set()
