"""The talk that leads to a request for a person, step by step."""

from __future__ import annotations

import pytest

from companion.dialogue.hand_off import Outcome
from tests.dialogue.hand_off_talk import Talk, asked_for_person

YES, NO, SKIP = "Yes, go on", "No, do not pass anything on", "Skip"
HERE = "Answer here in this chat"


def at(step: str, **known: object) -> Talk:
    """A talk in which this question is open."""
    talk = asked_for_person(**known)
    answers = {
        "consent": [],
        "name": [YES],
        "contact": [YES, "Ann"],
        "when": [YES, "Ann", "020 7946 0123"],
        "reason": [YES, "Ann", "020 7946 0123", "after 4"],
        "review": [YES, "Ann", "020 7946 0123", "after 4", "my tablets make me sick"],
        "change": [YES, "Ann", "020 7946 0123", "after 4", "my tablets make me sick", "Change something"],
    }
    for answer in answers[step]:
        talk.hears(answer)
    assert talk.state.step == step
    return talk


def test_from_the_first_question_to_the_reference() -> None:
    talk = Talk()
    assert talk.hears("can I talk to a nurse", "talk_to_human") == ["begin"]
    assert talk.hears("yes please") == ["ask_name"]
    assert talk.hears("Ann") == ["ask_contact"]
    assert talk.hears("my number is oh two oh seven nine four six oh one two three") == ["ask_when"]
    assert talk.hears("tomorrow after 4") == ["ask_reason"]
    assert talk.hears("I want to ask about my tablets") == ["review"]
    assert talk.opened == []
    assert talk.hears("send it") == ["sent"]
    (request,) = talk.opened
    assert (request.name, request.contact, request.contact_when) == ("Ann", "020 7946 0123", "tomorrow after 4")
    assert request.reason == "I want to ask about my tablets"
    assert request.consent["given"] == ["case"]
    assert request.consent["wording"] == "begin"
    assert "chat-1" not in request.key


@pytest.mark.parametrize(
    ("step", "skip", "then"),
    [
        ("name", "Skip", ["ask_contact"]),
        ("name", "no", ["ask_contact"]),
        ("name", "I'd rather not say", ["ask_contact"]),
        ("contact", HERE, ["ask_reason"]),
        ("contact", "skip", ["contact_in_chat", "ask_reason"]),
        ("contact", "here is fine", ["ask_reason"]),
        ("when", "Skip", ["ask_reason"]),
        ("when", "Any time", ["ask_reason"]),
        ("reason", "Skip", ["review"]),
        ("reason", "rather not say", ["review"]),
    ],
)
def test_each_question_can_be_skipped(step: str, skip: str, then: list[str]) -> None:
    assert at(step).hears(skip) == then


@pytest.mark.parametrize("step", ["consent", "name", "contact", "when", "reason", "review", "change"])
@pytest.mark.parametrize(
    "words",
    ["stop", "cancel", "never mind", "yes cancel it", "no, stop", "Forget it, please.", "I changed my mind", "goodbye"],
)
def test_it_can_be_left_at_every_question_and_nothing_is_stored(step: str, words: str) -> None:
    talk = at(step)
    assert talk.hears(words, "stop") == ["cancelled"]
    assert talk.slot is None
    assert talk.opened == []


@pytest.mark.parametrize("words", [NO, "no", "no thanks", "I'd rather not", "don't pass anything on", "nah"])
def test_a_no_to_being_passed_on_is_the_end(words: str) -> None:
    talk = at("consent")
    assert talk.hears(words, "deny") == ["refused"]
    assert talk.slot is None


@pytest.mark.parametrize(
    "words",
    [
        "no, go on",
        "yes but who sees it",
        "yes if it is free",
        "maybe",
        "I don't know",
        "what?",
        "yes?",
        "only if you must",
        "hm",
        "yes no",
    ],
)
def test_what_is_not_a_plain_yes_is_no_consent(words: str) -> None:
    talk = at("consent")
    talk.hears(words)
    assert talk.slot is None or talk.state.given == (), f"'{words}' was taken for a yes"


