"""One turn at a time in a conversation, on several servers; by a real Redis."""

from __future__ import annotations

import asyncio
import os
import uuid
from collections.abc import Callable

import pytest
from rasa.core.lock_store import LockError
from redis import Redis
from redis.exceptions import RedisError

from companion.core.lock_store import RedisLocks
from companion.settings import SettingsError
from tests.conftest import missing

ADDRESS = os.environ.get("COMPANION_TEST_REDIS") or "redis://127.0.0.1:6379/9"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Callable[..., RedisLocks]:
    """Makes the locks of one more Rasa server."""
    try:
        Redis.from_url(ADDRESS, socket_connect_timeout=1).ping()
    except RedisError:
        missing("Redis does not answer on 127.0.0.1:6379; install redis-server, or set COMPANION_TEST_REDIS")
    monkeypatch.setenv("REDIS_URL", ADDRESS)
    return RedisLocks


@pytest.fixture
def chat() -> str:
    return f"web-{uuid.uuid4().hex}"


def test_two_servers_never_hold_one_conversation_at_once(server: Callable[..., RedisLocks], chat: str) -> None:
    inside, most = 0, 0

    async def turn(locks: RedisLocks) -> None:
        nonlocal inside, most
        async with locks.lock(chat):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0.01)
            inside -= 1

    async def run() -> None:
        servers = [server() for _ in range(3)]
        await asyncio.gather(*(turn(servers[number % 3]) for number in range(24)))

    asyncio.run(run())
    assert most == 1


def test_who_comes_first_is_served_first(server: Callable[..., RedisLocks], chat: str) -> None:
    served: list[int] = []

    async def turn(locks: RedisLocks, number: int) -> None:
        async with locks.lock(chat):
            served.append(number)
            await asyncio.sleep(0.02)

    async def run() -> None:
        servers = [server(), server()]
        turns = []
        for number in range(8):
            turns.append(asyncio.create_task(turn(servers[number % 2], number)))
            await asyncio.sleep(0.03)
        await asyncio.gather(*turns)

    asyncio.run(run())
    assert served == list(range(8))


def test_conversations_do_not_wait_for_each_other(server: Callable[..., RedisLocks], chat: str) -> None:
    async def run() -> None:
        locks = server()
        async with locks.lock(chat), locks.lock(f"{chat}-other"):
            return

    asyncio.run(asyncio.wait_for(run(), 2))


def test_a_server_that_was_killed_holds_nobody_up_for_long(server: Callable[..., RedisLocks], chat: str) -> None:
    async def run() -> None:
        killed, other = server(lifetime=0.3), server()
        forgotten = killed.lock(chat)
        await forgotten.__aenter__()
        async with other.lock(chat):
            return

    asyncio.run(asyncio.wait_for(run(), 3))


def test_a_ticket_that_ran_out_before_its_turn_is_an_error(server: Callable[..., RedisLocks], chat: str) -> None:
    async def run() -> None:
        async with server().lock(chat):
            with pytest.raises(LockError):
                async with server(lifetime=0.2).lock(chat):
                    pytest.fail("two at once")

    asyncio.run(run())


def test_nothing_stays_behind(server: Callable[..., RedisLocks], chat: str) -> None:
    async def run() -> None:
        async with server().lock(chat):
            return

    asyncio.run(run())
    assert Redis.from_url(ADDRESS).keys(f"*{chat}*") == []


def test_without_redis_people_are_still_answered_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    inside, most = 0, 0

    async def turn(locks: RedisLocks) -> None:
        nonlocal inside, most
        async with locks.lock("web-1"):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0.01)
            inside -= 1

    async def run() -> None:
        locks = RedisLocks()
        await asyncio.gather(*(turn(locks) for _ in range(4)))

    asyncio.run(run())
    assert most == 1


def test_an_address_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REDIS_URL", raising=False)
    with pytest.raises(SettingsError, match="REDIS_URL"):
        RedisLocks()
