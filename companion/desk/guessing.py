"""Slows down whoever tries passwords from one address, whichever account they try."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

from starlette.requests import Request

__all__ = ["Guessing", "address_of"]

#: A team behind one address mistypes; a program tries thousands.
_FREE = 8
_LONGEST_WAIT = 600.0
_FORGOTTEN_AFTER = 3600.0
_MOST_ADDRESSES = 10_000


class Guessing:
    """Counts wrong sign-ins by address. After eight the next try has to wait a second, then two, four, up to ten
    minutes. In memory: the lock of the account itself is in the database."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._wrong: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def wait(self, address: str) -> int:
        """Seconds until the next try from there is heard; 0 for at once."""
        count, last = self._wrong.get(address, (0, 0.0))
        if count < _FREE:
            return 0
        pause = min(_LONGEST_WAIT, 2.0 ** (count - _FREE))
        return max(0, int(last + pause - self._clock() + 0.999))

    def wrong(self, address: str) -> None:
        """One more wrong try."""
        count, last = self._wrong.pop(address, (0, 0.0))
        now = self._clock()
        self._wrong[address] = (1 if now - last > _FORGOTTEN_AFTER else min(count, 60) + 1, now)
        while len(self._wrong) > _MOST_ADDRESSES:
            self._wrong.popitem(last=False)

    def right(self, address: str) -> None:
        """Somebody signed in from there."""
        self._wrong.pop(address, None)


def address_of(request: Request, proxies: int) -> str:
    """The client's address. Behind `proxies` proxies of the house, what the outermost of them saw; anything before
    that entry of X-Forwarded-For is the client's own claim."""
    entries = [one.strip() for one in request.headers.get("x-forwarded-for", "").split(",") if one.strip()]
    if proxies and len(entries) >= proxies:
        return entries[-proxies]
    return request.client.host if request.client else "unknown"
