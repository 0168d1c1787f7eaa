"""action_hand_off: opens a case only with a yes, and says plainly where that does not work."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from actions import hand_off
from actions.hand_off import ActionHandOff
from actions.stores import cases
from companion.cases import Cases, CaseState
from companion.store import Database, StoreError
from tests.actions.conftest import Said, Talk

TEAM = "COMPANION_NOTIFY_TEAM"


@pytest.fixture(autouse=True)
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A fresh database, the project's own hours, and somebody to be told."""
    monkeypatch.setenv("COMPANION_DATABASE", f"sqlite:///{tmp_path}/companion.db")
    monkeypatch.setenv("COMPANION_COUNTRY", "GB")
    monkeypatch.delenv("COMPANION_SERVICE", raising=False)
    monkeypatch.setenv(TEAM, "json://127.0.0.1:9/")
    database = Database.from_environment()
    database.migrate()
    return database


class Chat:
    """A conversation that the action answers by itself."""

    def __init__(self) -> None:
        self.talk = Talk()

    def says(self, text: str, intent: str = "nlu_fallback", **parsed: Any) -> Said:
        self.talk.user(text, intent, **parsed)
        said = self.talk.run(ActionHandOff())
        self.talk.slots |= said.slots
        for message in said.messages:
            self.talk.bot(message["text"], tuple(button["title"] for button in message["buttons"]))
        return said

    def up_to_the_note(self) -> Chat:
        for text in ("can I talk to a nurse", "yes", "Ann", "020 7946 0123", "after 4", "about my tablets"):
            last = self.says(text)
        assert "Shall I send it?" in last.text
        return self


def all_cases() -> list[Any]:
    return cases().all_of("somebody")


def test_the_note_is_shown_before_it_is_sent() -> None:
    chat = Chat()
    for text in ("can I talk to a nurse", "yes", "Ann", "020 7946 0123", "after 4"):
        chat.says(text)
    text = chat.says("about my tablets").text
    for words in ("Situation", "Name: Ann.", "020 7946 0123", "after 4", "about my tablets", "this note"):
        assert words in text, f"'{words}' is not in the note:\n{text}"
    assert all_cases() == []


def test_a_yes_opens_the_case_and_gives_its_reference() -> None:
    said = Chat().up_to_the_note().says("Send it", "affirm")
    (case,) = all_cases()
    assert case.state is CaseState.QUEUED
    assert case.reference in said.text
    assert (case.name, case.contact, case.contact_when, case.reason) == (
        "Ann",
        "020 7946 0123",
        "after 4",
        "about my tablets",
    )
    assert case.consent["wording"].startswith("begin-")
    assert case.country == "GB"


def test_where_nobody_can_be_told_it_says_that_it_reached_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(TEAM)
    text = Chat().up_to_the_note().says("Send it", "affirm").text
    (case,) = all_cases()
    assert case.state is CaseState.REQUESTED
    assert "it has not reached a person" in text
    assert "Macmillan" in text or "Breast Cancer Now" in text


def test_where_the_store_fails_nobody_is_told_that_it_went_through(monkeypatch: pytest.MonkeyPatch) -> None:
    chat = Chat().up_to_the_note()
    with monkeypatch.context() as broken:
        broken.setattr(Cases, "open", _fails)
        said = chat.says("Send it", "affirm")
    assert "did not go through" in said.text
    assert said.buttons == ["Send it again", "Do not send"]
    assert all_cases() == []
    assert "Your request is with the team" in chat.says("Send it again", "affirm").text
    assert len(all_cases()) == 1


def test_where_the_store_is_gone_from_the_start_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Cases, "open_of", _fails)
    chat = Chat()
    said = chat.says("can I talk to a nurse", "talk_to_human")
    assert "I cannot take a request now" in said.text
    assert said.slots == {}


def test_where_it_cannot_be_cancelled_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    chat = Chat().up_to_the_note()
    chat.says("Send it", "affirm")
    for name in ("withdraw", "open_of"):
        with monkeypatch.context() as broken:
            broken.setattr(Cases, name, _fails)
            assert "I could not cancel your request" in chat.says("cancel my request", "stop").text
    assert all_cases()[0].state is CaseState.QUEUED
    assert "is cancelled" in chat.says("cancel my request", "stop").text


def test_a_turn_begun_again_after_a_crash_opens_no_second_case() -> None:
    chat = Chat().up_to_the_note()
    before = dict(chat.talk.slots)
    first = chat.says("Send it", "affirm").text
    chat.talk.slots = before
    assert chat.says("Send it", "affirm").text == first
    assert len(all_cases()) == 1


def test_danger_that_was_told_is_in_the_case_with_what_they_were_told_to_do() -> None:
    chat = Chat()
    flags = [{"id": "chest_pain", "urgency": "emergency", "text": "chest hurts"}]
    chat.talk.user("my chest hurts so much", "report_symptom", urgency="emergency", red_flags=flags)
    chat.talk.bot("Call 999 now.", ("Also tell the team",), "utter_escalation")
    chat.says("Also tell the team", "talk_to_human")
    chat.says("yes", "affirm")
    said = chat.says("020 7946 0123")
    (case,) = all_cases()
    assert case.urgency == "emergency"
    assert case.red_flags == flags
    assert case.reason == "my chest hurts so much"
    assert case.about["told"] == "Call 999 now."
    assert said.text.startswith("Call 999 now.")


def test_a_question_that_had_no_answer_is_what_it_is_about() -> None:
    chat = Chat()
    chat.talk.user("can I take my parrot to the ward", "out_of_scope").bot("…", ("Yes, ask a person",))
    for text in ("Yes, ask a person", "yes", "Skip", "Answer here in this chat"):
        last = chat.says(text)
    assert "can I take my parrot to the ward" in last.text


def test_cancelling_after_it_was_sent_withdraws_it() -> None:
    chat = Chat().up_to_the_note()
    chat.says("Send it", "affirm")
    (case,) = all_cases()
    assert case.reference in chat.says("cancel my request", "stop").text
    assert all_cases()[0].state is CaseState.WITHDRAWN


def test_what_is_added_is_seen_by_staff() -> None:
    chat = Chat().up_to_the_note()
    chat.says("Send it", "affirm")
    chat.says("Add something to my request")
    assert "I have added that" in chat.says("I also have a rash").text
    (note,) = cases().notes(all_cases()[0].id)
    assert (note["author"], note["text"]) == ("The patient, in the chat", "I also have a rash")


def test_the_log_holds_none_of_it(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    chat = Chat().up_to_the_note()
    monkeypatch.setattr(hand_off, "step", _bug)
    with caplog.at_level("DEBUG"):
        chat.says("my number is 020 7946 0999")
    assert "7946" not in caplog.text


def _fails(*args: object, **kwargs: object) -> None:
    raise StoreError("OperationalError")


def _bug(*args: object, **kwargs: object) -> None:
    raise ValueError(f"cannot read {args}")
