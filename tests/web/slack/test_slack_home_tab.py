"""Somebody opens the app's Home tab."""

from __future__ import annotations

import pytest

from companion.content import contact_phrases
from tests.platforms.events import direct
from tests.platforms.world import World

OPENED = {"type": "app_home_opened", "user": "U0PERSON", "channel": "D0TEST", "tab": "home", "event_ts": "1.1"}


def test_it_shows_what_this_is_and_whom_to_call(world: World) -> None:
    assert world.event(OPENED).status_code == 200
    [published] = world.slack_soon("views.publish")
    assert published["user_id"] == "U0PERSON"
    shown = "\n".join(block["text"]["text"] for block in published["view"]["blocks"])
    phrases = contact_phrases(world.edge.library.helplines, world.edge.settings)
    for name in ("emergency", "care_line", "crisis_line", "abuse_line", "cancer_support_line"):
        assert phrases[name] in shown
    assert "not a doctor or nurse" in shown


@pytest.mark.parametrize("user", [None, 7, "x", "U0PERSON; drop"])
def test_without_a_person_there_is_nothing_to_show(world: World, user: object) -> None:
    assert world.event({**OPENED, "user": user}).status_code == 200
    assert world.slack.calls == []


def test_a_fault_of_slacks_does_no_harm(world: World) -> None:
    world.slack.refuse(200, {"ok": False, "error": "not_enabled"})
    assert world.event(OPENED).status_code == 200
    world.event(direct("hello"))
    world.settle()
    assert world.heard == ["hello"]
