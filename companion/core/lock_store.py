"""One turn at a time in each conversation, whichever Rasa server the messages come to; by Redis."""

from __future__ import annotations

import asyncio
import logging
import os
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from rasa.core.lock import TicketLock
from rasa.core.lock_store import InMemoryLockStore, LockError, LockStore
from rasa.utils.endpoints import EndpointConfig
from redis import asyncio as redis
from redis.exceptions import RedisError

from companion.settings import SettingsError

__all__ = ["RedisLocks"]

#: Seconds that a ticket holds: longer than the gate lets a turn take, so that only a killed server's ticket runs out.
_LIFETIME = 12.0
#: Seconds between two looks whether it is one's turn.
_PACE = 0.05
#: Seconds for one answer of Redis.
_PATIENCE = 1.0
_PREFIX = "companion:turn:"
_log = logging.getLogger(__name__)

# One list a conversation: "<ticket> <expiry in ms>", first come first served. Redis runs each script as one step.
# Rasa's own store reads, changes and writes in three, and loses what another server writes in between.
_ENTER = """
local now = redis.call('TIME')
local entry = ARGV[1] .. ' ' .. (now[1] * 1000 + math.floor(now[2] / 1000) + ARGV[2])
redis.call('RPUSH', KEYS[1], entry)
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return entry
"""
_IS_FIRST = """
local now = redis.call('TIME')
local ms = now[1] * 1000 + math.floor(now[2] / 1000)
local first = redis.call('LINDEX', KEYS[1], 0)
while first and tonumber(string.match(first, ' (%d+)$')) < ms do
    redis.call('LPOP', KEYS[1])
    first = redis.call('LINDEX', KEYS[1], 0)
end
if first == ARGV[1] then return 1 end
if not first then return -1 end
return 0
"""


class RedisLocks(LockStore):
    """REDIS_URL names the server: redis://[user:password@]host:6379/0, or rediss:// with TLS.

    Without Redis the turns of one server still come one after the other, and a person in danger is still answered; two
    servers at the same conversation at the same moment may then each miss what the other heard.
    """

    def __init__(self, endpoint_config: EndpointConfig | None = None, *, lifetime: float = _LIFETIME) -> None:
        """`lifetime`: seconds. Raises `SettingsError` for an address that is none."""
        try:
            self._redis = redis.from_url(
                os.environ.get("REDIS_URL") or "", socket_timeout=_PATIENCE, socket_connect_timeout=_PATIENCE
            )
        except ValueError:
            raise SettingsError("REDIS_URL is not set; use redis://host:6379/0") from None
        self._lifetime = lifetime
        self._alone = InMemoryLockStore()
        self._told = False

    @asynccontextmanager
    async def lock(
        self, conversation_id: str, lock_lifetime: float | None = None, wait_time_in_seconds: float = _PACE
    ) -> AsyncIterator[TicketLock]:
        """Waits for one's turn, holds it inside. Raises `LockError` where the ticket runs out before that."""
        lifetime = min(lock_lifetime or self._lifetime, self._lifetime)
        # Two messages at this very server: no need to ask Redis who of them comes first.
        async with self._alone.lock(conversation_id, lifetime, wait_time_in_seconds) as ticket_lock:
            key = _PREFIX + conversation_id
            ticket = await self._ask(_ENTER, key, uuid.uuid4().hex, int(lifetime * 1000))
            try:
                while ticket is not None:
                    place = await self._ask(_IS_FIRST, key, ticket)
                    if place == -1:
                        raise LockError("the turn did not come in time")
                    if place != 0:
                        break
                    await asyncio.sleep(wait_time_in_seconds)
                yield ticket_lock
            finally:
                if ticket is not None:
                    await self._leave(key, ticket)

    async def _ask(self, script: str, key: str, *arguments: Any) -> Any:
        """What the script gives back; None where Redis does not answer."""
        try:
            answer = await self._redis.eval(script, 1, key, *arguments)
        except (RedisError, OSError, asyncio.TimeoutError) as error:
            if not self._told:
                _log.error("locks failed=%s: going on without Redis", type(error).__name__)
                self._told = True
            return None
        self._told = False
        return answer

    async def _leave(self, key: str, ticket: Any) -> None:
        try:
            await self._redis.lrem(key, 1, ticket)
        except (RedisError, OSError, asyncio.TimeoutError):
            # It runs out by itself.
            return
