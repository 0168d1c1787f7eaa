"""How a message looks in Slack."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from companion.content import Library
from companion.dialogue.replies import Writer
from companion.dialogue.subject import Lookup
from companion.platforms.slack_form import button_place, home_view, slack_messages
from companion.settings import Settings
from tests.platforms.slack_rules import faults
from tests.platforms.test_spans import ANSWER, SOURCE, entry


def checked(one: Any) -> list[dict[str, Any]]:
    """The messages of an entry; none breaks a rule."""
    messages = slack_messages(one)
    for message in messages:
        quiet = {"channel": "D0TEST", "link_names": False, "unfurl_links": False, "unfurl_media": False}
        assert list(faults("chat.postMessage", {**quiet, **message})) == []
    return messages


def test_a_source_is_a_link_and_the_disclaimer_stands_in_small_type() -> None:
    [message] = checked(entry(ANSWER, parts={"sources": [SOURCE], "disclaimer": "General information."}))
    body, small = message["blocks"]
    assert "- <https://example.org/hormone|Hormone therapy> (Example Charity), checked" in body["text"]["text"]
    assert small == {
        "type": "context",
        "elements": [{"type": "mrkdwn", "text": "General information.", "verbatim": True}],
    }


def test_a_question_after_the_disclaimer_stays_after_it() -> None:
    [message] = checked(entry(f"{ANSWER}\n\nShall I show figures?", parts={"disclaimer": "General information."}))
    assert [block["type"] for block in message["blocks"]] == ["section", "context", "section"]


def test_a_screen_reader_is_given_everything() -> None:
    [message] = checked(entry(ANSWER, parts={"disclaimer": "General information."}))
    assert message["text"].replace("<", "").replace(">", "") == ANSWER


def test_an_escalations_first_sentence_is_strong() -> None:
    [message] = checked(entry("Call 999 now. Do not wait.", urgency="emergency", red_flags=[{}]))
    assert message["blocks"][0]["text"]["text"] == "*Call 999 now.* Do not wait."


def test_all_buttons_are_kept_five_in_a_row() -> None:
    buttons = [{"title": f"Choice {number}", "payload": "x" * 5000} for number in range(12)]
    [message] = checked(entry("Well?", buttons=buttons))
    rows = [block["elements"] for block in message["blocks"] if block["type"] == "actions"]
    assert [len(row) for row in rows] == [5, 5, 2]
    assert button_place(rows[2][1]["value"]) == ("slack-T0TEST-D0TEST", 12, 11)


def test_a_long_message_comes_in_several_its_first_words_first() -> None:
    messages = checked(entry("Call 999 now. " + "More words follow here. " * 800, urgency="emergency", red_flags=[{}]))
    assert len(messages) > 1
    assert messages[0]["text"].startswith("Call 999 now.")


def test_nothing_to_show_is_nothing_to_send() -> None:
    assert checked(entry("")) == []
    assert len(checked(entry("", buttons=[{"title": "<Yes>"}]))) == 1


@given(text=st.text(max_size=9000), title=st.text(min_size=1, max_size=80))
def test_whatever_the_words_no_rule_is_broken(text: str, title: str) -> None:
    checked(entry(text, buttons=[{"title": title}], urgency="soon", red_flags=[{}]))


@given(text=st.text(st.sampled_from("<>&|*_`~!@# \nab"), max_size=300))
def test_marks_are_words(text: str) -> None:
    address = f"https://example.org/{'|'.join(text.split()) or 'a'}"
    checked(entry(f"{text}\n\n{address}", urgency="soon", red_flags=[{}]))


def test_every_answer_and_notice_is_sent_whole() -> None:
    library = Library.load()
    writer = Writer(library, Settings(country="GB", care_line="020 7946 0000"))
    replies = [writer.answer(Lookup(topic), first=True) for topic in library.answers]
    replies += [writer.more(topic) for topic in library.answers]
    replies += [writer.notice(name) for name in library.notices]
    for reply in replies:
        [message] = checked(entry(reply.text, buttons=reply.as_buttons()))
        assert re.sub("[<>]", "", message["text"]).replace("&amp;", "&").split() == reply.text.split()
    view = home_view(writer.notice("slack_home").text)
    assert list(faults("views.publish", {"user_id": "U0TEST", "view": view})) == []
