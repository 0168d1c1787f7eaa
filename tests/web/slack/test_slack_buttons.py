"""Somebody presses a button."""

from __future__ import annotations

import pytest

from tests.platforms.events import DIRECT, direct, pressed
from tests.platforms.world import World

TITLES = [f"Choice {number}" for number in range(7)]


@pytest.fixture
def values(world: World) -> list[str]:
    """A chat with seven buttons in it: the value of each."""
    world.reply = lambda text: [(f"You wrote: {text}", {"buttons": [{"title": one, "payload": one} for one in TITLES]})]
    world.event(direct("hello"))
    world.settle()
    rows = [block for block in world.slack.made("chat.postMessage")[0]["blocks"] if block["type"] == "actions"]
    buttons = [button for row in rows for button in row["elements"]]
    assert [button["text"]["text"] for button in buttons] == TITLES, "all of them, more than five too"
    return [button["value"] for button in buttons]


def test_it_means_what_it_says_and_is_acknowledged(world: World, values: list[str]) -> None:
    answer = world.press(pressed(values[6]))
    assert (answer.status_code, answer.content) == (200, b"")
    world.settle()
    assert world.heard == ["hello", "Choice 6"]


def test_in_a_thread_the_answer_goes_there(world: World) -> None:
    world.reply = lambda text: [(text, {"buttons": [{"title": "More", "payload": "More"}]})]
    world.event(direct("hello", ts="1700000009.000100", thread_ts="1700000000.000100"))
    world.settle()
    value = world.slack.made("chat.postMessage")[0]["blocks"][-1]["elements"][0]["value"]
    world.press(pressed(value))
    world.settle()
    assert world.texts(f"{DIRECT}-1700000000.000100", "patient") == ["hello", "More"]
    assert world.slack.made("chat.postMessage")[1]["thread_ts"] == "1700000000.000100"


def test_the_same_press_sent_twice_counts_once(world: World, values: list[str]) -> None:
    for _ in range(2):
        world.press(pressed(values[0]))
        world.settle()
    assert world.heard == ["hello", "Choice 0"]


def test_a_button_of_a_deleted_chat_says_so_to_that_person_alone(world: World, values: list[str]) -> None:
    world.journal.erase(DIRECT)
    world.press(pressed(values[0]))
    world.settle()
    assert world.heard == ["hello"]
    [whispered] = world.slack_soon("chat.postEphemeral")
    assert (whispered["user"], whispered["text"]) == ("U0PERSON", world.notice("old_button"))


def test_a_button_pressed_in_another_channel_means_nothing(world: World, values: list[str]) -> None:
    world.press(pressed(values[0], channel={"id": "D0OTHER"}))
    world.settle()
    assert world.heard == ["hello"]


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"type": "view_submission", "view": {}},
        {"type": "block_actions", "actions": []},
        {"type": "block_actions", "actions": [7]},
        pressed("x"),
        pressed("slack-T0TEST-D0TEST#1"),
        pressed("slack-T0TEST-D0TEST#99999999999999999999999#0"),
        pressed("slack-T0TEST-D0TEST#1#0", channel=None),
        pressed("slack-T0TEST-D0TEST#1#0", user={"id": 7}),
    ],
)
def test_other_interactions_are_acknowledged_only(silent_world: World, payload: dict) -> None:
    assert silent_world.press(payload).status_code == 200
    assert silent_world.heard == []


@pytest.mark.parametrize("body", [b"", b"payload=", b"payload=%7B", b"ssl_check=1&token=x", b"&" * 1000, b"payload=[]"])
def test_other_forms_are_acknowledged_only(silent_world: World, body: bytes) -> None:
    assert silent_world.slack_post(body, "application/x-www-form-urlencoded").status_code == 200


def test_a_title_too_long_for_a_button_still_means_all_of_it(world: World) -> None:
    title = "A very long question about " + "many things " * 20
    world.reply = lambda text: [(text, {"buttons": [{"title": title, "payload": title}]})]
    world.event(direct("hello"))
    world.settle()
    button = world.slack.made("chat.postMessage")[0]["blocks"][-1]["elements"][0]
    assert len(button["text"]["text"]) == 75
    world.press(pressed(button["value"]))
    world.settle()
    assert world.heard[1] == title.strip()
