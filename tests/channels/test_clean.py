"""What is left of a message before it reaches Rasa."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from companion.channels.gate import clean


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("what is hormone therapy?", "what is hormone therapy?"),
        ("  spaces around  ", "spaces around"),
        ("/restart", "restart"),
        ("  /restart", "restart"),
        ("///restart", "restart"),
        ('/greet{"name": "x"}', 'greet{"name": "x"}'),
        ("\x00/restart", "restart"),
        ("and/or, 50/50", "and/or, 50/50"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("bell\x07 and escape\x1b[31m", "bell  and escape [31m"),
        ("\ud800 half a pair", "half a pair"),
        ("/", ""),
        ("", ""),
        (None, ""),
        ("<b>bold</b>", "<b>bold</b>"),
        ("naïve café 😭 آلام", "naïve café 😭 آلام"),
    ],
)
def test_a_message_is_kept_but_for_what_is_no_words(text: str | None, cleaned: str) -> None:
    assert clean(text) == cleaned


def test_five_thousand_characters_are_kept() -> None:
    assert len(clean("a" * 5000)) == 5000


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_no_control_character_is_left(text: str) -> None:
    assert not [one for one in clean(text) if ord(one) < 32 and one not in "\n\t"]


@given(st.text(alphabet="/ \t\n\x00ra", max_size=8))
@example("/ /restart")
def test_nothing_that_a_patient_types_is_a_developers_command(text: str) -> None:
    assert not clean(text).startswith("/"), f"{text!r} reaches Rasa as the command {clean(text)!r}"


def test_danger_at_the_end_of_a_long_message_reaches_the_triage() -> None:
    text = "We talked about the garden. " * 200 + "Now I cannot breathe."
    assert clean(text).endswith("Now I cannot breathe."), f"of {len(text)} characters the last are dropped"
