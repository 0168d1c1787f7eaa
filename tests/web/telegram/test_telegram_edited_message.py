"""Somebody edits what they wrote."""

from __future__ import annotations

from tests.platforms.events import CHAT, CONVERSATION, message
from tests.platforms.world import World


def test_an_edit_that_says_something_else_is_answered_and_marked_as_seen(world: World) -> None:
    world.update(message=message("I have no fever"))
    world.settle()
    world.update(edited_message=message("I have a fever of 39", edit_date=1700000100))
    world.settle()
    assert world.heard == ["I have no fever", "I have a fever of 39"]
    assert world.telegram.made("setMessageReaction")[0]["message_id"] == 7
    assert world.chat(CONVERSATION)[2].content == {"reference": "7", "edited": True}


def test_an_edit_of_signs_and_capitals_is_left_alone(world: World) -> None:
    world.update(message=message("what is palbociclib"))
    world.settle()
    world.update(edited_message=message("What is Palbociclib?", edit_date=1700000100))
    world.settle()
    assert world.heard == ["what is palbociclib"]


def test_the_same_edit_twice_is_answered_once_and_an_edit_back_again(world: World) -> None:
    world.update(message=message("one"))
    world.update(edited_message=message("two"), update_id=77)
    world.update(edited_message=message("two"), update_id=77)
    world.update(edited_message=message("two"), update_id=78)
    world.update(edited_message=message("one"))
    world.settle()
    assert sorted(world.heard) == ["one", "one", "two"]


def test_an_edit_of_a_message_that_is_not_known_is_a_message(world: World) -> None:
    world.update(edited_message=message("I can not breathe", edit_date=1700000100))
    world.settle()
    assert world.heard == ["I can not breathe"]
    assert world.telegram.made("sendMessage")[0]["chat_id"] == CHAT


def test_a_place_on_the_map_that_moves_says_nothing_again(world: World) -> None:
    world.update(message=message(location={"latitude": 51.5, "longitude": -0.1, "live_period": 900}))
    for _ in range(3):
        world.update(edited_message=message(location={"latitude": 51.6, "longitude": -0.1, "live_period": 900}))
    world.settle()
    assert len(world.telegram.made("sendMessage")) == 1
