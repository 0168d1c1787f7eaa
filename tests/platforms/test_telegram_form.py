"""How a message looks in Telegram."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from companion.content import Library
from companion.dialogue.replies import Writer
from companion.dialogue.subject import Lookup
from companion.platforms.telegram_form import button_place, telegram_messages
from companion.settings import Settings
from tests.platforms.telegram_rules import faults
from tests.platforms.test_spans import ANSWER, SOURCE, entry


def checked(one: Any) -> list[dict[str, Any]]:
    """The messages of an entry; none breaks a rule."""
    messages = telegram_messages(one)
    for message in messages:
        assert list(faults("sendMessage", {"chat_id": 1, **message})) == []
    return messages


def test_a_source_is_a_link() -> None:
    [message] = checked(entry(ANSWER, parts={"sources": [SOURCE]}))
    [link] = [one for one in message["entities"] if one["type"] == "text_link"]
    assert message["text"][link["offset"] : link["offset"] + link["length"]] == "Hormone therapy"
    assert link["url"] == SOURCE["address"]
    assert message["link_preview_options"] == {"is_disabled": True}


def test_places_are_counted_as_telegram_counts_them() -> None:
    text = "\U0001f600 Call 999 now. Then wait."
    [message] = checked(entry(text, urgency="emergency", red_flags=[{}]))
    assert message["entities"] == [{"type": "bold", "offset": 0, "length": 16}]


def test_an_escalations_first_words_open_the_first_message() -> None:
    long = "Call 999 now. " + "More words follow here. " * 400
    messages = checked(entry(long, urgency="emergency", red_flags=[{}]))
    assert len(messages) == 3
    assert messages[0]["text"].startswith("Call 999 now.")


def test_buttons_stand_below_the_last_part_each_in_a_row() -> None:
    buttons = [{"title": f"Choice {number}", "payload": "x" * 500} for number in range(12)]
    messages = checked(entry("Words. " * 1000, buttons=buttons))
    assert "reply_markup" not in messages[0]
    rows = messages[-1]["reply_markup"]["inline_keyboard"]
    assert [row[0]["text"] for row in rows] == [button["title"] for button in buttons]
    assert button_place(rows[11][0]["callback_data"]) == (12, 11)


def test_buttons_that_are_none_are_left_out_and_the_others_keep_their_place() -> None:
    buttons = [7, {"title": ""}, {"payload": "x"}, {"title": "Yes", "payload": "Yes"}]
    [message] = checked(entry("Well?", buttons=buttons))
    assert message["reply_markup"]["inline_keyboard"] == [[{"text": "Yes", "callback_data": "12:3"}]]


def test_nothing_to_show_is_nothing_to_send() -> None:
    assert checked(entry("")) == []
    assert len(checked(entry("", buttons=[{"title": "Yes"}]))) == 1


@given(text=st.text(max_size=9000), title=st.text(min_size=1, max_size=80))
def test_whatever_the_words_no_rule_is_broken(text: str, title: str) -> None:
    checked(entry(text, buttons=[{"title": title}], urgency="soon", red_flags=[{}]))


def test_every_answer_and_notice_is_sent_whole() -> None:
    library = Library.load()
    writer = Writer(library, Settings(country="GB", care_line="020 7946 0000"))
    replies = [writer.answer(Lookup(topic), first=True) for topic in library.answers]
    replies += [writer.more(topic) for topic in library.answers]
    replies += [writer.notice(name) for name in library.notices]
    for reply in replies:
        messages = checked(entry(reply.text, buttons=reply.as_buttons()))
        assert "".join(message["text"] for message in messages).split() == reply.text.split()
        assert len(messages) == 1
