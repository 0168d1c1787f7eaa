"""Chats: one order, nothing twice, nothing lost."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
import sqlalchemy as sa

from companion.store import Database, Journal
from companion.store.tables import outbox
from tests.clock import Clock
from tests.databases import at_once, everything


def test_a_message_is_new_once_then_waiting_then_answered(journal: Journal) -> None:
    first = journal.receive("chat", "web", "hello", key="1")
    assert first.state == "new"
    assert journal.receive("chat", "web", "hello", key="1").state == "waiting"
    journal.answered("chat", first.seq)
    again = journal.receive("chat", "web", "hello", key="1")
    assert (again.state, again.seq) == ("answered", first.seq)
    assert [entry.text for entry in journal.since("chat")] == ["hello"]


def test_the_same_event_delivered_by_eight_at_once_is_one_message(database: Database) -> None:
    journal = Journal(database)
    for number in range(10):
        found = at_once(*[partial(journal.receive, f"chat {number}", "web", "hello", key="1")] * 8)
        assert sum(one.state == "new" for one in found) == 1
        assert len({one.seq for one in found}) == 1
        assert len(journal.since(f"chat {number}")) == 1


def test_patient_and_person_writing_at_the_same_moment_lose_and_double_nothing(database: Database) -> None:
    journal, each = Journal(database), 15

    def writer(number: int) -> Callable[[], object]:
        def write() -> None:
            for count in range(each):
                text = f"{number}:{count}"
                if number % 2:
                    journal.say("chat", "person", text, channel="telegram", name="Anna", send=True)
                else:
                    journal.receive("chat", "telegram", text, key=text)

        return write

    at_once(*[writer(number) for number in range(8)])
    entries = journal.since("chat")
    places = [entry.seq for entry in entries]
    assert len(entries) == 8 * each
    assert places == sorted(set(places))
    for number in range(8):
        own = [entry.text for entry in entries if entry.text.startswith(f"{number}:")]
        assert own == [f"{number}:{count}" for count in range(each)]
    with database.reading() as connection:
        sent = connection.execute(sa.select(outbox.c.payload).order_by(outbox.c.id)).scalars().all()
    said = [entry.seq for entry in entries if entry.sender == "person"]
    assert [one["seq"] for one in sent] == said, "the outbox has another order than the chat"


def test_what_a_patient_sends_cannot_take_the_place_of_what_is_said_to_them(journal: Journal) -> None:
    journal.receive("chat", "web", "mine", key="trouble-7")
    assert journal.say("chat", "assistant", "There is trouble.", key="trouble-7") is not None
    assert [entry.text for entry in journal.since("chat")] == ["mine", "There is trouble."]
    found = journal.unanswered(older_than=-1)
    assert [one.key for one in found] == ["trouble-7"]


def test_saying_the_same_key_twice_says_it_once(journal: Journal) -> None:
    first = journal.say("chat", "assistant", "hello", channel="telegram", key="1.0", send=True)
    assert journal.say("chat", "assistant", "hello", channel="telegram", key="1.0", send=True) == first
    assert len(journal.since("chat")) == 1


def test_one_of_many_is_told_to_answer(database: Database) -> None:
    journal = Journal(database)
    for number in range(10):
        seq = journal.receive("chat", "web", f"{number}").seq
        taken = at_once(*[partial(journal.take, "chat", seq, seconds=10)] * 4)
        assert sum(map(bool, taken)) == 1


def test_a_turn_that_nobody_ends_is_found_and_can_be_taken_again(journal: Journal, clock: Clock) -> None:
    seq = journal.receive("chat", "web", "hello").seq
    assert journal.take("chat", seq, seconds=15)
    assert not journal.take("chat", seq, seconds=15)
    clock.wait(seconds=21)
    assert [one.seq for one in journal.unanswered(older_than=20)] == [seq]
    assert journal.take("chat", seq, seconds=15)
    journal.answered("chat", seq)
    clock.wait(hours=1)
    assert journal.unanswered(older_than=20) == []
    assert not journal.take("chat", seq, seconds=15)


def test_a_clock_set_back_leaves_no_message_without_an_answer(journal: Journal, clock: Clock) -> None:
    seq = journal.receive("chat", "web", "hello").seq
    assert journal.take("chat", seq, seconds=15)
    clock.set(hours=-1)
    assert [one.seq for one in journal.unanswered(older_than=20)] == [seq]
    assert journal.take("chat", seq, seconds=15)


def test_typing_ends_also_when_the_clock_is_set_back(journal: Journal, clock: Clock) -> None:
    journal.receive("chat", "web", "hello")
    journal.typing("chat", seconds=6)
    assert journal.heads(["chat"])["chat"].typing
    clock.set(hours=-1)
    assert not journal.heads(["chat"])["chat"].typing


@pytest.mark.parametrize("text", ["a\0b", "half \ud83d emoji", "\ufffe", "’“😀", ""])
def test_any_text_is_kept_or_cleaned_but_never_lost(journal: Journal, text: str) -> None:
    journal.receive("chat", "web", text, key=text, content={"said": [text, {"name": text}]})
    entry = journal.since("chat")[0]
    assert entry.text == text.replace("\0", "\ufffd").replace("\ud83d", "\ufffd")
    assert entry.content["said"] == [entry.text, {"name": entry.text}]
    assert journal.receive("chat", "web", text, key=text).state == "waiting"


def test_what_is_pulled_is_not_put_into_the_outbox(journal: Journal, database: Database) -> None:
    journal.say("web-1", "assistant", "hello", channel="web", send=True)
    journal.say("telegram-1", "assistant", "hello", channel="telegram", send=True)
    journal.say("telegram-1", "assistant", "delivered by the caller", channel="telegram")
    with database.reading() as connection:
        assert connection.execute(sa.select(outbox.c.conversation)).scalars().all() == ["telegram-1"]


def test_nothing_is_said_in_a_chat_that_was_erased(journal: Journal) -> None:
    journal.receive("chat", "web", "hello")
    assert journal.erase("chat")
    assert journal.say("chat", "assistant", "hello") is None
    assert journal.since("chat") == []
    assert not journal.erase("chat")


def test_an_erased_chat_is_found_in_no_table(journal: Journal, database: Database) -> None:
    with database.writing() as connection:
        connection.exec_driver_sql(
            "CREATE TABLE events (id INTEGER PRIMARY KEY, sender_id VARCHAR(255), timestamp FLOAT, data TEXT)"
        )
        connection.exec_driver_sql("INSERT INTO events VALUES (1, 'marked chat', 1.0, 'marked')")
        connection.exec_driver_sql("INSERT INTO events VALUES (2, 'other', 1.0, 'kept')")
    journal.receive("marked chat", "telegram", "marked", key="marked", address={"chat_id": "marked"})
    journal.say("marked chat", "assistant", "marked", send=True, content={"buttons": [{"title": "marked"}]})
    journal.receive("other", "web", "kept")
    assert "marked" in everything(database)
    journal.erase("marked chat")
    assert "marked" not in everything(database)
    assert everything(database).count("kept") == 2


def test_an_erased_chat_that_begins_again_goes_on_counting_even_after_the_clock_was_set_back(
    journal: Journal, clock: Clock
) -> None:
    last = journal.receive("chat", "web", "hello").seq
    journal.erase("chat")
    clock.set(hours=-2)
    assert journal.receive("chat", "web", "hello again").seq > last
    assert len(journal.since("chat", last)) == 1


def test_a_message_that_comes_while_its_chat_is_erased_is_kept(database: Database) -> None:
    journal = Journal(database)
    for _ in range(15):
        journal.receive("chat", "web", "before", key="before")
        at_once(
            lambda: journal.erase("chat"),
            lambda: journal.receive("chat", "web", "one", key="one"),
            lambda: journal.receive("chat", "web", "two", key="two"),
            lambda: journal.erase("chat"),
        )
        assert journal.receive("chat", "web", "after", key="after").state == "new"
        journal.erase("chat")
