"""Processes are killed and frozen under real conversations: what the patient sees, and what is lost (nothing)."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from tests.stack import Stack, WidgetClient, wait_for

DANGER = "I am on chemo and my temperature is 39.2"
QUESTION = "what is hormone therapy"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One for all tests here; each leaves it whole."""
    settings = {"COMPANION_COUNTRY": "GB", "COMPANION_CARE_LINE": "020 7946 0000"}
    with Stack(tmp_path_factory.mktemp("stack"), **settings) as stack:
        yield stack


def texts(chat: list[dict[str, object]], sender: str = "assistant") -> list[str]:
    return [str(one["text"]) for one in chat if one["sender"] == sender]


def test_without_the_action_server_danger_is_answered_in_full_and_questions_with_numbers(stack: Stack) -> None:
    assert "Source" in stack.replies("actions-1", QUESTION)
    stack.kill("actions")
    try:
        assert "020 7946 0000" in stack.replies("actions-2", DANGER).split(".")[0]
        trouble = stack.replies("actions-3", QUESTION)
        assert "020 7946 0000" in trouble
        assert "Source" not in trouble
    finally:
        stack.start("actions")
    assert "Source" in stack.replies("actions-4", QUESTION)


def test_a_hanging_action_server_delays_nobody_for_long_and_danger_not_at_all(stack: Stack) -> None:
    stack.freeze("actions")
    try:
        assert "020 7946 0000" in stack.replies("hang-1", DANGER)
        assert "020 7946 0000" in stack.replies("hang-2", QUESTION)
    finally:
        stack.thaw("actions")
    assert "Source" in stack.replies("hang-3", QUESTION)


def test_rasa_killed_in_the_middle_of_a_turn_loses_nothing(stack: Stack) -> None:
    """The message is stored before anybody answers it, so the answer comes when Rasa is back, once."""
    browser = WidgetClient(stack.web)
    assert browser.send(QUESTION, "message-1") == 202
    browser.answers(1)
    stack.freeze("rasa")
    assert browser.send("what are bone scans for", "message-2") == 202
    stack.kill("rasa")
    told = texts(browser.answers(2))
    assert "020 7946 0000" in told[-1], "while Rasa is away the patient is told whom to call"
    stack.start("rasa")
    assert browser.send(QUESTION, "message-3") == 202
    chat = browser.answers(3)
    assert "Source" in texts(chat)[-1]
    assert texts(chat, "patient") == [QUESTION, "what are bone scans for", QUESTION]


def test_the_web_server_killed_after_it_took_a_message_loses_nothing(stack: Stack) -> None:
    browser = WidgetClient(stack.web)
    assert browser.send("hello", "message-1") == 202
    browser.answers(1)
    stack.freeze("rasa")
    assert browser.send(QUESTION, "message-2") == 202
    stack.kill("web")
    stack.thaw("rasa")
    stack.start("web")
    assert browser.send(QUESTION, "message-2") == 202, "a browser that heard nothing sends it again"
    chat = browser.answers(2)
    wait_for(lambda: len(browser.messages()) == len(chat), seconds=5)
    assert texts(chat, "patient") == ["hello", QUESTION]
    assert len([text for text in texts(chat) if "Source" in text]) == 1


def test_many_messages_at_once_are_each_answered_once_and_in_order(stack: Stack) -> None:
    browsers = [WidgetClient(stack.web) for _ in range(4)]

    def write(browser: WidgetClient) -> None:
        for number in range(3):
            for _ in range(2):  # an impatient network sends everything twice
                assert browser.send(f"{QUESTION}, question {number}", f"message-{number}") == 202

    threads = [threading.Thread(target=write, args=[browser]) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for browser in browsers:
        chat = browser.answers(3)
        assert texts(chat, "patient") == [f"{QUESTION}, question {number}" for number in range(3)]
        assert len([one for one in chat if one["sender"] == "assistant" and not one["content"].get("greeting")]) == 3


def test_the_logs_say_what_happened_and_nothing_of_what_was_written(stack: Stack) -> None:
    stack.rest("logs-Jane-Planted", "I am Jane Planted-Doe, call me on 020 7946 0123, I feel sick")
    for name in ("rasa", "actions", "web", "worker"):
        log = stack.log(name)
        for planted in ("Planted", "7946 0123", "feel sick", "hormone therapy", "temperature is"):
            assert planted not in log, f"{name} logs '{planted}'"
