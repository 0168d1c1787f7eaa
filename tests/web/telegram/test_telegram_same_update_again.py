"""Telegram sends an update again: after a restart, a slow answer, or because somebody recorded it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from companion.store import Journal, StoreError
from tests.platforms.events import CONVERSATION, message
from tests.platforms.world import World


def test_it_is_answered_once(world: World) -> None:
    for _ in range(3):
        assert world.update(message=message("hello"), update_id=5).status_code == 200
        world.settle()
    assert world.heard == ["hello"]
    assert len(world.telegram.made("sendMessage")) == 1


def test_eight_at_the_same_moment_are_one(world: World) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: world.update(message=message("hello"), update_id=5), range(8)))
    assert {answer.status_code for answer in answers} == {200}
    world.settle()
    assert world.heard == ["hello"]
    assert len(world.telegram.made("sendMessage")) == 1


def test_while_the_database_is_away_telegram_is_asked_to_try_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*arguments: object, **named: object) -> None:
        raise StoreError("OperationalError")

    with monkeypatch.context() as patch:
        patch.setattr(Journal, "receive", away)
        assert world.update(message=message("hello"), update_id=5).status_code == 503
    assert world.update(message=message("hello"), update_id=5).status_code == 200
    world.settle()
    assert world.texts(CONVERSATION, "patient") == ["hello"]
    assert len(world.telegram.made("sendMessage")) == 1