@pytest.mark.parametrize(
    ("words", "given"),
    [
        ("Yes, with this chat too", ("case", "transcript")),
        ("yes, and they can read the chat", ("case", "transcript")),
        ("yes, but not the chat", ("case",)),
        ("Yes, without this conversation please", ("case",)),
        ("ok", ("case",)),
        ("go ahead", ("case",)),
        ("sure, no problem", ()),
    ],
)
def test_the_chat_is_passed_on_only_where_that_was_said(words: str, given: tuple[str, ...]) -> None:
    talk = at("consent")
    talk.hears(words)
    assert talk.state.given == given


def test_two_answers_that_are_neither_yes_nor_no_end_it() -> None:
    talk = at("consent")
    assert talk.hears("hmm blue") == ["consent_unclear"]
    assert talk.hears("blue blue") == ["left_open"]
    assert talk.slot is None


def test_several_details_in_one_message() -> None:
    talk = at("consent")
    assert talk.hears("I'm Ann, ring me on 020 7946 0123 after 4") == ["consent_first"]
    assert talk.state.given == ()
    assert talk.hears("yes") == ["ask_reason"]
    assert (talk.state.name, talk.state.contact, talk.state.when) == ("Ann", "020 7946 0123", "after 4")


def test_a_yes_with_a_number() -> None:
    talk = at("consent")
    assert talk.hears("Yes, please call 020 7946 0123") == ["ask_name"]
    assert talk.hears(SKIP) == ["ask_when"]


def test_a_name_and_a_number_at_once() -> None:
    talk = at("name")
    assert talk.hears("Ann, 020 7946 0123") == ["ask_when"]
    assert talk.state.name == "Ann"


@pytest.mark.parametrize(
    ("said", "noted"),
    [
        ("Ann", "Ann"),
        ("it's ann", "Ann"),
        ("My name is José", "José"),
        ("call me Mrs Smith please", "Mrs Smith"),
        ("Will", "Will"),
        ("Joy", "Joy"),
        ("May", "May"),
        ("李", "李"),
        ("it's for my wife Sarah", "my wife Sarah"),
    ],
)
def test_names_are_names_and_no_topics(said: str, noted: str) -> None:
    talk = at("name")
    assert talk.hears(said, "nutrition", 0.9) == ["ask_contact"]
    assert talk.state.name == noted


@pytest.mark.parametrize("said", ["hello", "ok", "???", "1234", "yes"])
def test_what_is_no_name_is_asked_again_and_then_left(said: str) -> None:
    talk = at("name")
    assert talk.hears(said) == ["name_unclear"]
    assert talk.hears(said) == ["ask_contact"]
    assert talk.state.name is None


@pytest.mark.parametrize(
    ("said", "asked"),
    [("by phone", "ask_number"), ("just ring me", "ask_number"), ("e-mail", "ask_email"), ("xyz", "contact_unclear")],
)
def test_a_way_without_a_number_is_asked_for_then_the_chat_it_is(said: str, asked: str) -> None:
    talk = at("contact")
    assert talk.hears(said) == [asked]
    assert talk.hears(said) == ["contact_in_chat", "ask_reason"]
    assert talk.state.contact is None


def test_what_matters_about_a_number_is_kept_in_their_words() -> None:
    talk = at("contact")
    talk.hears("020 7946 0123 but please don't leave a voicemail")
    assert talk.state.contact == "020 7946 0123 (020 7946 0123 but please don't leave a voicemail)"


def test_a_number_that_looks_odd_is_taken_and_marked() -> None:
    talk = at("contact")
    assert talk.hears("020 7946") == ["ask_when"]
    assert talk.state.unsure


