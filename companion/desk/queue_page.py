"""The page with the queue."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from companion.desk.access import Visit
from companion.desk.pages import Pages
from companion.desk.queue import Filters, Queue
from companion.safety.model import Urgency
from companion.store import utc_now

__all__ = ["QueuePage"]


class QueuePage:
    """Shows who waits."""

    def __init__(self, *, queue: Queue, pages: Pages, clock: Callable[[], datetime] = utc_now) -> None:
        self._queue = queue
        self._pages = pages
        self._clock = clock

    def show(self, visit: Visit) -> Response:
        """GET /?show=waiting&urgency=urgent&channel=web."""
        values = self._values(visit)
        filters = values["filters"]
        query = urlencode({"show": filters.show, "urgency": filters.urgency, "channel": filters.channel})
        values |= {
            "live": f"/live/queue?{query}",
            "levels": [level.value for level in Urgency],
            "channels": self._pages.house.sbar.channels,
            "health_part": self._pages.html("queue_health.html", values),
            "list_part": self._pages.html("queue_list.html", values),
        }
        return self._pages.page("queue.html", values)

    def live(self, visit: Visit) -> Mapping[str, str]:
        """What of the page changes by itself."""
        values = self._values(visit)
        return {
            "queue-health": self._pages.html("queue_health.html", values),
            "queue-list": self._pages.html("queue_list.html", values),
        }

    def _values(self, visit: Visit) -> dict[str, Any]:
        filters = Filters.of(visit.request.query_params)
        rows = self._queue.open()
        chosen = self._queue.closed() if filters.show == "closed" else rows
        return {
            "sign_in": visit.sign_in,
            "filters": filters,
            "rows": self._queue.shown(chosen, filters, visit.me),
            "health": self._queue.health(rows),
            "names": self._pages.house.sbar.channels,
            "now": self._clock(),
        }
