"""The outbox: at least once, in order, never by two at once, and nothing given up too early."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from companion.cases.courier import Courier
from companion.cases.dead_letters import DeadLetters, retry, show
from companion.cases.outbox import Outbox, Parcel
from companion.store import Database, Journal, StoreError
from companion.store.tables import outbox as rows
from tests.cases.conftest import Target, worker
from tests.clock import Clock
from tests.databases import at_once


def say(journal: Journal, *texts: str, chat: str = "telegram-7") -> None:
    """Messages to a patient."""
    for text in texts:
        journal.say(chat, "assistant", text, channel="telegram", send=True)


def state(database: Database) -> list[str]:
    """What became of each row, in order."""
    with database.reading() as connection:
        return list(connection.execute(sa.select(rows.c.state).order_by(rows.c.id)).scalars())


def only(found: list[Parcel]) -> Parcel:
    """The one parcel there is."""
    assert len(found) == 1
    return found[0]


def test_messages_of_a_chat_go_out_one_after_the_other(journal: Journal, outbox: Outbox) -> None:
    say(journal, "one", "two", "three")
    target = Target()
    courier = Courier(journal, outbox, {"telegram": target})
    while parcels := outbox.take("patient", 8):
        courier.deliver(only(parcels))
    assert target.texts == ["one", "two", "three"]
    assert target.got[0][0] == {"chat_id": 7}
    assert journal.heads(["telegram-7"])["telegram-7"].seen == target.got[-1][1].seq


def test_the_next_waits_while_the_one_before_is_tried_again(journal: Journal, outbox: Outbox, clock: Clock) -> None:
    say(journal, "one", "two")
    say(journal, "elsewhere", chat="telegram-8")
    first, other = outbox.take("patient", 8)
    assert (first.conversation, other.conversation) == ("telegram-7", "telegram-8")
    outbox.failed(first, "ConnectTimeout")
    outbox.sent(other)
    assert outbox.take("patient", 8) == []
    clock.wait(seconds=2)
    again = only(outbox.take("patient", 8))
    assert (again.id, again.attempts) == (first.id, 2)
    outbox.sent(again)
    assert only(outbox.take("patient", 8)).id > first.id


def test_what_is_given_up_lets_the_next_pass(journal: Journal, outbox: Outbox, database: Database) -> None:
    say(journal, "one", "two")
    assert outbox.failed(only(outbox.take("patient")), "Forbidden", permanent=True)
    outbox.sent(only(outbox.take("patient")))
    assert state(database) == ["dead", "sent"]


def test_two_workers_are_never_given_the_same(database: Database, journal: Journal, clock: Clock) -> None:
    workers = [worker(database, clock) for _ in range(4)]
    for number in range(10):
        say(journal, "hello", chat=f"telegram-{number}")
        taken = at_once(*[partial(one.take, "patient", 8) for one in workers])
        found = [parcel for parcels in taken for parcel in parcels]  # type: ignore[attr-defined]
        assert len(found) == 1
        next(one for one in workers if found[0].id in one._mine).sent(found[0])


@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(days=-1)], ids=["forward", "back"])
def test_a_clock_that_is_set_frees_nothing_that_is_being_sent(
    database: Database, journal: Journal, outbox: Outbox, clock: Clock, jump: timedelta
) -> None:
    say(journal, "one")
    only(outbox.take("patient"))
    clock.at += jump
    assert worker(database, clock).take("patient") == []


def test_what_a_dead_worker_held_is_sent_by_another(
    database: Database, journal: Journal, outbox: Outbox, clock: Clock
) -> None:
    say(journal, "one", "two")
    held, other = only(outbox.take("patient")), worker(database, clock)
    assert other.take("patient") == []
    clock.wait(seconds=29)
    assert other.take("patient") == []
    # Its threads look for other things in between.
    assert other.take("staff") == []
    clock.wait(seconds=1)
    assert only(other.take("patient")).id == held.id
    # Should it not have been dead after all, it has nothing to say any more.
    outbox.sent(held)
    assert state(database) == ["waiting", "waiting"]


def test_a_worker_that_wakes_up_in_the_last_moment_keeps_what_it_holds(
    database: Database, journal: Journal, outbox: Outbox, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(journal, "one")
    held, other = only(outbox.take("patient")), worker(database, clock)
    assert other.take("patient") == []
    clock.wait(seconds=31)
    look = other._candidates

    def look_and_be_overtaken(*arguments: Any) -> list[Any]:
        found = look(*arguments)
        assert len(found) == 1
        outbox.renew()
        return found

    monkeypatch.setattr(other, "_candidates", look_and_be_overtaken)
    assert other.take("patient") == []
    outbox.sent(held)
    assert state(database) == ["sent"]


def test_what_a_living_worker_holds_stays_with_it(
    database: Database, journal: Journal, outbox: Outbox, clock: Clock
) -> None:
    say(journal, "one")
    held, other = only(outbox.take("patient")), worker(database, clock)
    for _ in range(20):
        outbox.renew()
        assert other.take("patient") == []
        clock.wait(seconds=20)
    outbox.sent(held)
    assert state(database) == ["sent"]


def test_a_target_that_is_down_for_an_hour_loses_nothing(journal: Journal, outbox: Outbox, clock: Clock) -> None:
    say(journal, "one", "two")
    tries = 0
    for _ in range(360):
        for parcel in outbox.take("patient"):
            tries += 1
            assert not outbox.failed(parcel, "ConnectError")
        clock.wait(seconds=10)
    assert 10 < tries < 40, "neither a storm of tries nor hardly any"
    for _ in range(31):
        for parcel in outbox.take("patient"):
            outbox.sent(parcel)
        clock.wait(seconds=10)
    assert outbox.take("patient") == []
    assert [journal.heads(["telegram-7"])["telegram-7"].seen] == [journal.since("telegram-7")[-1].seq]


def test_a_clock_set_forward_gives_nothing_up(
    database: Database, journal: Journal, outbox: Outbox, clock: Clock
) -> None:
    say(journal, "one")
    for _ in range(5):
        outbox.failed(only(outbox.take("patient")), "ConnectError")
        clock.set(hours=1)
    assert only(outbox.take("patient")).attempts == 6
    assert state(database) == ["waiting"]


def test_a_clock_set_back_holds_nothing_up(journal: Journal, outbox: Outbox, clock: Clock) -> None:
    say(journal, "one", "two")
    clock.set(hours=-1)
    outbox.failed(only(outbox.take("patient")), "ConnectError")
    clock.set(hours=-1)
    outbox.sent(only(outbox.take("patient")))
    outbox.sent(only(outbox.take("patient")))


def test_waiting_as_long_as_the_platform_asks_is_no_failure(journal: Journal, outbox: Outbox, clock: Clock) -> None:
    say(journal, "one")
    for _ in range(50):
        assert not outbox.failed(only(outbox.take("patient")), "TooManyRequests", retry_after=30)
        clock.wait(seconds=29)
        assert outbox.take("patient") == []
        clock.wait(seconds=2)
    assert only(outbox.take("patient")).attempts == 1


def test_what_fails_too_often_is_given_up_and_can_be_tried_again(
    journal: Journal, outbox: Outbox, clock: Clock, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    say(journal, "words of a patient")
    with database.writing() as connection:
        connection.execute(sa.update(rows).values(attempts=190))
    for number in range(191, 201):
        dead = outbox.failed(only(outbox.take("patient")), "ConnectError")
        assert dead == (number == 200)
        clock.wait(minutes=6)
    letter = DeadLetters(database).all()[0]
    assert (letter.kind, letter.attempts, letter.fault) == ("patient", 200, "ConnectError")
    assert show(database) == 0
    printed = capsys.readouterr().out
    assert "ConnectError" in printed
    assert "words" not in printed
    assert "telegram-7" not in printed
    assert retry(database, letter.id) == 0
    assert retry(database, letter.id) == 1
    assert only(outbox.take("patient")).attempts == 1


def test_what_was_let_go_counts_as_not_tried(journal: Journal, outbox: Outbox) -> None:
    say(journal, "one")
    for _ in range(3):
        parcel = only(outbox.take("patient"))
        assert parcel.attempts == 1
        outbox.let_go(parcel)


def test_what_was_sent_while_the_database_was_away_is_written_down_later(
    journal: Journal, outbox: Outbox, database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(journal, "one")
    parcel = only(outbox.take("patient"))
    with monkeypatch.context() as patched:

        def away() -> None:
            raise StoreError("OperationalError")

        patched.setattr(database, "writing", away)
        outbox.sent(parcel)
    assert state(database) == ["waiting"]
    outbox.flush()
    assert state(database) == ["sent"]


def test_a_message_that_was_erased_meanwhile_is_not_sent(journal: Journal, outbox: Outbox) -> None:
    say(journal, "one")
    parcel, target = only(outbox.take("patient")), Target()
    journal.erase("telegram-7")
    Courier(journal, outbox, {"telegram": target}).deliver(parcel)
    assert target.texts == []


def test_what_was_never_tried_does_not_wait_for_what_cannot_be_sent(
    journal: Journal, outbox: Outbox, clock: Clock
) -> None:
    for number in range(5):
        say(journal, "old", chat=f"telegram-old-{number}")
    for parcel in outbox.take("patient", 8):
        outbox.failed(parcel, "ConnectError")
    clock.wait(minutes=5)
    say(journal, "new", chat="telegram-new")
    assert only(outbox.take("patient")).conversation == "telegram-new"
