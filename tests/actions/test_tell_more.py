"""action_tell_more: the second layer of an answer, once."""

from __future__ import annotations

from actions.base import library
from actions.tell_more import ActionTellMore
from tests.actions.conftest import Talk, text_of


def test_more_is_told_about_the_subject() -> None:
    said = Talk(slots={"subject": "surgery"}).user("tell me more", "tell_me_more").run(ActionTellMore())
    assert said.text.startswith(library().answers["surgery"].more[:40])
    assert said.slots == {"told_more": True}


def test_once_it_is_told_neighbours_are_offered() -> None:
    talk = Talk(slots={"subject": "surgery", "told_more": True}).user("tell me more", "tell_me_more")
    said = talk.run(ActionTellMore())
    assert said.text == text_of("that_is_all")
    assert said.buttons == [
        *(library().answers[name].label for name in library().answers["surgery"].related),
        library().buttons["person"].text,
    ]
    assert said.events == []


def test_without_a_subject_it_asks_for_one() -> None:
    said = Talk().user("tell me more", "tell_me_more").run(ActionTellMore())
    assert said.text == text_of("which_one")
    assert said.events == []
