"""The gate: whatever happens behind it, the patient gets an answer."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage

from companion.cases import CaseRequest, Cases, CaseState, Staff
from companion.cases.rights import Rights
from companion.channels.gate import KEY, SEQ, Gate
from companion.channels.rest import WholeMessages
from companion.content import Library
from companion.core.safety_policy import HELD
from companion.dialogue.replies import Writer
from companion.safety.model import Urgency
from companion.settings import Settings
from companion.store import Database, Journal, StoreError

NAME = "Jane Planted-Doe"
PATIENCE = 0.05  # seconds
STORES: Any = None  # a journal, cases and rights, set for each test


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


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Database:
    """One for all tests here; each that looks into it has a chat of its own."""
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('store')}/gate.db")
    database.migrate()
    return database


@pytest.fixture(autouse=True)
def stores(database: Database, monkeypatch: pytest.MonkeyPatch) -> tuple[Journal, Cases]:
    """Where the gates of these tests write."""
    stores = Journal(database), Cases(database, {level.value: timedelta(minutes=10) for level in Urgency})
    monkeypatch.setitem(globals(), "STORES", (*stores, Rights(database)))
    return stores


def through(
    handle: Callable[[UserMessage], Awaitable[Any]],
    text: str | None = "what is surgery",
    *,
    output: CollectingOutputChannel | None = None,
    wait: float = 0.0,
    chat: str = "somebody",
    **metadata: Any,
) -> list[str]:
    """What the patient sees of a message that goes through the gate; `wait`: seconds to look on afterwards."""
    channel = output or WholeMessages()

    async def turn() -> None:
        message = UserMessage(text, channel, chat, input_channel="rest", metadata=metadata)
        await Gate(handle, *STORES, patience=PATIENCE)(message)
        await asyncio.sleep(wait)

    asyncio.run(turn())
    return [message["text"] for message in channel.messages]


async def answers(message: UserMessage) -> None:
    await message.output_channel.send_response(message.sender_id, {"text": "an answer"})


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


def said(journal: Journal, chat: str) -> list[tuple[str, str]]:
    return [(entry.sender, entry.text) for entry in journal.since(chat)]


def test_both_sides_are_written_down_in_order(stores: tuple[Journal, Cases]) -> None:
    through(answers, "one", chat="order")
    through(answers, "two", chat="order")
    assert said(stores[0], "order") == [
        ("patient", "one"),
        ("assistant", "an answer"),
        ("patient", "two"),
        ("assistant", "an answer"),
    ]
    assert stores[0].unanswered(older_than=-1) == []


def test_the_same_message_twice_is_answered_once(stores: tuple[Journal, Cases]) -> None:
    assert through(answers, "one", chat="twice", **{KEY: "event-1"}) == ["an answer"]
    assert through(answers, "one", chat="twice", **{KEY: "event-1"}) == []
    assert len(said(stores[0], "twice")) == 2


def test_a_message_that_another_process_is_answering_is_left_to_it(stores: tuple[Journal, Cases]) -> None:
    seq = stores[0].receive("elsewhere", "web", "hello").seq
    assert stores[0].take("elsewhere", seq, seconds=60)
    assert through(answers, "hello", chat="elsewhere", **{SEQ: seq}) == []


def test_a_turn_begun_again_after_a_crash_says_nothing_twice(stores: tuple[Journal, Cases]) -> None:
    journal = stores[0]
    seq = journal.receive("crash", "web", "hello").seq
    journal.say("crash", "assistant", "an answer", key=f"{seq}.0")

    async def in_the_chat(message: UserMessage) -> None:
        await message.output_channel.send_response("crash", {"text": "an answer"})
        await message.output_channel.send_response("crash", {"text": "and more"})

    through(in_the_chat, "hello", chat="crash", **{SEQ: seq})
    assert said(journal, "crash")[1:] == [("assistant", "an answer"), ("assistant", "and more")]


def test_without_a_database_the_patient_is_answered_even_so(
    stores: tuple[Journal, Cases], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    nowhere = Database(f"sqlite:///{tmp_path}/no/such/folder/file.db")
    monkeypatch.setitem(globals(), "STORES", (Journal(nowhere), Cases(nowhere, {}), Rights(nowhere)))
    assert through(answers, f"I am {NAME}", chat="no-database") == ["an answer"]
    assert NAME not in caplog.text


def held_chat(stores: tuple[Journal, Cases], chat: str) -> str:
    journal, cases = stores
    journal.receive(chat, "rest", "hello")
    anna = Staff("anna", "Anna", "nurse")
    case = cases.open(CaseRequest(key=chat, channel="rest", urgency="soon", conversation=chat))
    cases.claim(case.id, anna)
    cases.take_over(case.id, anna)
    cases.wait_for_patient(case.id, anna)
    return case.id


def test_where_a_person_holds_the_chat_silence_is_right(stores: tuple[Journal, Cases]) -> None:
    case = held_chat(stores, "held")
    seen = []

    async def looks(message: UserMessage) -> None:
        seen.append(message.metadata.get(HELD))

    assert through(looks, "are you there Anna", chat="held") == []
    assert through(fails, "are you there Anna", chat="held") == []
    assert through(looks, "?", chat="held") == []
    assert seen == [stores[1].get(case).reference]
    assert stores[1].get(case).state is CaseState.ACTIVE, "the patient's answer was waited for"
    assert said(stores[0], "held")[-1] == ("patient", "?")


def test_danger_told_to_a_person_is_answered_and_added_to_the_case(stores: tuple[Journal, Cases]) -> None:
    case = held_chat(stores, "held-danger")
    flags = [{"id": "seizure", "urgency": "emergency", "text": "a fit"}]

    async def escalates(message: UserMessage) -> None:
        reply = {"text": "Call 999 now.", "urgency": "emergency", "red_flags": flags}
        await message.output_channel.send_response("held-danger", reply)

    assert through(escalates, "he is having a fit", chat="held-danger") == ["Call 999 now."]
    after = stores[1].get(case)
    assert (after.urgency, after.red_flags) == ("emergency", flags)


# -- somebody has their data deleted -------------------------------------------------------------------------------


async def deletes(message: UserMessage) -> None:
    await message.output_channel.send_response("gone", {"text": "it is deleted", "effect": "erase"})


def test_what_is_said_of_deleting_is_said_once_it_is_done_and_is_all_that_is_left(
    stores: tuple[Journal, Cases],
) -> None:
    journal, _ = stores
    through(answers, "my number is 020 7946 0123", chat="gone")
    channel = WholeMessages()
    assert through(deletes, "yes, delete everything", chat="gone", output=channel) == ["it is deleted"]
    assert "effect" not in channel.messages[0], "a mark for the gate goes out to the patient's channel"
    assert [entry.text for entry in journal.since("gone")] == ["it is deleted"]
    assert through(answers, "hello again", chat="gone") == ["an answer"]


def test_where_deleting_fails_nobody_is_told_that_it_was_done(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails_to_erase(self: Rights, conversation: str) -> None:
        raise StoreError("OperationalError")

    monkeypatch.setattr(Rights, "erase", fails_to_erase)
    (told,) = through(deletes, "yes, delete everything", chat="stays")
    assert "I could not delete your data" in told
