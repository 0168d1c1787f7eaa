"""Asks a REST channel, as one person or as many at once, and times each answer."""

from __future__ import annotations

import asyncio
import json
import random
import time
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass

import aiohttp

__all__ = ["Load", "NoAnswerError", "ask", "converse", "crowd"]

#: Seconds. Longer than any turn; a server that takes this long is down.
_PATIENCE = 60


class NoAnswerError(RuntimeError):
    """A server answered a message with an error."""


@dataclass(frozen=True)
class Load:
    """What a crowd met: the seconds of each turn, and of the whole."""

    turns: tuple[float, ...]
    seconds: float

    @property
    def rate(self) -> float:
        """Turns a second."""
        return len(self.turns) / self.seconds


def ask(address: str, sender: str, text: str) -> list[dict[str, object]]:
    """The messages that answer one. Raises `OSError` where nobody does."""
    body = json.dumps({"sender": sender, "message": text}).encode()
    request = urllib.request.Request(address, body, {"Content-Type": "application/json"})
    # A proxy set for the outside world has no place here.
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=_PATIENCE) as answer:
        messages: list[dict[str, object]] = json.load(answer)
    return messages


def crowd(address: str, messages: Sequence[str], *, people: int, turns: int, name: str) -> Load:
    """`people` at once, each with a conversation of their own of `turns` messages, one after the other.

    `name` begins the conversations' ids and chooses the messages. Raises `NoAnswerError`.
    """
    return asyncio.run(_crowd(address, messages, people, turns, name))


def converse(address: str, messages: Sequence[str], *, turns: int, name: str) -> tuple[float, ...]:
    """One conversation; the seconds of each of its turns, in order. Raises `NoAnswerError`."""
    return crowd(address, messages, people=1, turns=turns, name=name).turns


async def _crowd(address: str, messages: Sequence[str], people: int, turns: int, name: str) -> Load:
    timeout = aiohttp.ClientTimeout(total=_PATIENCE)
    connector = aiohttp.TCPConnector(limit=people)
    async with aiohttp.ClientSession(timeout=timeout, connector=connector) as session:

        async def person(number: int) -> list[float]:
            sender = f"{name}-{number}"
            chosen = random.Random(sender)
            return [await _timed(session, address, sender, chosen.choice(messages)) for _ in range(turns)]

        begun = time.perf_counter()
        found = await asyncio.gather(*(person(number) for number in range(people)))
        seconds = time.perf_counter() - begun
    return Load(tuple(second for one in found for second in one), seconds)


async def _timed(session: aiohttp.ClientSession, address: str, sender: str, text: str) -> float:
    begun = time.perf_counter()
    async with session.post(address, json={"sender": sender, "message": text}) as answer:
        if answer.status != 200:
            raise NoAnswerError(f"status {answer.status}")
        await answer.read()
    return time.perf_counter() - begun
