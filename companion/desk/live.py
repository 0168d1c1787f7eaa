"""Live pages: the browser listens, and is sent each part of its page that has changed (server-sent events)."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from companion.desk.access import Access, Visit
from companion.desk.roles import Permission
from companion.store import Database, StoreError, utc_now
from companion.store.tables import audit, conversations, outbox, sign_ins

__all__ = ["Live", "Pulse"]

#: Seconds between two looks at the database.
_PACE = 0.5
#: Clocks on the page go on although nothing happens.
_TICK = 15.0
#: Proxies end a stream that is silent for long; the sign-in is looked at again as often.
_PATIENCE = 10.0
#: A page is told so long before its sign-in ends.
_WARNING = timedelta(minutes=2)
_log = logging.getLogger(__name__)

#: The parts of a page: the id of the element, and its HTML.
Parts = Mapping[str, str]


class Pulse:
    """Notices that something has happened: one look at the database for all pages that listen here."""

    def __init__(self, database: Database, *, pace: float = _PACE) -> None:
        """`pace`: seconds between two looks."""
        self._database = database
        self._pace = pace
        self._next = asyncio.Event()
        self._listeners = 0
        self._failing = False
        self._count = 0
        self.closing = False

    async def run(self) -> None:
        """Looks, for as long as the server runs."""
        last: object = None
        while True:
            await asyncio.sleep(self._pace)
            if not self._listeners:
                continue
            failing = False
            stamp = last
            try:
                stamp = await run_in_threadpool(self._stamp)
            except StoreError as error:
                failing = True
                if not self._failing:
                    _log.error("live pages stand still: %s", error)
            if stamp != last or failing != self._failing:
                last, self._failing = stamp, failing
                self._beat()

    async def wait(self, known: int, patience: float) -> int:
        """Until something has happened since beat `known`, at most `patience` seconds; gives the last beat."""
        if self._count == known and not self.closing:
            self._listeners += 1
            try:
                await asyncio.wait_for(self._next.wait(), patience)
            except asyncio.TimeoutError:
                pass
            finally:
                self._listeners -= 1
        return self._count

    def close(self) -> None:
        """Ends every stream: the server is about to stop, and would otherwise wait for them."""
        self.closing = True
        self._beat()

    def _beat(self) -> None:
        self._count += 1
        over, self._next = self._next, asyncio.Event()
        over.set()

    def _stamp(self) -> object:
        # Every step of a case leaves an audit row. The rest is about chats, deliveries and who is there. No times among
        # it: a clock may be set back.
        held = conversations.c.held_by.is_not(None)
        queries = (
            sa.select(sa.func.max(audit.c.id)),
            sa.select(sa.func.sum(conversations.c.last_seq)).where(held),
            sa.select(sa.func.sum(conversations.c.seen_seq)).where(held),
            sa.select(sa.func.count()).where(outbox.c.state != "waiting"),
            sa.select(sa.func.count()).select_from(sign_ins),
        )
        with self._database.reading() as connection:
            found = tuple(connection.execute(query).scalar() for query in queries)
        return (*found, int(time.monotonic() // _TICK))


class Live:
    """The stream of one page. `render` gives the parts of a page as its visitor sees them now."""

    def __init__(
        self, pulse: Pulse, access: Access, loud: Callable[[], list[str]], *, clock: Callable[[], datetime] = utc_now
    ) -> None:
        """`loud`: the ids of the cases that are worth a sound on every page."""
        self._pulse = pulse
        self._loud = loud
        self._access = access
        self._clock = clock

    def stream(self, permission: Permission, render: Callable[[Visit], Parts]) -> Callable[[Request], object]:
        """An endpoint that sends `part` events {"id", "html"}, `loud` {"ids"}, `expiring` before the
        sign-in ends, `ended` after, and `trouble` or `well` where the database stops or begins to answer."""

        async def endpoint(request: Request) -> Response:
            visit = await self._access.visit(request, permission, active=False)
            return StreamingResponse(
                self._events(visit, permission, render),
                media_type="text/event-stream",
                headers={"X-Accel-Buffering": "no"},
            )

        return endpoint

    async def _events(
        self, visit: Visit, permission: Permission, render: Callable[[Visit], Parts]
    ) -> AsyncIterator[str]:
        sent: dict[str, str] = {}
        loud: list[str] | None = None
        count, well, warned = -1, True, False
        yield "retry: 2000\n\n"
        while not self._pulse.closing:
            count = await self._pulse.wait(count, _PATIENCE)
            try:
                visit = await self._access.visit(visit.request, permission, active=False)
                parts = await run_in_threadpool(render, visit)
                ids = await run_in_threadpool(self._loud)
            except HTTPException:
                yield _event("ended", {})
                return
            except (LookupError, StoreError) as error:
                if isinstance(error, LookupError):
                    yield _event("ended", {})
                    return
                if well:
                    well = False
                    yield _event("trouble", {})
                await asyncio.sleep(1)
                continue
            if not well:
                well = True
                yield _event("well", {})
            for name, html in parts.items():
                if sent.get(name) != html:
                    sent[name] = html
                    yield _event("part", {"id": name, "html": html})
            if ids != loud:
                loud = ids
                yield _event("loud", {"ids": ids})
            soon = visit.sign_in.ends_at - self._clock() < _WARNING
            if soon != warned:
                warned = soon
                yield _event("expiring" if soon else "staying", {})
            yield ": still here\n\n"


def _event(name: str, data: Mapping[str, object]) -> str:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n"
