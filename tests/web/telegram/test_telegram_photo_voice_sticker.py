"""Something that holds no words: a photo, a voice message, a file, a sticker."""

from __future__ import annotations

import json

import pytest

from companion.platforms.words import ATTACHMENTS
from tests.platforms.events import CONVERSATION, message
from tests.platforms.world import World

_FILE = {"file_id": "SECRET-FILE-ID", "file_unique_id": "x", "file_size": 1}


@pytest.mark.parametrize("kind", ATTACHMENTS)
def test_the_person_is_told_that_it_cannot_be_opened(world: World, kind: str) -> None:
    world.update(message=message(**{kind: [_FILE] if kind == "photo" else _FILE}))
    world.settle()
    assert [sent["text"] for sent in world.telegram.made("sendMessage")] == [world.notice("only_words")]
    assert world.heard == []
    assert world.texts(CONVERSATION, "patient") == [ATTACHMENTS[kind]]


def test_whom_to_call_comes_first(world: World) -> None:
    assert world.notice("only_words").startswith(
        "If you feel very unwell, call your 24-hour cancer line on 020 7946 0000"
    )


def test_words_below_a_photo_are_answered_too(world: World) -> None:
    world.update(message=message(photo=[_FILE], caption="my arm is red and hot, look"))
    world.settle()
    assert world.heard == ["my arm is red and hot, look"]
    texts = [sent["text"] for sent in world.telegram.made("sendMessage")]
    assert texts == [world.notice("only_words"), "You wrote: my arm is red and hot, look"]


def test_changed_words_below_a_photo_are_answered_without_being_told_again(world: World) -> None:
    world.update(message=message(photo=[_FILE], caption="my arm is red"))
    world.settle()
    world.update(edited_message=message(photo=[_FILE], caption="my arm is red and hot"))
    world.settle()
    assert world.heard == ["my arm is red", "my arm is red and hot"]
    assert world.texts(CONVERSATION, "notice") == [world.notice("only_words")]


def test_an_album_gets_one_answer(world: World) -> None:
    for number in range(10):
        world.update(message=message(photo=[_FILE], media_group_id="12", message_id=number))
    world.settle()
    assert len(world.telegram.made("sendMessage")) == 1


def test_nothing_of_the_thing_itself_is_kept(world: World) -> None:
    world.update(message=message(photo=[_FILE]))
    world.update(message=message(contact={"phone_number": "02079460001", "first_name": "Marker"}, message_id=8))
    world.settle()
    kept = json.dumps([[entry.text, dict(entry.content)] for entry in world.chat(CONVERSATION)])
    assert not [marker for marker in ("SECRET-FILE-ID", "02079460001", "Marker") if marker in kept]
