"""The sizing page says what was measured."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from companion.bench.figures import Results
from companion.bench.sizing import LOADS, need, sizing_table, write_sizing
from companion.settings import ROOT

PAGE = ROOT / "docs" / "sizing.md"
MEASURED = ROOT / "docs" / "benchmark.json"


def test_the_page_has_the_table_of_the_last_measurement() -> None:
    results = Results.of(json.loads(MEASURED.read_text(encoding="utf-8"))) if MEASURED.exists() else None
    assert sizing_table(results) in PAGE.read_text(encoding="utf-8"), "write it anew with 'make bench'"


def test_the_table_changes_and_the_rest_of_the_page_stays(tmp_path: Path) -> None:
    page = tmp_path / "sizing.md"
    page.write_text(PAGE.read_text(encoding="utf-8"), encoding="utf-8")
    write_sizing(Results(ours={"rate_16": [40.0], "memory": [800.0]}), page)
    assert "| 100,000 | 26.7 | 2 |" in page.read_text(encoding="utf-8")
    write_sizing(None, page)
    assert page.read_text(encoding="utf-8").count("##") == PAGE.read_text(encoding="utf-8").count("##")


@pytest.mark.parametrize(("conversations", "workers"), [(1, 2), (1_000, 2), (1_000_000, 14), (10_000_000, 134)])
def test_workers_follow_from_rate_and_load(conversations: int, workers: int) -> None:
    assert need(conversations, rate=40, megabytes=800).workers == workers


def test_every_load_of_the_promise_has_its_bottleneck() -> None:
    table = sizing_table(Results(ours={"rate_16": [40.0], "memory": [800.0]}))
    assert [f"| {load:,} |" in table for load in LOADS] == [True] * 3
