"""Tapping a quick reply sends its words: they mean what the button says, and are no danger."""

from __future__ import annotations

from companion.content import Library
from tests.conftest import Chat


def test_no_quick_reply_raises_a_red_flag(chat: Chat) -> None:
    library = Library.load()
    wrong = {}
    for text in library.quick_replies:
        parsed = chat.understand(text)
        if parsed["red_flags"]:
            wrong[text] = parsed["red_flags"][0]["id"]
    assert not wrong, f"whoever taps one of these is told to call for help: {wrong}"


def test_every_quick_reply_means_what_it_says(chat: Chat) -> None:
    for text, intent in Library.load().typed_buttons.items():
        assert chat.understand(text)["intent"]["name"] == intent, text
