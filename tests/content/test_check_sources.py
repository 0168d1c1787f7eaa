"""Sources that can be trusted, and content that grows old."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from companion.content.checks import review, sources
from tests.content.conftest import TODAY, Copy

HORMONES = "content/answers/hormone_therapy.yml"
DUE = date(2027, 11, 22)


@pytest.mark.parametrize(("days", "severity"), [(1, "warning "), (30, "warning "), (31, "")])
def test_an_overdue_review_is_a_warning_for_thirty_days_and_then_an_error(copy: Copy, days: int, severity: str) -> None:
    copy.spoil("content/answers/prognosis_life_expectancy.yml", "next_due: 2027-11-22", "next_due: 2029-01-01")
    message = f"the review was due on 2027-11-22 ({days} days ago); have it reviewed and set a new date"
    assert copy.told_by(review.overdue, today=DUE + timedelta(days)) == [f"{severity}{HORMONES}:16: {message}"]


def test_a_review_that_is_due_today_passes(copy: Copy) -> None:
    assert copy.told_by(review.overdue, today=DUE) == []


def test_a_draft_is_no_error(copy: Copy) -> None:
    assert copy.told() == []


def test_a_signature_of_tomorrow_is_told(copy: Copy) -> None:
    signed = "{status: reviewed, by: Dr A. Example, signed: 2026-11-23, next_due: 2027-11-22}"
    copy.spoil(HORMONES, "{status: draft, by: null, signed: null, next_due: 2027-11-22}", signed)
    message = "'signed' is 2026-11-23, which is still to come; give the day it was signed"
    assert copy.told_by(review.signed_later) == [f"{HORMONES}:16: {message}"]


def test_a_source_checked_tomorrow_is_told(copy: Copy) -> None:
    path = copy.root / "content/sources.yml"
    path.write_text(path.read_text().replace("2026-11-22", "2026-11-23", 1))
    message = "'checked' is 2026-11-23, which is still to come; give the day the page was opened"
    assert copy.told_by(review.signed_later) == [f"content/sources.yml:6: {message}"]


def test_a_source_nobody_opened_for_a_year_is_a_warning(copy: Copy) -> None:
    path = copy.root / "content/sources.yml"
    path.write_text(path.read_text().replace("2026-11-22", "2025-11-21", 1))
    message = "the source 'nhs_tamoxifen' was last checked on 2025-11-21; open it again and set the date"
    assert copy.told_by(review.stale_sources, today=TODAY) == [f"warning content/sources.yml:6: {message}"]


def test_an_http_address_is_a_warning(copy: Copy) -> None:
    copy.spoil("content/sources.yml", "https://www.nhs.uk/999/", "http://www.nhs.uk/999/")
    message = "'uk_999' has an http address; use https if the page opens with it"
    assert copy.told_by(sources.plain_http) == [f"warning content/sources.yml:16: {message}"]


@pytest.mark.parametrize(
    "address", ["https://www.webmd.com/breast-cancer/x", "https://en.wikipedia.org/wiki/Tamoxifen"]
)
def test_a_commercial_or_user_written_site_is_told(copy: Copy, address: str) -> None:
    copy.spoil("content/sources.yml", "https://www.nhs.uk/medicines/tamoxifen/", address)
    (told,) = copy.told_by(sources.commercial)
    assert told.startswith("content/sources.yml:4: 'nhs_tamoxifen' cites ")
    assert told.endswith("cite an official body, a charity of standing or a reviewed paper")


def test_a_site_that_only_ends_like_a_commercial_one_passes(copy: Copy) -> None:
    copy.spoil("content/sources.yml", "https://www.nhs.uk/999/", "https://notmedium.com/999/")
    assert copy.told_by(sources.commercial) == []


def test_one_of_the_five_articles_is_no_source(copy: Copy) -> None:
    copy.spoil("content/sources.yml", "https://www.nhs.uk/999/", "https://example.org/003_e6fbcbc4ee58e026.txt")
    message = "'uk_999' is one of the five articles, which are not evidence; cite where the fact comes from"
    assert copy.told_by(sources.articles) == [f"content/sources.yml:13: {message}"]


def test_the_title_of_one_of_the_five_articles_is_a_warning(copy: Copy) -> None:
    copy.spoil("content/sources.yml", "title: Outlook", "title: What is metastatic breast cancer?")
    message = "'nhs_outlook' has the title of one of the five articles; make sure that it is another page"
    assert copy.told_by(sources.articles) == [f"warning content/sources.yml:8: {message}"]


def test_an_answer_without_a_source_is_told(copy: Copy) -> None:
    copy.spoil(HORMONES, "sources: [nhs_tamoxifen]", "sources: []")
    (told,) = copy.told()
    assert told.startswith(f"{HORMONES}:14: 'sources'")
