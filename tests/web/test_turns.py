"""Having Rasa answer: whatever happens to it, something is said, once, and nothing is forgotten."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from starlette.responses import JSONResponse, Response

from companion.dialogue.replies import Writer
from companion.store import Entry, Journal, StoreError
from companion.web.turns import Turns
from tests.web.standin import TOKEN, StandIn

CHAT = "telegram-1"


@pytest.fixture
def seq(journal: Journal) -> int:
    return journal.receive(CHAT, "telegram", "hello", address={"chat": 1}).seq


def turns(journal: Journal, writer: Writer, rasa: StandIn, **times: Any) -> Turns:
    transport = times.pop("transport", httpx.ASGITransport(rasa.app, raise_app_exceptions=False))
    token = times.pop("token", TOKEN)
    return Turns(journal, writer, address="http://rasa.example.org", token=token, transport=transport, **times)


def run(turns: Turns, work: Callable[[], Any], *, sweeping: bool = False, seconds: float = 0.0) -> None:
    async def all_of_it() -> None:
        sweep = asyncio.create_task(turns.sweep()) if sweeping else None
        work()
        await asyncio.sleep(seconds)
        if sweep:
            sweep.cancel()
        await turns.close()

    asyncio.run(all_of_it())


def said(journal: Journal) -> list[Entry]:
    return [entry for entry in journal.since(CHAT) if entry.sender != "patient"]


def test_a_turn_is_answered_once_however_often_it_is_started(
    journal: Journal, writer: Writer, rasa: StandIn, seq: int
) -> None:
    answering = turns(journal, writer, rasa)
    run(answering, lambda: [answering.start(CHAT, seq) for _ in range(3)])
    assert [entry.text for entry in said(journal)] == ["You wrote: hello"]
    assert rasa.turns == [(CHAT, seq)]


@pytest.mark.parametrize(
    "fault",
    [
        lambda: Response("broken", 500),
        lambda: Response("busy", 503),
        lambda: Response("<html>a proxy's page</html>"),
        lambda: JSONResponse({"status": "failure"}),
        lambda: JSONResponse([]),
        lambda: JSONResponse({"state": "asleep"}),
        lambda: JSONResponse({"error": "token"}, 401),
    ],
)
def test_when_rasa_fails_the_person_reads_whom_to_call(
    journal: Journal, writer: Writer, rasa: StandIn, seq: int, fault: Callable[[], Response]
) -> None:
    rasa.fault = fault
    answering = turns(journal, writer, rasa)
    run(answering, lambda: answering.start(CHAT, seq))
    [trouble] = said(journal)
    assert "something on our side is not working" in trouble.text
    assert "020 7946 0000" in trouble.text
    assert trouble.content["trouble"] == seq
    assert journal.unanswered(older_than=-60) == []


def test_a_server_that_is_gone_is_noticed_at_once(journal: Journal, writer: Writer, rasa: StandIn, seq: int) -> None:
    answering = turns(journal, writer, rasa, transport=httpx.AsyncHTTPTransport())
    begun = time.monotonic()
    run(answering, lambda: answering.start(CHAT, seq))
    assert time.monotonic() - begun < 3
    assert len(said(journal)) == 1


def test_a_turn_that_takes_too_long_is_given_up(journal: Journal, writer: Writer, rasa: StandIn, seq: int) -> None:
    rasa.delay = 3
    answering = turns(journal, writer, rasa, patience=0.1)
    run(answering, lambda: answering.start(CHAT, seq))
    assert "something on our side" in said(journal)[0].text


def test_a_body_that_drips_is_bounded_too(journal: Journal, writer: Writer, rasa: StandIn, seq: int) -> None:
    class Dripping(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            while True:
                await asyncio.sleep(0.02)
                yield b" "

    transport = httpx.MockTransport(lambda request: httpx.Response(200, stream=Dripping()))
    answering = turns(journal, writer, rasa, transport=transport, patience=0.2)
    run(answering, lambda: answering.start(CHAT, seq))
    assert "something on our side" in said(journal)[0].text


def test_on_a_channel_that_pushes_the_notice_is_sent(
    journal: Journal, writer: Writer, rasa: StandIn, seq: int, database: Any
) -> None:
    from sqlalchemy import text

    rasa.fault = lambda: Response("broken", 500)
    answering = turns(journal, writer, rasa)
    run(answering, lambda: answering.start(CHAT, seq))
    with database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM outbox WHERE kind = 'patient'")).scalar() == 1


def test_somebody_elses_turn_and_an_erased_chat_are_left_alone(
    journal: Journal, writer: Writer, rasa: StandIn, seq: int
) -> None:
    assert journal.take(CHAT, seq, seconds=30)
    answering = turns(journal, writer, rasa)
    run(answering, lambda: [answering.start(CHAT, seq), answering.start("telegram-2", 1)])
    assert len(rasa.turns) == 2
    assert said(journal) == []


def test_a_forgotten_message_is_started_again(journal: Journal, writer: Writer, rasa: StandIn, seq: int) -> None:
    answering = turns(journal, writer, rasa, forgotten=-1, sweep_every=0.02)
    run(answering, lambda: None, sweeping=True, seconds=0.5)
    assert [entry.text for entry in said(journal)] == ["You wrote: hello"]


def test_the_sweep_outlives_a_database_that_is_gone_for_a_while(
    journal: Journal, writer: Writer, rasa: StandIn, seq: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask, gone = journal.unanswered, iter([True, True])

    def at_times(**how: Any) -> Any:
        if next(gone, False):
            raise StoreError("OperationalError")
        return ask(**how)

    monkeypatch.setattr(journal, "unanswered", at_times)
    answering = turns(journal, writer, rasa, forgotten=-1, sweep_every=0.02)
    run(answering, lambda: None, sweeping=True, seconds=0.5)
    assert [entry.text for entry in said(journal)] == ["You wrote: hello"]


def test_where_even_the_notice_cannot_be_stored_the_message_stays_to_be_answered(
    journal: Journal, writer: Writer, rasa: StandIn, seq: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise StoreError("OperationalError")

    rasa.fault = lambda: Response("broken", 500)
    monkeypatch.setattr(journal, "say", broken)
    answering = turns(journal, writer, rasa)
    run(answering, lambda: answering.start(CHAT, seq))
    assert [one.seq for one in journal.unanswered(older_than=-60)] == [seq]
