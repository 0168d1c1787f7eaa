"""Pages that bring themselves up to date: what is sent, when, and when no more."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable

import pytest
import sqlalchemy as sa
from starlette.requests import Request
from starlette.routing import Match
from starlette.types import ASGIApp

from companion.cases import Case, Cases
from companion.desk.live import Pulse
from companion.store import Database, Journal
from tests.clock import Clock
from tests.desk.conftest import Person, open_case

Events = AsyncIterator[tuple[str, dict]]


class Stream:
    """One page's stream, read in this thread."""

    def __init__(self, app: ASGIApp, pulse: Pulse, path: str, cookie: str) -> None:
        self._inner = app._app  # type: ignore[attr-defined]
        self._pulse = pulse
        path, _, query = path.partition("?")
        scope = {
            "type": "http",
            "method": "GET",
            "path": path,
            "query_string": query.encode(),
            "headers": [(b"cookie", f"desk={cookie}".encode())],
            "app": self._inner,
        }
        for route in self._inner.routes:
            match, more = route.matches(scope)
            if match is Match.FULL:
                self._endpoint, self._request = route.endpoint, Request({**scope, **more})  # type: ignore[attr-defined]
                return

    async def __aenter__(self) -> Events:
        self._beating = asyncio.create_task(self._pulse.run())
        response = await self._endpoint(self._request)
        self._body = response.body_iterator
        return self._events()

    async def __aexit__(self, *_: object) -> None:
        self._beating.cancel()
        await self._body.aclose()

    async def _events(self) -> Events:
        async for chunk in self._body:
            name, _, data = chunk.strip().partition("\n")
            if name.startswith("event: "):
                yield name.removeprefix("event: "), json.loads(data.removeprefix("data: "))


async def until(events: Events, wanted: Callable[[str, dict], bool]) -> dict:
    async def look() -> dict:
        async for name, data in events:
            if wanted(name, data):
                return data
        raise AssertionError("the stream ended")

    return await asyncio.wait_for(look(), 10)


def test_a_new_case_comes_into_the_queue_by_itself(
    app: ASGIApp, pulse: Pulse, anna: Person, cases: Cases, database: Database
) -> None:
    async def run() -> None:
        async with Stream(app, pulse, "/live/queue", anna.browser.cookies["desk"]) as events:
            await until(events, lambda name, data: name == "part" and data["id"] == "queue-list")
            case = await asyncio.to_thread(open_case, cases)
            found = await until(events, lambda name, data: name == "part" and case.reference in data["html"])
            assert found["id"] == "queue-list"
            assert (await until(events, lambda name, data: name == "loud"))["ids"] == [case.id]

    asyncio.run(run())


def test_the_patients_words_come_into_the_chat_by_themselves(
    app: ASGIApp, pulse: Pulse, anna: Person, case: Case, journal: Journal, database: Database
) -> None:
    for step in ("claim", "take_over"):
        anna.post(f"/cases/{case.id}/{step}")

    async def run() -> None:
        async with Stream(app, pulse, f"/live/cases/{case.id}", anna.browser.cookies["desk"]) as events:
            await until(events, lambda name, data: name == "part")
            await asyncio.to_thread(journal.receive, "web-1", "web", "still shivering", key="b")
            found = await until(events, lambda name, data: name == "part" and "still shivering" in data["html"])
            assert found["id"] == "case-chat"

    asyncio.run(run())


def test_a_stream_says_before_it_ends_and_keeps_nobody_signed_in(
    app: ASGIApp, pulse: Pulse, anna: Person, clock: Clock, cases: Cases
) -> None:
    async def run() -> None:
        async with Stream(app, pulse, "/live/queue", anna.browser.cookies["desk"]) as events:
            await until(events, lambda name, data: name == "part")
            clock.wait(minutes=28, seconds=30)
            await asyncio.to_thread(open_case, cases)
            await until(events, lambda name, data: name == "expiring")
            clock.wait(minutes=2)
            await asyncio.to_thread(open_case, cases, "two", conversation=None)
            await until(events, lambda name, data: name == "ended")

    asyncio.run(run())


def test_an_account_that_is_disabled_hears_no_more(
    app: ASGIApp, pulse: Pulse, anna: Person, accounts: object, cases: Cases
) -> None:
    async def run() -> None:
        async with Stream(app, pulse, "/live/queue", anna.browser.cookies["desk"]) as events:
            await until(events, lambda name, data: name == "part")
            await asyncio.to_thread(accounts.disable, "anna")
            await until(events, lambda name, data: name == "ended")

    asyncio.run(run())


def test_a_page_is_told_when_the_database_is_gone_and_back(
    app: ASGIApp, pulse: Pulse, anna: Person, store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = store.engine

    async def run() -> None:
        async with Stream(app, pulse, "/live/queue", anna.browser.cookies["desk"]) as events:
            await until(events, lambda name, data: name == "part")
            store.engine = sa.create_engine("sqlite:////nowhere/at/all.db", future=True)
            await until(events, lambda name, data: name == "trouble")
            store.engine = good
            await until(events, lambda name, data: name == "well")

    asyncio.run(run())


def test_a_desk_that_stops_ends_its_streams(app: ASGIApp, pulse: Pulse, anna: Person) -> None:
    async def run() -> None:
        async with Stream(app, pulse, "/live/queue", anna.browser.cookies["desk"]) as events:
            await until(events, lambda name, data: name == "part")
            pulse.close()
            assert await asyncio.wait_for(_rest(events), 5) is None

    asyncio.run(run())


async def _rest(events: Events) -> None:
    async for _ in events:
        pass


def test_logs_hold_no_words_names_or_numbers(
    anna: Person, case: Case, caplog: pytest.LogCaptureFixture, store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    token = anna.token

    def broken(*_: object, **__: object) -> None:
        raise ValueError("marker-in-error temperature of 38.2")

    monkeypatch.setattr(Cases, "add_note", broken)
    answer = anna.browser.post(f"/cases/{case.id}/note", data={"csrf": token, "text": "marker-in-note"})
    assert answer.status_code == 500
    assert "This did not work" in answer.text
    monkeypatch.setattr(store, "engine", sa.create_engine("sqlite:////nowhere/at/all.db", future=True))
    anna.browser.post(f"/cases/{case.id}/note", data={"csrf": token, "text": "marker-in-note"})
    for marker in ("marker-in", "38.2", "Anna", "anna"):
        assert marker not in caplog.text
