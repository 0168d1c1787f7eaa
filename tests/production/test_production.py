"""Several of everything: conversations are spread, keep their order, and nothing gets lost between the processes."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import aio_pika
import httpx
import psycopg2
import pytest
from redis import Redis

from companion.store import Journal
from tests.production.conftest import RABBITMQ, REDIS, Production
from tests.stack import WidgetClient, wait_for

QUESTIONS = ["What is hormone therapy?", "What are the side effects?", "What does palbociclib do?"]
#: How the notice begins that something does not work.
TROUBLE = "something on our side is not working"
PLANTED = ("Zebedee", "07700 900123", "marmalade-coloured")


def words(messages: list[dict[str, object]]) -> str:
    """What was said, together."""
    return " ".join(str(one.get("text")) for one in messages)


def answers(chat: list[dict[str, object]]) -> list[str]:
    """What the assistant said, without its greeting."""
    return [str(one["text"]) for one in chat if one["sender"] == "assistant" and not one["content"].get("greeting")]  # type: ignore[union-attr]


def test_every_process_is_alive_and_ready(production: Production) -> None:
    kinds = {name.rpartition("-")[0] for name in production.statuses}
    assert kinds == {"actions", "rasa", "web", "desk", "worker"}
    for name, address in production.statuses.items():
        for path in ("live", "ready"):
            answer = httpx.get(f"{address}/{path}", timeout=10)
            assert answer.status_code == 200, f"{name}: {answer.text}"


def test_conversations_are_spread_over_the_workers(production: Production) -> None:
    before = [production.turns(name) for name in ("rasa-1", "rasa-2")]

    def talk(number: int) -> int:
        replies = [words(production.say(f"spread-{number}", question)) for question in QUESTIONS]
        return sum(TROUBLE not in reply for reply in replies if reply)

    with ThreadPoolExecutor(4) as people:
        assert list(people.map(talk, range(12))) == [len(QUESTIONS)] * 12
    grown = [production.turns(name) - was for name, was in zip(("rasa-1", "rasa-2"), before, strict=True)]
    assert sum(grown) == 12 * len(QUESTIONS)
    assert min(grown) >= 5, f"the workers answered {grown}"


def test_a_conversation_is_remembered_whichever_worker_it_comes_to(production: Production) -> None:
    production.say("memory", "What does palbociclib do?")
    for _ in range(4):
        # Other people's messages move the next one on to the other worker.
        production.say("somebody-else", "hello")
        reply = words(production.say("memory", "and the side effects of it?"))
        assert "albociclib" in reply or "CDK4/6" in reply


def test_messages_sent_in_one_breath_are_all_answered_and_once(production: Production) -> None:
    browser = WidgetClient(production.page)
    texts = [f"What is hormone therapy? ({number})" for number in range(6)]
    with ThreadPoolExecutor(6) as breath:
        assert list(breath.map(lambda text: browser.send(text, f"breath-{texts.index(text)}"), texts)) == [202] * 6
    chat = browser.answers(6)
    assert len(answers(chat)) == 6
    assert [one["seq"] for one in chat] == sorted(one["seq"] for one in chat)
    assert sorted(str(one["text"]) for one in chat if one["sender"] == "patient") == texts


def test_the_order_of_a_conversation_is_kept(production: Production) -> None:
    browser = WidgetClient(production.page)
    for number, question in enumerate(QUESTIONS * 2, start=1):
        assert browser.send(question, f"in-order-{number}") == 202
        browser.answers(number)
    chat = [one for one in browser.messages() if not one["content"].get("greeting")]
    assert [one["sender"] for one in chat] == ["patient", "assistant"] * 6
    assert [one["text"] for one in chat if one["sender"] == "patient"] == QUESTIONS * 2


def test_the_same_message_at_both_pages_is_one(production: Production) -> None:
    first, second = production.webs
    browser = WidgetClient(first)
    other = WidgetClient(second)
    other._token = browser._token
    with ThreadPoolExecutor(2) as both:
        sent = both.map(lambda one: one.send("What is hormone therapy?", "the-same-key"), (browser, other))
        assert list(sent) == [202, 202]
    assert len(answers(browser.answers(1))) == 1
    time.sleep(2)
    assert len(answers(other.messages())) == 1


@pytest.mark.parametrize(("writes", "listens"), [(0, 1), (1, 0), (0, 0)])
def test_events_reach_the_browser_whichever_page_it_is_at(production: Production, writes: int, listens: int) -> None:
    writer = WidgetClient(production.webs[writes])
    listener = WidgetClient(production.webs[listens])
    listener._token = writer._token
    assert writer.send("What is hormone therapy?", f"event-{writes}-{listens}") == 202
    assert "hormone" in answers(listener.answers(1))[0]


def test_a_browser_hears_only_its_own_chat(production: Production) -> None:
    mine, others = WidgetClient(production.page), WidgetClient(production.page)
    others.send("What is hormone therapy?", "not-for-me")
    others.answers(1)
    assert mine.messages() == []


def test_only_page_and_desk_have_a_way_in(production: Production) -> None:
    for path in ("/webhooks/rest/webhook", "/model/parse", "/webhooks/turn/webhook", "/metrics", "/ready"):
        assert httpx.get(f"{production.page}{path}").status_code in (404, 405)
    assert httpx.post(f"{production.rasa}/webhooks/rest/webhook", json={}).status_code == 401
    assert httpx.get(f"{production.desk}/health").json()["database"] == "up"


def test_nothing_that_was_written_is_in_an_event_a_log_or_a_metric(production: Production) -> None:
    text = "My name is Zebedee, call 07700 900123, I have a marmalade-coloured rash and chest pain"

    async def watched() -> list[str]:
        connection = await aio_pika.connect(RABBITMQ)
        channel = await connection.channel()
        queue = await channel.declare_queue(exclusive=True)
        await queue.bind("companion-events", "")
        await asyncio.to_thread(production.say, "planted", text)
        found = []
        while (message := await queue.get(fail=False, no_ack=True)) or not found:
            if message:
                found.append(message.body.decode())
            await asyncio.sleep(0.05)
        await connection.close()
        return found

    events = asyncio.run(asyncio.wait_for(watched(), 30))
    assert any('"urgency": "emergency"' in event for event in events)
    metrics = [httpx.get(f"{address}/metrics").text for address in production.statuses.values()]
    said = [production.output.read_text(encoding="utf-8", errors="replace"), *events, *metrics]
    assert not [word for word in PLANTED for text in said if word in text]


def test_a_worker_that_is_killed_is_passed_over_and_started_again(production: Production) -> None:
    killed = process_of(production, "rasa-1")
    os.kill(killed, signal.SIGKILL)
    # What it holds when it dies is the page's to mend (tests/faults); this is about what comes after.
    wait_for(lambda: not os.path.exists(f"/proc/{killed}"), seconds=10)
    for number in range(6):
        assert production.say(f"survivor-{number}", "What is hormone therapy?")
    wait_for(lambda: is_ready(production, "rasa-1"), seconds=120)
    assert process_of(production, "rasa-1") != killed


def test_what_it_needs_is_all_outside_of_it(production: Production) -> None:
    """Trackers and chats are in PostgreSQL, locks in Redis: any worker, and any machine, can go on with them."""
    browser = WidgetClient(production.page)
    browser.send("What is hormone therapy?", "in-postgresql")
    browser.answers(1)
    with psycopg2.connect(production.environment["COMPANION_DATABASE"]) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM events")
        assert cursor.fetchone()[0] > 0
    assert not Journal(production.database).unanswered(older_than=0)
    # A killed worker's last ticket runs out by itself.
    locks = Redis.from_url(REDIS)
    wait_for(lambda: not locks.keys("companion:turn:*"), seconds=20)


def is_ready(production: Production, name: str) -> bool:
    try:
        return httpx.get(f"{production.statuses[name]}/ready", timeout=10).status_code == 200
    except httpx.HTTPError:
        return False


def process_of(production: Production, name: str) -> int:
    """The process that listens on this status port, by what it says of itself: its start time is unique here."""
    port = production.statuses[name].rpartition(":")[2]
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/environ", "rb") as settings:
                    if f"STATUS_PORT={port}\0".encode() in settings.read():
                        return int(entry)
            except OSError:
                continue
    raise AssertionError(f"{name} does not run")
