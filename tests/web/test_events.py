"""Listening: what is new comes once, in order, to every tab, whichever server it asks."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp

from companion.cases import CaseRequest, Cases, Staff
from companion.cases.service import Service
from companion.store import Database, Journal
from companion.web import events as events_module
from companion.web.limits import Limits
from tests.web.conftest import KEY, Site
from tests.web.standin import Said, Served, StandIn

Serve = Callable[[ASGIApp], Served]


class Tab:
    """A browser's tab that speaks with one server."""

    def __init__(self, address: str, token: str | None = None) -> None:
        self.http = httpx.Client(base_url=address, timeout=5, trust_env=False)
        self.token = token or self.http.post("/api/session").json()["token"]

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    @property
    def conversation(self) -> str:
        return self.token.split(".")[0]

    def write(self, text: str, key: str = KEY) -> int:
        answer = self.http.post("/api/messages", json={"id": key, "text": text}, headers=self.headers)
        assert answer.status_code == 202
        return int(answer.json()["seq"])

    def chat(self, text: str) -> None:
        """Writes, and waits for the answer."""
        with self.listen() as events:
            self.write(text)
            messages(events, 3)

    @contextlib.contextmanager
    def listen(self, **headers: str) -> Iterator[Iterator[dict[str, Any]]]:
        with self.http.stream("GET", "/api/events", headers={**self.headers, **headers}) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            assert answer.headers["cache-control"] == "no-store"
            yield _events(answer.iter_lines())


