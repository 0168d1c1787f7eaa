"""Slack sends an event again where it had no 200 within three seconds: at once, after a minute, after five."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from companion.store import Journal, StoreError
from tests.platforms.events import DIRECT, direct
from tests.platforms.world import World

BODY = json.dumps(
    {"type": "event_callback", "team_id": "T0TEST", "event_id": "Ev0SAME", "event": direct("hello")}
).encode()


def again(world: World, number: int) -> httpx.Response:
    """The retry with this number."""
    return world.slack_post(BODY, x_slack_retry_num=str(number), x_slack_retry_reason="http_timeout")


def test_it_is_answered_once(world: World) -> None:
    assert world.slack_post(BODY).status_code == 200
    for number in (1, 2, 3):
        assert again(world, number).status_code == 200
        world.settle()
    assert world.heard == ["hello"]
    assert len(world.slack.made("chat.postMessage")) == 1


def test_a_retry_of_an_event_that_never_arrived_is_not_dropped(world: World) -> None:
    assert again(world, 1).status_code == 200
    world.settle()
    assert world.heard == ["hello"]


def test_eight_at_the_same_moment_are_one(world: World) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert {answer.status_code for answer in pool.map(lambda n: again(world, n), range(8))} == {200}
    world.settle()
    assert world.heard == ["hello"]


def test_while_the_database_is_away_slack_is_asked_to_try_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*arguments: object, **named: object) -> None:
        raise StoreError("OperationalError")

    with monkeypatch.context() as patch:
        patch.setattr(Journal, "receive", away)
        assert world.slack_post(BODY).status_code == 503
    assert again(world, 1).status_code == 200
    world.settle()
    assert world.texts(DIRECT, "patient") == ["hello"]