def test_a_correction_is_one() -> None:
    talk = at("when")
    assert talk.hears("no, the number is 020 7946 0999") == ["ask_when"]
    assert talk.state.contact == "020 7946 0999"
    assert talk.hears("that's wrong") == ["ask_number"]
    assert talk.hears("020 7946 0111") == ["ask_when"]


def test_a_correction_at_the_end_shows_the_note_again() -> None:
    talk = at("review")
    assert talk.hears("no, my number is 020 7946 0999") == ["review"]
    assert talk.state.contact == "020 7946 0999"
    assert talk.hears("my name is Bea") == ["review"]
    assert talk.state.name == "Bea"
    assert talk.hears("send it") == ["sent"]
    assert talk.opened[0].name == "Bea"


def test_an_address_alone_is_never_what_it_is_about() -> None:
    talk = at("contact")
    assert talk.hears("ann smith at example dot org") == ["ask_when"]
    assert talk.state.unsure
    assert talk.hears("yes") == ["ask_when"], "a yes is no time"
    assert talk.hears("any time") == ["ask_reason"]
    assert talk.hears("ann dot smith at example dot org") == ["ask_reason"]
    assert talk.state.contact == "ann.smith@example.org"
    assert not talk.state.unsure


def test_thanks_for_the_numbers_is_the_end_of_it() -> None:
    talk = at("consent")
    assert talk.hears("thanks a lot", "thank") == []
    assert talk.slot is None


def test_that_is_enough_does_not_throw_the_note_away() -> None:
    talk = at("review")
    assert talk.hears("that's enough", "stop") == ["ask_to_send"]


@pytest.mark.parametrize(
    ("what", "asked"),
    [
        ("My name", "ask_name"),
        ("How to reach me", "ask_contact"),
        ("When to reach me", "ask_when"),
        ("What it is about", "ask_reason"),
        ("With or without this chat", "ask_consent"),
        ("the phone number please", "ask_contact"),
    ],
)
def test_each_part_of_the_note_can_be_changed(what: str, asked: str) -> None:
    talk = at("change")
    assert talk.hears(what) == [asked]


def test_after_a_change_comes_the_note_again() -> None:
    talk = at("change")
    talk.hears("What it is about")
    assert talk.hears("I feel sick after my tablets") == ["review"]
    assert talk.state.reason == "I feel sick after my tablets"


def test_go_back_asks_the_question_before() -> None:
    talk = at("when")
    assert talk.hears("go back") == ["ask_contact"]
    assert talk.hears("020 7946 0111") == ["ask_when"]
    assert at("consent").hears("go back") == ["ask_consent"]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("who sees my number?", "who_sees"),
        ("is this private?", "who_sees"),
        ("how long will it take?", "how_long"),
        ("when will they call me", "how_long"),
        ("why do you need that?", "why_ask"),
        ("do I have to?", "why_ask"),
        ("are you a real person?", "program"),
    ],
)
@pytest.mark.parametrize("step", ["consent", "name", "contact", "when", "review"])
def test_questions_about_the_request_are_answered_and_ours_is_asked_again(
    step: str, question: str, answer: str
) -> None:
    talk = at(step)
    said, again = talk.hears(question)
    assert said == answer
    assert again == {"consent": "ask_consent", "review": "ask_to_send"}.get(step, f"ask_{step}")
    assert talk.state.step == step


@pytest.mark.parametrize("step", ["name", "contact", "when", "reason"])
def test_a_question_in_between_is_answered_as_always_and_ours_is_asked_again(step: str) -> None:
    talk = at(step)
    again = talk.hears("before that, what does metastatic mean?", "what_is_mbc")
    assert again == [f"ask_{step}"]
    assert talk.state.reason is None


def test_a_question_can_be_what_it_is_about() -> None:
    talk = at("reason")
    assert talk.hears("can chemo make my hair fall out?", "chemotherapy") == ["review"]
    assert talk.state.reason == "can chemo make my hair fall out?"


