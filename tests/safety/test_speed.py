"""The check is fast for ordinary messages and never hangs."""

from __future__ import annotations

import time
from statistics import median

import pytest

from companion.safety import Triage

MESSAGE = (
    "hello my wife has been on enhertu since march and this morning she felt a bit tired and we wondered"
    " whether the next scan is in june or july and who tells us"
)


def seconds(triage: Triage, text: str) -> float:
    start = time.perf_counter()
    triage.assess(text)
    return time.perf_counter() - start


def test_an_ordinary_message_takes_at_most_three_milliseconds(triage: Triage) -> None:
    assert median(seconds(triage, MESSAGE) for _ in range(30)) <= 0.003


@pytest.mark.parametrize(
    "text",
    ["no pain " * 625, "what is chest pain " * 264, "xqzwv" * 1000, "so thirsty 5 times and " * 218, MESSAGE * 32],
)
def test_five_thousand_characters_take_at_most_a_tenth_of_a_second(triage: Triage, text: str) -> None:
    assert min(seconds(triage, text) for _ in range(3)) <= 0.1