def _events(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    fields: dict[str, Any] = {}
    for line in lines:
        if line:
            name, _, value = line.partition(": ")
            fields[name] = json.loads(value) if name == "data" else value
        elif fields:
            yield fields
            fields = {}


def messages(events: Iterator[dict[str, Any]], count: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while len(found) < count:
        event = next(events)
        if event.get("event") == "message":
            assert event["id"] == str(event["data"]["seq"])
            found.append(event["data"])
    return found


@pytest.fixture
def server(serve: Serve, site: Site) -> Served:
    return serve(site.app())


def test_everything_comes_once_and_in_order(server: Served) -> None:
    tab = Tab(server.address)
    with tab.listen() as events:
        assert next(events) == {"event": "state", "data": {"held": False, "typing": False, "by": None}}
        tab.write("first")
        tab.write("second", "b" * 16)
        seen = messages(events, 5)
    assert [one["seq"] for one in seen] == sorted({one["seq"] for one in seen})
    assert seen[0]["content"]["greeting"] is True
    assert sorted(one["text"] for one in seen[1:]) == ["You wrote: first", "You wrote: second", "first", "second"]
    assert next(one for one in seen if one["text"] == "first")["content"] == {"key": KEY}


def test_a_tab_that_was_away_gets_what_it_missed_and_nothing_twice(server: Served) -> None:
    tab = Tab(server.address)
    tab.write("first")
    with tab.listen() as events:
        last = messages(events, 3)[-1]["seq"]
    tab.write("second", "b" * 16)
    with tab.listen(**{"Last-Event-ID": str(last)}) as events:
        assert [one["text"] for one in messages(events, 2)] == ["second", "You wrote: second"]
    answer = tab.http.stream("GET", f"/api/events?after={last}", headers=tab.headers)
    with answer as stream:
        assert messages(_events(stream.iter_lines()), 1)[0]["text"] == "second"


def test_two_servers_on_one_database_serve_one_chat(serve: Serve, site: Site) -> None:
    one, other = serve(site.app()), serve(site.app())
    here = Tab(one.address)
    there = Tab(other.address, here.token)
    with there.listen() as events:
        here.write("hello")
        assert [one["text"] for one in messages(events, 3)][1:] == ["hello", "You wrote: hello"]


def test_another_session_hears_nothing_of_it(server: Served) -> None:
    tab, other = Tab(server.address), Tab(server.address)
    with other.listen() as events:
        tab.write("private")
        other.write("mine")
        assert [one["text"] for one in messages(events, 3)][1:] == ["mine", "You wrote: mine"]


@pytest.mark.parametrize("after", ["-1", "1.5", "NaN", "9" * 30, "1 OR 1=1", "１"])
def test_a_place_that_is_none_is_refused(server: Served, after: str) -> None:
    tab = Tab(server.address)
    assert tab.http.get("/api/events", params={"after": after}, headers=tab.headers).status_code == 400


def test_what_somebody_wrote_can_not_become_an_event(server: Served) -> None:
    tab = Tab(server.address)
    typed = 'x\n\nevent: state\ndata: {"held": true}\n\n'
    with tab.listen() as events:
        next(events)
        tab.write(typed)
        kinds = [next(events) for _ in range(3)]
    assert [one["event"] for one in kinds] == ["message"] * 3
    assert kinds[1]["data"]["text"] == typed.strip()


def test_a_person_who_takes_the_chat_over_is_shown_by_name(server: Served, database: Database) -> None:
    cases = Cases(database, Service.load().targets)
    nurse = Staff("nurse-1", "Ann Example", "breast care nurse")
    tab = Tab(server.address)
    tab.chat("Talk to a person")
    with tab.listen() as events:
        messages(events, 3)
        assert next(events)["data"]["held"] is False
        case = cases.open(CaseRequest(key="k", conversation=tab.conversation, channel="web", urgency="support"))
        cases.claim(case.id, nurse)
        cases.take_over(case.id, nurse)
        assert next(events)["data"] == {"held": True, "typing": False, "by": None}
        Journal(database).typing(tab.conversation, seconds=0.5)
        assert next(events)["data"] == {"held": True, "typing": True, "by": None}
        cases.write_to_patient(case.id, nurse, "Hello, I am Ann.", key="n1")
        said = messages(events, 1)[0]
        assert (said["sender"], said["name"]) == ("person", nurse.signature)
        assert next(events)["data"]["by"] == nurse.signature
    with tab.listen(**{"Last-Event-ID": str(said["seq"])}) as events:
        assert next(events)["data"]["by"] == nurse.signature, "known after a reconnect too"


def test_what_was_shown_is_marked_as_seen(server: Served, journal: Journal) -> None:
    tab = Tab(server.address)
    tab.chat("hello")
    with tab.listen() as events:
        last = messages(events, 3)[-1]["seq"]
        assert next(events)["event"] == "state"
        assert journal.heads([tab.conversation])[tab.conversation].seen == last


def test_staffs_view_of_a_red_flag_stays_with_staff(server: Served, rasa: StandIn) -> None:
    flags = [{"id": "chest_pain", "urgency": "emergency", "text": "the words"}]
    rasa.answer = lambda text: [Said("Call 999 now.", {"urgency": "emergency", "red_flags": flags, "topic": "x"})]
    tab = Tab(server.address)
    tab.write("hello")
    with tab.listen() as events:
        assert messages(events, 3)[-1]["content"] == {"urgency": "emergency"}


def test_a_chat_that_is_erased_disappears_from_every_tab(server: Served) -> None:
    tab = Tab(server.address)
    tab.chat("something")
    other = Tab(server.address, tab.token)
    with other.listen() as events:
        last = messages(events, 3)[-1]["seq"]
        assert next(events)["event"] == "state"
        assert tab.http.post("/api/clear", headers=tab.headers).status_code == 200
        assert next(events) == {"event": "erased", "data": {}}
        assert next(events)["event"] == "state"
    with other.listen(**{"Last-Event-ID": str(last)}) as events:
        assert next(events)["event"] == "erased", "a tab that was away hears of it too"


def test_a_silent_line_gives_signs_of_life_and_ends_with_the_session(
    serve: Serve, site: Site, monkeypatch: pytest.MonkeyPatch, now: list[float]
) -> None:
    monkeypatch.setattr(events_module, "_KEEP_ALIVE", 0.05)
    server = serve(site.app(clock=lambda: now[0]))
    tab = Tab(server.address)
    with tab.http.stream("GET", "/api/events", headers=tab.headers) as answer:
        lines = answer.iter_lines()
        assert ": still here" in [next(lines) for _ in range(8)]
        now[0] += 25 * 3600
        assert set(lines) <= {": still here", ""}, "the server ends it"


def test_more_tabs_than_anybody_needs_are_refused(serve: Serve, site: Site) -> None:
    server = serve(site.app(limits=Limits(streams=1)))
    tab = Tab(server.address)
    with tab.listen() as events:
        next(events)
        refused = tab.http.get("/api/events", headers=tab.headers)
        assert refused.status_code == 429
        assert refused.headers["retry-after"] == "30"
