"""Whatever goes wrong in an action, the patient gets the fixed text, and the log none of their words."""

from __future__ import annotations

import logging

import pytest

from actions import answers, base
from actions.answers import ActionAnswer
from actions.base import SafeAction
from actions.fallback import ActionFallback
from actions.hand_off import ActionHandOff
from actions.rights import ActionForget, ActionPrivacy, ActionShowMyData
from actions.tell_more import ActionTellMore
from actions.yes_no import ActionAffirm, ActionDeny
from companion.dialogue.subject import Lookup
from tests.actions.conftest import Talk, text_of

ACTIONS = [
    ActionAffirm,
    ActionAnswer,
    ActionDeny,
    ActionFallback,
    ActionForget,
    ActionHandOff,
    ActionPrivacy,
    ActionShowMyData,
    ActionTellMore,
]
NAME = "Jane Planted-Doe"


def failing(*args: object, **kwargs: object) -> None:
    raise ValueError(f"cannot read '{NAME} has a fever'")


def test_every_action_is_tried_here() -> None:
    assert {action.__name__ for action in SafeAction.__subclasses__()} == {action.__name__ for action in ACTIONS}


@pytest.mark.parametrize("action", ACTIONS)
def test_any_error_becomes_the_fixed_text(
    action: type[SafeAction], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(action, "respond", failing)
    with caplog.at_level(logging.DEBUG):
        said = Talk(slots={"subject": "surgery"}).user(f"I am {NAME}", "surgery").run(action())
    assert said.text == text_of("trouble")
    assert said.events == []
    assert NAME not in caplog.text, "the patient's words are in the log"


def test_the_log_line_names_action_error_and_a_correlation_id(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(ActionAnswer, "respond", failing)
    ids = set()
    for _ in range(2):
        caplog.clear()
        Talk().user(f"I am {NAME}", "surgery").run(ActionAnswer())
        (record,) = [one for one in caplog.records if one.name == "actions.base"]
        line = record.getMessage()
        assert line.startswith("action=action_answer failed=ValueError correlation_id=")
        assert record.exc_info is None, "a traceback quotes the patient"
        ids.add(line.rpartition("=")[2])
    assert len(ids) == 2


def test_a_half_said_answer_is_taken_back(monkeypatch: pytest.MonkeyPatch) -> None:
    lookups = iter([Lookup("surgery"), Lookup("no_such_topic")])
    monkeypatch.setattr(answers, "find_lookup", lambda *_: next(lookups))
    questions = [{"text": "a", "intent": "surgery", "start": 0}, {"text": "b", "intent": "surgery", "start": 2}]
    said = Talk().user("a b", "surgery", questions=questions).run(ActionAnswer())
    assert said.text == text_of("trouble"), "half an answer, then silence"


def test_a_slot_with_a_topic_that_no_longer_exists_is_no_silence() -> None:
    said = Talk(slots={"subject": "dropped_topic"}).user("tell me more", "tell_me_more").run(ActionTellMore())
    assert said.text == text_of("trouble")


def test_a_parse_that_lacks_everything_is_no_silence() -> None:
    for action in ACTIONS:
        assert Talk().run(action()).messages, f"{action.__name__} says nothing"


def test_the_fixed_text_has_the_numbers_of_the_country(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ActionAnswer, "respond", failing)
    said = Talk().user("I live in Texas").bot().user("what is surgery", "surgery").run(ActionAnswer())
    assert said.text == text_of("trouble", "US")


def test_the_fixed_text_comes_even_if_the_country_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "country_stated", failing)
    try:
        said = Talk().user("what is surgery", "surgery").run(ActionAnswer())
    except ValueError as error:
        pytest.fail(f"the patient sees nothing from the action, and the log gets: {error}")
    assert said.text == text_of("trouble")
