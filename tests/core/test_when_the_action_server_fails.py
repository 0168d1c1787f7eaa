"""The whole assistant while the action server raises or hangs: danger is told first, and nobody meets silence."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from aiohttp import ClientConnectionError
from rasa.utils.endpoints import EndpointConfig

from companion.content import Library
from companion.core.assistant import Assistant
from companion.core.quiet import hush
from companion.dialogue.replies import Writer
from companion.run.training import MODEL
from companion.settings import Settings

NAME = "Jane Planted-Doe"
PATIENCE = 2.0  # seconds; a turn takes a twentieth of it


class _BrokenActions(EndpointConfig):
    """An action server that is out of order."""

    hangs = False

    def __init__(self) -> None:
        super().__init__(url="http://actions.invalid/webhook")

    async def request(self, *args: Any, **kwargs: Any) -> Any:
        if self.hangs:
            await asyncio.sleep(600)
        raise ClientConnectionError("no such server")


class _Patient:
    """Talks with the assistant, in a conversation of its own."""

    _numbers = itertools.count()

    def __init__(self, assistant: Assistant, loop: asyncio.AbstractEventLoop) -> None:
        self._assistant, self._loop = assistant, loop
        self._conversation = f"broken-{next(self._numbers)}"

    def hears(self, text: str) -> list[str]:
        """The messages that answer `text`."""
        said = self._loop.run_until_complete(self._assistant.say(text, conversation=self._conversation))
        return [message["text"] for message in said]


@pytest.fixture(scope="module")
def actions() -> _BrokenActions:
    return _BrokenActions()


@pytest.fixture(scope="module")
def assistant(actions: _BrokenActions) -> Iterator[tuple[Assistant, asyncio.AbstractEventLoop]]:
    if not MODEL.exists():
        pytest.fail(f"{MODEL} is missing; run 'make train'")
    hush()
    loop = asyncio.new_event_loop()
    made = loop.run_until_complete(Assistant.load(MODEL, action_endpoint=actions))
    made._gate._patience = PATIENCE
    yield made, loop
    loop.run_until_complete(_give_up_hung_turns())
    loop.close()


async def _give_up_hung_turns() -> None:
    hung = asyncio.all_tasks() - {asyncio.current_task()}
    for task in hung:
        task.cancel()
    await asyncio.gather(*hung, return_exceptions=True)


@pytest.fixture
def patient(assistant: tuple[Assistant, asyncio.AbstractEventLoop], actions: _BrokenActions) -> Iterator[_Patient]:
    actions.hangs = False
    yield _Patient(*assistant)
    actions.hangs = False


@pytest.fixture(scope="module")
def trouble() -> str:
    return Writer(Library.load(), Settings()).notice("trouble").text


def test_a_question_gets_the_fixed_text_when_the_server_is_down(patient: _Patient, trouble: str) -> None:
    assert patient.hears("What is hormone therapy?") == [trouble]


def test_a_question_gets_the_fixed_text_when_the_server_hangs(
    patient: _Patient, actions: _BrokenActions, trouble: str
) -> None:
    actions.hangs = True
    assert patient.hears("What is hormone therapy?") == [trouble]


@pytest.mark.parametrize("hangs", [False, True])
def test_danger_is_told_without_the_action_server(patient: _Patient, actions: _BrokenActions, hangs: bool) -> None:
    actions.hangs = hangs
    said = patient.hears("I have chest pain and I can't breathe. What is palbociclib?")
    assert len(said) == 1
    assert said[0].startswith("Call your local emergency number"), said


def test_the_escalation_comes_before_the_answer_that_fails(patient: _Patient) -> None:
    said = patient.hears("I can't stop crying. What is a clinical trial?")
    assert said[0].startswith("I am sorry that this is so hard."), said


def test_the_escalation_comes_before_the_answer_that_hangs(
    patient: _Patient, actions: _BrokenActions, trouble: str
) -> None:
    actions.hangs = True
    said = patient.hears("I can't stop crying. What is a clinical trial?")
    assert said[0].startswith("I am sorry that this is so hard."), said
    assert said[1:] == [trouble]


def test_what_needs_no_action_server_goes_on(patient: _Patient) -> None:
    assert patient.hears("Talk to a person")[0].startswith("Of course. Here is how to reach a person")
    assert patient.hears("I feel so alone with this")[0].startswith("I am sorry that this is so hard")


def test_the_patients_words_are_not_in_the_log(
    patient: _Patient, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    patient.hears(f"I am {NAME}. What is hormone therapy?")
    out, err = capfd.readouterr()
    assert NAME not in caplog.text + out + err


def test_danger_right_after_a_hung_turn_is_told(patient: _Patient, actions: _BrokenActions, trouble: str) -> None:
    actions.hangs = True
    assert patient.hears("What is hormone therapy?") == [trouble]
    said = patient.hears("I have chest pain and I can't breathe")
    assert said, "the patient sees nothing"
    assert said[0].startswith("Call your local emergency number"), f"the patient in danger sees:\n{said}"
