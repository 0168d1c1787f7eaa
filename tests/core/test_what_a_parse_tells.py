"""Every parse carries the urgency and the red flags, as the public contract says."""

from __future__ import annotations

import pytest

from tests.conftest import Chat


@pytest.mark.parametrize(
    "text", ["What is hormone therapy?", "hello", "😭", "¿Qué es la quimioterapia y para qué sirve?"]
)
def test_a_message_without_danger_says_so(chat: Chat, text: str) -> None:
    parsed = chat.understand(text)
    assert parsed["urgency"] == "none"
    assert parsed["red_flags"] == []


def test_red_flags_come_most_urgent_first_with_the_words_that_gave_them(chat: Chat) -> None:
    text = "I have a fever of 39 on chemo and now I have chest pain and can't breathe"
    parsed = chat.understand(text)
    assert parsed["urgency"] == parsed["red_flags"][0]["urgency"] == "emergency"
    for flag in parsed["red_flags"]:
        assert set(flag) == {"id", "urgency", "text"}
        assert flag["text"].lower() in text.lower()


def test_a_slash_does_not_hide_danger(chat: Chat) -> None:
    assert chat.understand("/I have chest pain and can't breathe")["urgency"] == "emergency"


@pytest.mark.parametrize("text", ["/restart", "/greet"])
def test_a_developers_command_has_an_urgency_too(chat: Chat, text: str) -> None:
    parsed = chat.understand(text)
    assert parsed.get("urgency") == "none", f"the parse of '{text}' has no urgency: {sorted(parsed)}"
