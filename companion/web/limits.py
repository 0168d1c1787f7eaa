"""How often one may write, start a chat, or listen: by chat and by the network address one comes from."""

from __future__ import annotations

import ipaddress
import math
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.requests import Request

__all__ = ["Limits", "RateLimit", "client_address"]


class RateLimit:
    """At most `most` things in `seconds`, for each name. Remembers the last `kept` names."""

    def __init__(
        self, most: int, seconds: float, *, kept: int = 10_000, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most, self._seconds, self._kept, self._clock = most, seconds, kept, clock
        self._times: OrderedDict[str, deque[float]] = OrderedDict()

    def wait(self, name: str) -> int:
        """0 where one more is welcome (it is counted), else whole seconds until one is."""
        now = self._clock()
        times = self._times.setdefault(name, deque(maxlen=self._most))
        self._times.move_to_end(name)
        if len(self._times) > self._kept:
            self._times.popitem(last=False)
        if len(times) == self._most and now - times[0] < self._seconds:
            return math.ceil(self._seconds - (now - times[0]))
        times.append(now)
        return 0


@dataclass(frozen=True)
class Limits:
    """What one chat, and one address, may do. A whole hospital can share an address: its limits are wide.

    `proxies`: how many proxies of the deployer's own stand before this server. 0: nobody's word is taken for the
    address. `streams`: tabs of one chat that listen at once.
    """

    messages: RateLimit = field(default_factory=lambda: RateLimit(30, 60))
    messages_by_address: RateLimit = field(default_factory=lambda: RateLimit(300, 60))
    sessions_by_address: RateLimit = field(default_factory=lambda: RateLimit(120, 600))
    streams: int = 12
    proxies: int = 0


def client_address(request: Request, proxies: int) -> str:
    """Where a request comes from, as far as our own proxies saw it; of an IPv6 address the network's half."""
    address = request.client.host if request.client else ""
    if proxies:
        # Each proxy adds what it saw at the end; everything before that is the client's own invention.
        seen = [part.strip() for part in request.headers.get("x-forwarded-for", "").split(",") if part.strip()]
        if len(seen) >= proxies:
            address = seen[-proxies]
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return str(parsed)
    return str(ipaddress.ip_network((parsed, 64), strict=False).network_address)
