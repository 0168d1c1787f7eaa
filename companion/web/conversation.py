"""Whose conversation a request belongs to, and how often one may write."""

from __future__ import annotations

import hashlib
import hmac
import math
import secrets
import time
from collections import OrderedDict, deque
from collections.abc import Callable

__all__ = ["Conversations", "RateLimit"]


class Conversations:
    """Makes and recognises conversation ids. Only an id signed here is recognised, so nobody can choose one."""

    def __init__(self, secret: str) -> None:
        self._key = secret.encode()

    def new(self) -> str:
        """A random id that nobody can guess (192 bits)."""
        return f"web-{secrets.token_urlsafe(24)}"

    def sign(self, conversation: str) -> str:
        """The cookie's value."""
        return f"{conversation}.{hmac.new(self._key, conversation.encode(), hashlib.sha256).hexdigest()}"

    def read(self, cookie: str | None) -> str | None:
        """The id in a cookie, or None where there is none or it was not signed here."""
        conversation = (cookie or "").rpartition(".")[0]
        genuine = hmac.compare_digest(self.sign(conversation).encode(), (cookie or "").encode())
        return conversation if conversation and genuine else None


class RateLimit:
    """At most `most` messages in `seconds`, for each conversation. Remembers the last `kept` conversations."""

    def __init__(
        self, most: int = 30, seconds: float = 60.0, *, kept: int = 10_000, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most, self._seconds, self._kept, self._clock = most, seconds, kept, clock
        self._times: OrderedDict[str, deque[float]] = OrderedDict()

    def wait(self, conversation: str) -> int:
        """0 where one more message is welcome (it is counted), else whole seconds until one is."""
        now = self._clock()
        times = self._times.setdefault(conversation, deque(maxlen=self._most))
        self._times.move_to_end(conversation)
        if len(self._times) > self._kept:
            self._times.popitem(last=False)
        if len(times) == self._most and now - times[0] < self._seconds:
            return math.ceil(self._seconds - (now - times[0]))
        times.append(now)
        return 0
