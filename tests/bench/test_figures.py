"""The harness's own logic; nothing here is timed."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from companion.bench import command
from companion.bench.asking import NoAnswerError, converse, crowd
from companion.bench.figures import MEASURES, Results, percentile
from companion.bench.report import table, write_report
from companion.bench.servers import Ours, Stock, resident


def results() -> Results:
    found = Results({"date": "2026-01-01"})
    for ours, other in ((10.0, 100.0), (20.0, 100.0), (30.0, 100.0)):
        found.add("ours", {"p95_1": ours, "rate_1": other * 4, "turn_5": 10, "turn_200": 10 + ours, "only_ours": 1})
        found.add("other", {"p95_1": other, "rate_1": other, "turn_5": 10, "turn_200": 40})
    return found


@pytest.mark.parametrize(("share", "expected"), [(0.5, 5), (0.95, 10), (0.99, 10), (0.1, 1), (0.0, 1)])
def test_a_percentile_is_a_value_that_was_measured(share: float, expected: float) -> None:
    assert percentile([10, 9, 8, 7, 6, 5, 4, 3, 2, 1], share) == expected


def test_of_nothing_there_is_none() -> None:
    assert math.isnan(percentile([], 0.5))


def test_a_ratio_is_the_median_of_the_repetitions_with_the_lowest_and_highest() -> None:
    latency, rate, *_ = results().comparisons()
    assert (latency.ratio, latency.low, latency.high) == (0.2, 0.1, 0.3)
    assert (rate.measure.id, rate.ratio) == ("rate_1", 4.0)


def test_promises_are_held_in_their_own_direction() -> None:
    latency, rate, *_ = results().comparisons()
    assert latency.met
    assert rate.met
    slow = Results(ours={"p95_1": [50], "rate_1": [2]}, other={"p95_1": [100], "rate_1": [1]})
    assert [one.met for one in slow.comparisons()] == [False, False]


def test_a_conversation_that_grows_slower_is_seen() -> None:
    assert results().growth() == (3.0, 2.0, 4.0)
    assert Results().growth() is None


def test_figures_survive_their_file() -> None:
    found = results()
    assert Results.of(json.loads(json.dumps(found.as_json()))) == found


def test_the_report_says_what_is_not_kept(tmp_path: Path) -> None:
    files = write_report(
        Results({"date": "x"}, {"p95_1": [50], "turn_5": [1], "turn_200": [9]}, {"p95_1": [100]}), tmp_path
    )
    page = files[0].read_text(encoding="utf-8")
    assert "| 50.0 ms | 100 ms | 0.500 (0.500–0.500) | ≤ 0.333 | **no** |" in page
    assert "Turn 200 takes 9.00 times as long as turn 5" in page
    assert files[1].read_bytes().startswith(b"\x89PNG")


def test_only_what_both_have_is_in_the_table() -> None:
    assert table(results()).count("\n") == 1 + 4
    assert len({measure.id for measure in MEASURES}) == len(MEASURES)


def test_memory_is_that_of_a_process_and_all_its_children() -> None:
    processes = "  1 0 10\n 20 1 100\n 21 20 50\n 22 21 7\n 30 1 1000\n"
    assert resident([20], processes) == 157 * 1024
    assert resident([99], processes) == 0


def test_turns_about_one_are_looked_at_together() -> None:
    talks = [[number / 1000 for number in range(1, 201)]]
    assert command._around(talks, 5) == 5
    assert command._around(talks, 50) == 50
    assert command._around(talks, 200) == 198


def test_who_begins_changes(tmp_path: Path) -> None:
    ours, stock = Ours(tmp_path), Stock(tmp_path)
    assert command._in_turns(0, ours, stock) == (ours, stock)
    assert command._in_turns(1, ours, stock) == (stock, ours)


def test_neither_is_led_to_real_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("COMPANION_DATABASE", "RASA_TOKEN", "OMP_NUM_THREADS", "TELEGRAM_TOKEN", "COMPANION_ENVIRONMENT"):
        monkeypatch.setenv(name, "the caller's")
    ours, stock = Ours(tmp_path), Stock(tmp_path)
    for project in (ours, stock):
        for _, own in project._commands():
            assert "the caller's" not in project._environment(own).values()
    assert str(tmp_path) in ours._commands()[0][1]["COMPANION_DATABASE"]


def test_our_messages_are_questions_and_dangers(tmp_path: Path) -> None:
    messages = Ours(tmp_path).messages()
    assert len(messages) > 1000
    assert not any(message.startswith(("-", "|")) for message in messages)


def test_a_crowd_asks_in_conversations_of_its_own(rest: str) -> None:
    load = crowd(rest, ["hello"], people=4, turns=3, name="c")
    assert len(load.turns) == 12
    assert load.rate > 0
    assert len(converse(rest, ["hello"], turns=5, name="d")) == 5


def test_an_error_is_no_turn(rest: str) -> None:
    with pytest.raises(NoAnswerError, match="500"):
        converse(rest, ["fail"], turns=1, name="d")
