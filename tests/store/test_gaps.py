"""Questions without an answer are counted, and their texts go when their chat goes."""

from __future__ import annotations

import pytest

from companion.store import Database, Journal
from companion.store.gaps import Gap, Gaps, texts_kept
from tests.clock import Clock
from tests.databases import at_once


@pytest.fixture
def gaps(database: Database, clock: Clock) -> Gaps:
    """What is counted."""
    return Gaps(database, clock=clock)


def asked(journal: Journal, text: str, conversation: str = "web-1") -> None:
    """A patient's message whose turn it is."""
    journal.take(conversation, journal.receive(conversation, "web", text).seq, seconds=15)


def test_they_are_counted_by_theme_the_most_frequent_first(gaps: Gaps) -> None:
    for theme in ("surgery", "other", "other"):
        gaps.count(theme)
    assert gaps.since(30) == [Gap("other", 2), Gap("surgery", 1)]


def test_only_the_days_asked_for_count(gaps: Gaps, clock: Clock) -> None:
    gaps.count("surgery")
    clock.wait(days=29)
    gaps.count("surgery")
    assert gaps.since(30) == [Gap("surgery", 2)]
    assert gaps.since(29) == [Gap("surgery", 1)]


def test_the_message_being_answered_can_be_kept(gaps: Gaps, journal: Journal) -> None:
    asked(journal, "does it hurt the cat")
    journal.receive("web-1", "web", "hello?")
    gaps.count("other", text_of="web-1")
    assert gaps.since(30) == [Gap("other", 1, ("does it hurt the cat",))]


def test_a_chat_that_is_not_there_is_counted_all_the_same(gaps: Gaps) -> None:
    gaps.count("other", text_of="nobody")
    assert gaps.since(30) == [Gap("other", 1)]


def test_the_text_goes_with_its_chat_and_the_count_stays(gaps: Gaps, journal: Journal) -> None:
    asked(journal, "does it hurt the cat")
    gaps.count("other", text_of="web-1")
    journal.erase("web-1")
    assert gaps.since(30) == [Gap("other", 1)]


def test_counting_at_once_loses_none(gaps: Gaps) -> None:
    at_once(*[lambda: gaps.count("other")] * 5)
    assert gaps.since(30) == [Gap("other", 5)]


def test_texts_are_kept_only_by_the_deployers_word() -> None:
    assert not texts_kept({})
    assert not texts_kept({"COMPANION_KEEP_UNANSWERED": "0"})
    assert texts_kept({"COMPANION_KEEP_UNANSWERED": "1"})
