"""How to reach somebody, as people write it. Numbers and addresses are those kept for fiction."""

from __future__ import annotations

import pytest

from companion.dialogue.contact_details import find_contact


@pytest.mark.parametrize(
    ("written", "region", "read_back"),
    [
        ("020 7946 0123", "GB", "020 7946 0123"),
        ("02079460123", "GB", "020 7946 0123"),
        ("+44 (0)20 7946 0123", "GB", "020 7946 0123"),
        ("+44 (0)20 7946 0123", None, "+44 20 7946 0123"),
        ("+44 (0)20 7946 0123", "US", "+44 20 7946 0123"),
        ("0044 20 7946 0123", None, "+44 20 7946 0123"),
        ("011 44 20 7946 0123", "US", "+44 20 7946 0123"),
        ("tel:020.7946.0123", "GB", "020 7946 0123"),
        ("020-7946-0123 ext 12", "GB", "020 7946 0123 x12"),
        ("(202) 555-0123", "US", "(202) 555-0123"),
        ("2025550123", "US", "(202) 555-0123"),
        ("+353 1 555 0123", "IE", "(01) 555 0123"),
        ("oh two oh seven nine four six oh one two three", "GB", "020 7946 0123"),
        ("It is oh-two-oh, double seven... no wait, 020 7946 0123", "GB", "020 7946 0123"),
        ("two zero two, triple five, oh one two three", "US", "(202) 555-0123"),
        ("plus four four twenty seventy-nine forty six oh one twenty three", None, "+44 20 7946 0123"),
        ("I'm Ann, ring me on 020 7946 0123 after 4", "GB", "020 7946 0123"),
        ("020 7946 0123 4pm", "GB", "020 7946 0123"),
        ("０２０ ７９４６ ０１２３", "GB", "020 7946 0123"),
        ("07700900123", None, "0770 090 0123"),
        ("ann@example.org", None, "ann@example.org"),
        ("My e-mail is Ann.Smith@Example.ORG.", "GB", "Ann.Smith@example.org"),
        ("ann at example dot org", None, "ann@example.org"),
        ("reach me at ann dot smith at example dot org", None, "ann.smith@example.org"),
        ("ann (at) example (dot) org", None, "ann@example.org"),
        ("ann @ example.org", None, "ann@example.org"),
        ("ann underscore smith at example dot co dot uk", None, "ann_smith@example.co.uk"),
    ],
)
def test_it_is_found_and_read_back_clearly(written: str, region: str | None, read_back: str) -> None:
    found = find_contact(written, region)
    assert found is not None, f"nothing is found in '{written}'"
    assert found.text == read_back


@pytest.mark.parametrize(
    "written",
    [
        "my fever was 39.5",
        "on 12.11.2026",
        "2026-11-22",
        "after 4 or 5 or 6 pm",
        "one two three",
        "my hospital number is 12345",
        "I'm at St. Mary's",
        "ring me at home",
        "0" * 40,
        "",
    ],
)
def test_what_is_none_is_not_taken_for_one(written: str) -> None:
    assert find_contact(written, "GB") is None


@pytest.mark.parametrize(
    ("written", "region", "sure"),
    [("020 7946 0123", "GB", True), ("020 7946", "GB", False), ("555 0123", "US", False), ("5550123", None, True)],
)
def test_what_looks_odd_is_marked_not_refused(written: str, region: str | None, sure: bool) -> None:
    found = find_contact(written, region)
    assert found is not None
    assert found.sure is sure
