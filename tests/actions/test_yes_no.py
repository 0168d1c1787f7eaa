"""action_affirm and action_deny: figures only right after they were offered, and only on a yes."""

from __future__ import annotations

import pytest

from actions.base import library
from actions.yes_no import ActionAffirm, ActionDeny
from tests.actions.conftest import Talk, text_of

OUTLOOK = {"subject": "prognosis_life_expectancy"}
YES, NO = "Yes, show general figures", "No, I would rather not know"
NONE_OF_THESE = "None of these"


def has_figures(text: str) -> bool:
    return "in 100" in text


def test_these_are_the_buttons_that_are_shown() -> None:
    assert [library().buttons[name].text for name in ("show_numbers", "no_numbers", "none_of_these")] == [
        YES,
        NO,
        NONE_OF_THESE,
    ]


def test_yes_right_after_the_offer_shows_the_figures() -> None:
    said = Talk(slots=OUTLOOK).bot(buttons=(YES, NO)).user("yes", "affirm").run(ActionAffirm())
    assert has_figures(said.text)
    assert said.events == []


def test_no_right_after_the_offer_shows_none() -> None:
    said = Talk(slots=OUTLOOK).bot(buttons=(YES, NO)).user("no", "deny").run(ActionDeny())
    numbers = library().answers["prognosis_life_expectancy"].numbers
    assert numbers is not None
    assert said.text == numbers.declined


@pytest.mark.parametrize("after", ["thank", "greet", "hand_off", "trouble"])
def test_yes_after_anything_else_shows_none(after: str) -> None:
    talk = Talk(slots=OUTLOOK).bot(buttons=(YES, NO)).user("…").bot(text_of(after)).user("yes", "affirm")
    said = talk.run(ActionAffirm())
    assert not has_figures(said.text), f"figures unasked, after '{after}':\n{said.text}"
    assert said.text == text_of("what_next")


def test_yes_after_figures_were_shown_does_not_show_them_again() -> None:
    talk = Talk(slots=OUTLOOK).bot(buttons=(YES, NO)).user("yes").bot("figures").user("yes", "affirm")
    assert talk.run(ActionAffirm()).text == text_of("what_next")


def test_yes_with_another_subject_shows_none() -> None:
    said = Talk(slots={"subject": None}).bot(buttons=(YES, NO)).user("yes", "affirm").run(ActionAffirm())
    assert not has_figures(said.text)


def test_yes_out_of_the_blue_asks_what_next() -> None:
    assert Talk().user("yes", "affirm").run(ActionAffirm()).text == text_of("what_next")


def test_no_out_of_the_blue_is_all_right() -> None:
    assert Talk().user("no", "deny").run(ActionDeny()).text == text_of("all_right")


def test_no_to_our_guesses_is_an_honest_no() -> None:
    said = Talk().bot(buttons=("Surgery", NONE_OF_THESE)).user("no", "deny").run(ActionDeny())
    assert said.text == text_of("not_understood")


@pytest.mark.parametrize(
    ("urgency", "flag", "answer"),
    [("crisis", "suicide_active", "no"), ("safeguarding", "domestic_abuse", "no"), ("support", "distress_high", "yes")],
)
def test_an_answer_to_an_escalation_is_not_met_with_small_talk(urgency: str, flag: str, answer: str) -> None:
    flags = [{"id": flag, "urgency": urgency, "text": "…"}]
    talk = Talk().user("…", "express_distress", urgency=urgency, red_flags=flags)
    talk.bot(buttons=("Talk to a person",), utterance="utter_escalation").user(
        answer, "affirm" if answer == "yes" else "deny"
    )
    said = talk.run(ActionAffirm() if answer == "yes" else ActionDeny())
    assert said.text not in (text_of("what_next"), text_of("all_right")), (
        f"after {urgency}, '{answer}' is answered with:\n{said.text}"
    )


def escalated(urgency: str, answer: str) -> Talk:
    flags = [{"id": "chest_pain", "urgency": urgency, "text": "…"}]
    talk = Talk().user("…", "report_symptom", urgency=urgency, red_flags=flags)
    return talk.bot(buttons=("Also tell the team",), utterance="utter_escalation").user(answer)


@pytest.mark.parametrize("urgency", ["emergency", "crisis", "safeguarding", "urgent", "soon"])
def test_yes_after_an_escalation_repeats_the_call_and_offers_to_tell_the_team(urgency: str) -> None:
    said = escalated(urgency, "yes").run(ActionAffirm())
    assert "call" in said.messages[0]["text"].lower() or "contact" in said.messages[0]["text"].lower()
    assert said.messages[1]["text"].startswith("Shall I also tell the team?")
    assert said.buttons == ["Also tell the team", "No, thank you"]
    assert said.events == [], "nothing may be stored by a yes that answers the escalation"


def test_yes_to_that_offer_goes_on_to_a_person() -> None:
    said = escalated("urgent", "yes").bot(buttons=("Also tell the team", "No, thank you")).user("yes", "affirm")
    assert [event["name"] for event in said.run(ActionAffirm()).events] == ["utter_hand_off"]


def test_no_to_that_offer_still_asks_to_call() -> None:
    said = escalated("urgent", "yes").bot(buttons=("Also tell the team", "No, thank you")).user("no", "deny")
    assert said.run(ActionDeny()).text.startswith(
        "That is all right. I have not told the team. Please do make the call"
    )


def test_yes_to_a_person_goes_on_to_one() -> None:
    said = Talk().bot(buttons=("Yes, ask a person",)).user("yes please", "affirm").run(ActionAffirm())
    assert [event["name"] for event in said.events] == ["utter_hand_off"]
    assert said.messages == []