def test_who_asks_about_other_things_twice_before_a_yes_is_let_alone() -> None:
    talk = at("consent")
    assert talk.hears("what is chemotherapy", "chemotherapy") == ["ask_consent"]
    assert talk.hears("and radiotherapy?", "radiation") == []
    assert talk.slot is None


def test_a_yes_to_figures_is_no_yes_to_being_passed_on() -> None:
    talk = at("consent")
    talk.offered = ("Yes, show general figures", "No, I would rather not know")
    assert talk.hears("yes", "affirm") == ["ask_consent"]
    assert talk.state.given == ()


def test_free_words_are_kept_and_joined_to_what_was_told_before() -> None:
    talk = Talk(words="my tablets make me sick and I cannot sleep")
    talk.hears("Yes, ask a person")
    for answer in (YES, SKIP, HERE):
        last = talk.hears(answer)
    assert last == ["ask_reason_more"]
    talk.hears("also my husband worries")
    assert talk.state.reason == "my tablets make me sick and I cannot sleep also my husband worries"


def test_a_very_long_reason_is_cut() -> None:
    talk = at("reason")
    assert talk.hears("I want to tell you everything. " * 500) == ["review"]
    assert len(talk.state.reason or "") < 1100


# -- the end of it -------------------------------------------------------------------------------------------------


def test_where_it_cannot_be_stored_that_is_said_and_it_can_be_tried_again() -> None:
    talk = at("review")
    talk.store = Outcome.FAILED
    assert talk.hears("send it") == ["not_sent"]
    assert talk.hears("Send it again") == ["not_sent"]
    talk.store = Outcome.DONE
    assert talk.hears("try again") == ["sent"]
    assert len(talk.opened) == 1


def test_where_nobody_can_be_told_that_is_said() -> None:
    talk = at("review", store=Outcome.NOBODY)
    assert talk.hears("yes, send it") == ["reached_nobody"]


def test_do_not_send_after_a_failure_says_what_is_not_known() -> None:
    talk = at("review", store=Outcome.FAILED)
    talk.hears("send it")
    assert talk.hears("Do not send") == ["cancelled_unsure"]


def test_a_request_stored_without_our_hearing_of_it_is_cancelled_too() -> None:
    talk = at("review")
    before = talk.slot
    talk.hears("send it")
    talk.slot = before  # The process ended right after the commit.
    assert talk.hears("Do not send") == ["withdrawn"]
    assert talk.case is None


def test_the_same_request_sent_again_after_a_crash_is_one() -> None:
    talk = at("review")
    before = talk.slot
    talk.hears("send it")
    talk.slot = before
    assert talk.hears("send it") == ["sent"]
    assert len(talk.opened) == 1


def test_it_is_not_sent_without_a_clear_yes() -> None:
    talk = at("review")
    assert talk.hears("hmm") == ["ask_to_send"]
    assert talk.hears("well") == ["ask_to_send"]
    assert talk.hears("er") == ["left_open"]
    assert talk.opened == []


def test_asking_twice_tells_how_it_stands() -> None:
    talk = at("review")
    talk.hears("send it")
    assert talk.hears("I want to talk to a nurse", "talk_to_human") == ["existing"]
    assert talk.hears("when will they call me?") == ["existing"]
    assert talk.hears("Leave it as it is") == ["left_as_it_is"]


def test_what_is_to_be_added_is_added() -> None:
    talk = at("review")
    talk.hears("send it")
    assert talk.hears("Add something to my request") == ["ask_addition"]
    assert talk.hears("I also have a rash") == ["added"]
    assert talk.hears("please tell them I am out on Monday") == ["added"]
    assert talk.hears("no, the number is 020 7946 0999") == ["added"]
    assert [one.text for one in talk.added] == [
        "I also have a rash",
        "please tell them I am out on Monday",
        "no, the number is 020 7946 0999",
    ]
    assert talk.hears("what is chemotherapy", "chemotherapy") == ["…"]


