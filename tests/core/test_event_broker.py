"""Events for other programs: nothing that a patient wrote, and nobody waits for RabbitMQ."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import uuid
from urllib.parse import urlsplit

import aio_pika
import pytest

from companion.core import event_broker
from companion.core.event_broker import EventStream, without_words
from companion.settings import SettingsError
from tests.conftest import missing

ADDRESS = os.environ.get("COMPANION_TEST_RABBITMQ") or "amqp://guest:guest@127.0.0.1:5672/"
PLANTED = ("Ann Example", "020 7946 0123", "lump", "web-secret-id")
USER = {
    "event": "user",
    "timestamp": 1.0,
    "sender_id": "web-secret-id",
    "text": "I am Ann Example, 020 7946 0123, I have a lump",
    "metadata": {"name": "Ann Example"},
    "parse_data": {
        "text": "I have a lump",
        "intent": {"name": "symptoms_general", "confidence": 0.9},
        "entities": [{"value": "lump"}],
        "urgency": "soon",
        "red_flags": [{"id": "bone_pain_new", "urgency": "soon", "text": "a lump"}],
    },
}
SLOT = {"event": "slot", "sender_id": "web-secret-id", "name": "contact", "value": "020 7946 0123", "timestamp": 2.0}
BOT = {"event": "bot", "sender_id": "web-secret-id", "text": "Dear Ann Example", "data": {"buttons": ["lump"]}}


@pytest.mark.parametrize("event", [USER, SLOT, BOT], ids=["user", "slot", "bot"])
def test_an_event_leaves_without_words(event: dict[str, object]) -> None:
    sent = json.dumps(without_words(event, "secret"))
    assert not [word for word in PLANTED if word in sent]
    assert json.loads(sent)["event"] == event["event"]


def test_what_was_understood_goes_out_by_its_ids() -> None:
    sent = without_words(USER, "secret")
    assert (sent["intent"], sent["urgency"], sent["red_flags"]) == ("symptoms_general", "soon", ["bone_pain_new"])


def test_events_of_one_chat_belong_together_and_the_code_cannot_be_guessed() -> None:
    assert without_words(USER, "secret")["conversation"] == without_words(SLOT, "secret")["conversation"]
    assert without_words(USER, "secret")["conversation"] != without_words(USER, "other")["conversation"]


def made(monkeypatch: pytest.MonkeyPatch, **environment: str) -> EventStream | None:
    for name in ("COMPANION_EVENTS", "RABBITMQ_URL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    async def make() -> EventStream | None:
        broker = await EventStream.from_endpoint_config(None)
        if broker is not None:
            await broker.close()
        return broker

    return asyncio.run(make())


def test_nothing_is_sent_if_nobody_asks_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert made(monkeypatch) is None


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"COMPANION_EVENTS": "yes"}, "COMPANION_EVENTS"),
        ({"COMPANION_EVENTS": "private"}, "RABBITMQ_URL"),
        ({"COMPANION_EVENTS": "full", "RABBITMQ_URL": "http://x"}, "RABBITMQ_URL"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], named: str
) -> None:
    with pytest.raises(SettingsError, match=named):
        made(monkeypatch, **settings)


def test_without_rabbitmq_events_are_kept_and_nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPANION_EVENTS", "private")
    monkeypatch.setenv("RABBITMQ_URL", "amqp://guest:guest@127.0.0.1:1/")

    async def run() -> int:
        broker = await asyncio.wait_for(EventStream.from_endpoint_config(None), 1)
        assert broker is not None
        for _ in range(20_000):
            broker.publish(dict(USER))
        kept = list(broker._unpublished_events)
        assert not [word for word in PLANTED if word in json.dumps(kept)]
        await broker.close()
        return len(kept)

    assert asyncio.run(run()) == 10_000


def test_kept_events_arrive_in_order_once_rabbitmq_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    at = urlsplit(ADDRESS)
    try:
        socket.create_connection((at.hostname or "", at.port or 5672), timeout=1).close()
    except OSError:
        missing("RabbitMQ does not answer on 127.0.0.1:5672; install rabbitmq-server, or set COMPANION_TEST_RABBITMQ")
    queue = f"companion_test_{uuid.uuid4().hex[:8]}"
    monkeypatch.setattr(event_broker, "_QUEUE", queue)
    monkeypatch.setattr(event_broker, "_EXCHANGE", queue)
    monkeypatch.setenv("COMPANION_EVENTS", "private")
    monkeypatch.setenv("RABBITMQ_URL", ADDRESS)

    async def run() -> list[dict[str, object]]:
        broker = await EventStream.from_endpoint_config(None)
        assert broker is not None
        for number in range(3):
            broker.publish({**USER, "timestamp": number})
        while broker._exchange is None or broker._unpublished_events or broker._background_tasks:
            await asyncio.sleep(0.05)
        broker.publish({**USER, "timestamp": 3})
        while broker._background_tasks:
            await asyncio.sleep(0.05)
        connection = await aio_pika.connect(ADDRESS)
        channel = await connection.channel()
        arrived = await channel.get_queue(queue)
        found = [json.loads((await arrived.get(timeout=5)).body) for _ in range(4)]
        await arrived.delete(if_empty=False, if_unused=False)
        await (await channel.get_exchange(queue)).delete()
        await connection.close()
        await broker.close()
        return found

    found = asyncio.run(asyncio.wait_for(run(), 30))
    assert [event["timestamp"] for event in found] == [0, 1, 2, 3]
