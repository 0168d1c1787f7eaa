"""The gate: whatever happens behind it, the patient gets an answer."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage

from companion.channels.gate import Gate
from companion.channels.rest import WholeMessages
from companion.content import Library
from companion.dialogue.replies import Writer
from companion.settings import Settings

NAME = "Jane Planted-Doe"
PATIENCE = 0.05  # seconds


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings of whoever runs the tests do not change what a patient sees."""
    for name in ("COUNTRY", "CARE_LINE", "CARE_TEAM", "LOCALE", "ENVIRONMENT"):
        monkeypatch.delenv(f"COMPANION_{name}", raising=False)


@pytest.fixture(scope="module")
def notices() -> dict[str, str]:
    """The fixed texts as a patient reads them."""
    library = Library.load()
    writer = Writer(library, Settings())
    return {name: writer.notice(name).text for name in ("no_words", "trouble")}


def through(
    handle: Callable[[UserMessage], Awaitable[Any]],
    text: str | None = "what is surgery",
    *,
    output: CollectingOutputChannel | None = None,
    wait: float = 0.0,
) -> list[str]:
    """What the patient sees of a message that goes through the gate; `wait`: seconds to look on afterwards."""
    channel = output or WholeMessages()

    async def turn() -> None:
        await Gate(handle, patience=PATIENCE)(UserMessage(text, channel, "somebody", input_channel="rest"))
        await asyncio.sleep(wait)

    asyncio.run(turn())
    return [message["text"] for message in channel.messages]


async def answers(message: UserMessage) -> None:
    await message.output_channel.send_response("somebody", {"text": "an answer"})


async def is_silent(message: UserMessage) -> None:
    return None


async def fails(message: UserMessage) -> None:
    raise RuntimeError(f"cannot handle '{message.text}'")


async def hangs(message: UserMessage) -> None:
    await asyncio.sleep(60)


def test_an_answer_goes_out_once_and_alone() -> None:
    assert through(answers) == ["an answer"]


def test_silence_becomes_the_fixed_text(notices: dict[str, str]) -> None:
    assert through(is_silent) == [notices["trouble"]]


def test_an_exception_becomes_the_fixed_text(notices: dict[str, str]) -> None:
    assert through(fails) == [notices["trouble"]]


def test_a_hanging_turn_becomes_the_fixed_text_when_patience_ends(notices: dict[str, str]) -> None:
    assert through(hangs) == [notices["trouble"]]


def test_a_turn_that_hangs_is_given_up_so_that_the_next_message_finds_no_lock(notices: dict[str, str]) -> None:
    async def is_slow(message: UserMessage) -> None:
        await asyncio.sleep(2 * PATIENCE)
        await answers(message)

    assert through(is_slow, wait=3 * PATIENCE) == [notices["trouble"]]


def test_an_escalation_before_a_hang_stands_first(notices: dict[str, str]) -> None:
    async def escalates_then_hangs(message: UserMessage) -> None:
        await message.output_channel.send_response("somebody", {"text": "Call 999 now."})
        await asyncio.sleep(60)

    assert through(escalates_then_hangs) == ["Call 999 now.", notices["trouble"]]


def test_an_exception_after_an_answer_adds_nothing() -> None:
    async def answers_then_fails(message: UserMessage) -> None:
        await answers(message)
        raise RuntimeError("too late to matter")

    assert through(answers_then_fails) == ["an answer"]


def test_a_turn_that_fails_after_patience_ended_is_no_noise(
    notices: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    async def fails_late(message: UserMessage) -> None:
        await asyncio.sleep(2 * PATIENCE)
        raise RuntimeError(NAME)

    assert through(fails_late, wait=3 * PATIENCE) == [notices["trouble"]]
    gc.collect()
    assert "never retrieved" not in caplog.text
    assert NAME not in caplog.text


@pytest.mark.parametrize("handle", [fails, hangs])
def test_the_log_has_none_of_the_patients_words(
    handle: Callable[[UserMessage], Awaitable[Any]], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        through(handle, f"I am {NAME}")
    (line,) = [record.getMessage() for record in caplog.records if record.name == "companion.channels.gate"]
    assert line.startswith("turn failed=")
    assert "channel=rest correlation_id=" in line
    assert NAME not in caplog.text
    assert "somebody" not in line, "the conversation's id is in the log"


@pytest.mark.parametrize("text", ["", None, "   ", "😭", "?!", "...", "/", "\x00\x07", "<>", "\u200b"])
def test_a_message_without_words_is_told_so_and_goes_no_further(text: str | None, notices: dict[str, str]) -> None:
    handled = []

    async def handle(message: UserMessage) -> None:
        handled.append(message.text)

    assert through(handle, text) == [notices["no_words"]]
    assert handled == []


@pytest.mark.parametrize(
    ("typed", "reaches"),
    [("/restart", "restart"), ("/greet{}", "greet{}"), ("a\x00b", "a b"), ("<b>hi</b>", "<b>hi</b>"), ("39.5", "39.5")],
)
def test_rasa_gets_the_cleaned_message(typed: str, reaches: str) -> None:
    handled = []

    async def handle(message: UserMessage) -> None:
        handled.append(message.text)
        await answers(message)

    assert through(handle, typed) == ["an answer"]
    assert handled == [reaches]


def test_the_fixed_text_has_its_quick_replies() -> None:
    channel = WholeMessages()
    through(is_silent, "", output=channel)
    titles = [button["title"] for button in channel.messages[0]["buttons"]]
    assert "Talk to a person" in titles


def test_the_real_channel_is_seen_through_the_gate() -> None:
    seen = []

    async def handle(message: UserMessage) -> None:
        seen.append((message.output_channel.name(), message.sender_id, message.input_channel))
        await answers(message)

    through(handle)
    assert seen == [(WholeMessages().name(), "somebody", "rest")]


def test_an_answer_with_blank_lines_stays_one_message() -> None:
    async def handle(message: UserMessage) -> None:
        await message.output_channel.send_response("somebody", {"text": "short\n\nSources:\n- one\n\ndisclaimer"})

    assert through(handle) == ["short\n\nSources:\n- one\n\ndisclaimer"]


class _FailsOnce(WholeMessages):
    """A channel whose first message is lost."""

    failed = False

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        if not self.failed:
            self.failed = True
            raise ConnectionError("lost")
        await super().send_response(recipient_id, message)


def test_an_answer_lost_on_the_way_out_is_no_silence(notices: dict[str, str]) -> None:
    assert through(answers, output=_FailsOnce()) == [notices["trouble"]], "the patient sees nothing at all"


def test_a_dead_channel_does_not_raise() -> None:
    class Dead(WholeMessages):
        async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
            raise ConnectionError("gone")

    assert through(is_silent, output=Dead()) == []
