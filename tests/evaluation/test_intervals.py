"""Intervals agree with published and closed-form values."""

from __future__ import annotations

import math

import pytest

from companion.evaluation.intervals import Rate


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    # Newcombe 1998, doi 10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E, table I, method 3.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_agrees_with_newcombes_table(hits: int, of: int, low: float, high: float) -> None:
    assert Rate(hits, of).wilson() == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    # The same table, method 5.
    [(81, 263, 0.2527, 0.3676), (15, 148, 0.0578, 0.1617), (0, 20, 0.0, 0.1684), (1, 29, 0.0009, 0.1776)],
)
def test_clopper_pearson_agrees_with_newcombes_table(hits: int, of: int, low: float, high: float) -> None:
    assert Rate(hits, of).clopper_pearson() == pytest.approx((low, high), abs=5e-5)


def test_all_right_still_leaves_room_for_a_miss() -> None:
    low, high = Rate(300, 300).clopper_pearson()
    assert low == pytest.approx(0.025 ** (1 / 300))
    assert high == 1.0


def test_no_messages_tell_nothing() -> None:
    assert math.isnan(Rate(0, 0).value)
    assert Rate(0, 0).wilson() == (0.0, 1.0)
    assert Rate(0, 0).clopper_pearson() == (0.0, 1.0)