def test_a_request_can_be_cancelled() -> None:
    talk = at("review")
    talk.hears("send it")
    assert talk.hears("please cancel my request") == ["withdrawn"]
    assert talk.hears("cancel my request") == ["nothing_open"]


def test_after_a_day_it_begins_anew_and_says_that_nothing_was_sent() -> None:
    talk = at("contact")
    talk.waits(hours=25)
    assert talk.hears("what is chemotherapy", "chemotherapy") == ["expired"]
    assert talk.slot is None
    talk = at("contact")
    talk.waits(hours=25)
    assert talk.hears("Talk to a person") == ["expired_before", "begin"]
    assert talk.state.name is None


# -- danger --------------------------------------------------------------------------------------------------------


def test_after_danger_only_a_yes_and_a_way_are_asked_for() -> None:
    talk = Talk()
    talk.danger("my chest hurts")
    assert talk.hears("Also tell the team") == ["begin_urgent"]
    assert talk.hears("yes") == ["ask_contact"]
    assert talk.hears("020 7946 0123") == ["sent_urgent"]
    (request,) = talk.opened
    assert request.urgency == "emergency"
    assert request.red_flags == [{"id": "chest_pain", "urgency": "emergency", "text": "my chest hurts"}]
    assert request.consent["wording"] == "begin_urgent"


@pytest.mark.parametrize("step", ["consent", "name", "contact", "when", "reason", "review"])
def test_danger_in_between_is_told_again_and_the_request_stays_open(step: str) -> None:
    talk = at(step)
    talk.danger("my chest hurts")
    assert talk.hears("ok", "affirm") == ["danger_again", "resume"]
    assert talk.opened == []
    assert talk.state.step == step
    talk.hears("yes")
    for answer in ("yes", "020 7946 0123", "send it"):
        if talk.state.step != "sent":
            talk.hears(answer)
    (request,) = talk.opened
    assert request.urgency == "emergency"


def test_after_danger_in_between_one_can_leave_it() -> None:
    talk = at("name")
    talk.danger("my chest hurts")
    talk.hears("ok calling")
    assert talk.hears("no") == ["cancelled"]


def test_a_number_right_after_danger_is_taken() -> None:
    talk = at("contact")
    talk.danger("my chest hurts")
    assert talk.hears("020 7946 0123") == ["review"], "they were told that they see the note before it goes out"
    assert talk.hears("Send it") == ["sent_urgent"]


@pytest.mark.parametrize("words", ["I rang them now", "hm", "blue"])
def test_while_it_rests_after_danger_nothing_is_taken_for_an_answer(words: str) -> None:
    talk = at("name")
    talk.danger("my chest hurts")
    talk.hears("ok")
    assert talk.hears(words) == ["resume"]
    assert talk.hears("what is chemotherapy?", "chemotherapy") == ["resume"]
    assert talk.state.name is None
    assert talk.hears(words) == ["left_open"]
    assert talk.opened == []


def test_distress_in_between_does_not_stop_the_talk() -> None:
    talk = at("reason")
    talk.danger("I can't stop crying", "support", "distress_high")
    assert talk.hears("I can't stop crying", "express_distress") == ["review"]


def test_danger_told_after_it_was_sent_is_added() -> None:
    talk = at("review")
    talk.hears("send it")
    talk.danger("my chest hurts")
    assert talk.hears("Also tell the team") == ["added_urgent"]
    assert [flag["id"] for flag in talk.added[0].red_flags] == ["chest_pain"]


# -- what is remembered --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "slot", [None, "", 7, [], {}, {"step": "no such"}, {"step": "name", "started": 1, "touched": None}]
)
def test_a_slot_that_cannot_be_read_is_none(slot: object) -> None:
    talk = Talk(slot=slot)
    assert talk.hears("hello", "greet") == ["…"]
    assert talk.hears("I want to talk to a nurse", "talk_to_human") == ["begin"]
