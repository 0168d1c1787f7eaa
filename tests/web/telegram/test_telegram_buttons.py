"""Somebody taps a button."""

from __future__ import annotations

import pytest

from tests.platforms.events import CHAT, CONVERSATION, message, tap
from tests.platforms.world import World

TITLES = ["Tell me more", "Kinds of treatment", "Talk to a person"]


@pytest.fixture
def keyboard(world: World) -> list[str]:
    """A chat with buttons in it: the callback_data of each."""
    buttons = [{"title": title, "payload": title} for title in TITLES]
    world.reply = lambda text: [(f"You wrote: {text}", {"buttons": buttons})]
    world.update(message=message("hello"))
    world.settle()
    rows = world.telegram.made("sendMessage")[0]["reply_markup"]["inline_keyboard"]
    assert [button["text"] for row in rows for button in row] == TITLES
    return [button["callback_data"] for row in rows for button in row]


def test_it_means_what_it_says_and_is_acknowledged(world: World, keyboard: list[str]) -> None:
    world.update(callback_query=tap(keyboard[2]))
    world.settle()
    assert world.heard == ["hello", "Talk to a person"]
    assert world.telegram.made("answerCallbackQuery") == [{"callback_query_id": "4382bfdwdsb323b2d9"}]


def test_the_same_tap_sent_twice_counts_once(world: World, keyboard: list[str]) -> None:
    for _ in range(2):
        world.update(callback_query=tap(keyboard[0]), update_id=99)
        world.settle()
    assert world.heard == ["hello", "Tell me more"]


def test_a_button_of_a_deleted_chat_says_so(world: World, keyboard: list[str]) -> None:
    world.journal.erase(CONVERSATION)
    world.update(callback_query=tap(keyboard[0]))
    world.settle()
    assert world.telegram.made("answerCallbackQuery")[0]["text"] == world.notice("old_button")
    assert world.heard == ["hello"]


def test_the_words_for_an_old_button_fit_telegrams_answer(world: World) -> None:
    assert len(world.notice("old_button")) <= 200


@pytest.mark.parametrize("data", ["", "1:999", "x", "9" * 30 + ":0", "-1:0", "٣:٠", None, 7, ["1:0"], "1:0\n"])
def test_data_that_is_not_ours_means_nothing(world: World, keyboard: list[str], data: object) -> None:
    answer = world.update(callback_query=tap(data))
    assert answer.status_code == 200
    world.settle()
    assert world.heard == ["hello"]


def test_a_button_of_another_persons_chat_means_nothing(world: World, keyboard: list[str]) -> None:
    stranger = tap(keyboard[0])
    stranger["message"] = {**stranger["message"], "chat": {"id": CHAT + 1, "type": "private"}}
    world.update(callback_query=stranger)
    world.settle()
    assert world.heard == ["hello"]


@pytest.mark.parametrize("where", [None, {"chat": {"id": -1, "type": "group"}, "message_id": 1, "date": 0}])
def test_a_button_outside_a_private_chat_is_acknowledged_only(world: World, where: object) -> None:
    world.update(callback_query=tap("1:0", message=where))
    assert world.telegram.made("answerCallbackQuery") == [{"callback_query_id": "4382bfdwdsb323b2d9"}]
    assert world.heard == []
