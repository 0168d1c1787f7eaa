"""What every platform shows of a message: all of its words, in order."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from companion.platforms.spans import Span, pack, paragraphs, plain
from companion.store import Entry

SOURCE = {"title": "Hormone therapy", "publisher": "Example Charity", "address": "https://example.org/hormone"}
ANSWER = (
    "Hormone therapy slows it.\n\nSources:\n"
    "- Hormone therapy (Example Charity), checked 22 November 2026: https://example.org/hormone\n"
    "- Another (Example Hospital), checked 22 November 2026: https://example.org/other\n\nGeneral information."
)


def entry(text: str, sender: Any = "assistant", name: str | None = None, **content: Any) -> Entry:
    return Entry("slack-T0TEST-D0TEST", 12, sender, text, datetime.now(timezone.utc), name, content)


def test_a_sources_title_becomes_the_link_that_stood_behind_it() -> None:
    _, sources, _ = paragraphs(entry(ANSWER, parts={"sources": [SOURCE]}))
    assert Span("Hormone therapy", link=SOURCE["address"]) in sources
    assert " (Example Charity), checked 22 November 2026\n" in [span.text for span in sources]


def test_a_source_that_is_not_told_as_one_keeps_its_address() -> None:
    _, sources, _ = paragraphs(entry(ANSWER, parts={"sources": [SOURCE]}))
    assert Span("https://example.org/other", link="https://example.org/other") in sources


def test_without_structure_the_words_are_as_they_are() -> None:
    assert "\n\n".join(plain(part) for part in paragraphs(entry(ANSWER))) == ANSWER


def test_structure_that_is_none_does_no_harm() -> None:
    for parts in (None, [], "x", {"sources": "x"}, {"sources": [7, {"title": 1}, {"title": "", "address": "x"}]}):
        assert "\n\n".join(plain(part) for part in paragraphs(entry(ANSWER, parts=parts))) == ANSWER


def test_the_first_sentence_of_an_escalation_is_strong() -> None:
    [part] = paragraphs(entry("Call 999 now. Do not wait.", urgency="emergency", red_flags=[{"id": "chest_pain"}]))
    assert part == (Span("Call 999 now.", strong=True), Span(" Do not wait."))


def test_a_persons_name_comes_first() -> None:
    assert plain(paragraphs(entry("Hello.", "person", "Anna, nurse"))[0]) == "Anna, nurse:"


def test_a_script_address_is_no_link() -> None:
    source = {"title": "Hormone therapy", "address": "javascript:alert(1)"}
    text = "- Hormone therapy (X), checked 1 May 2026: javascript:alert(1)"
    assert all(span.link is None for part in paragraphs(entry(text, parts={"sources": [source]})) for span in part)


_texts = st.text(st.sampled_from("ab.! \n\U0001f600\u0301<&"), max_size=400)


@given(texts=st.lists(_texts, max_size=6), limit=st.integers(10, 120))
def test_nothing_is_lost_doubled_or_moved_when_a_message_is_split(texts: list[str], limit: int) -> None:
    parts = paragraphs(entry("\n\n".join(texts)))
    groups = pack(parts, lambda part: len(plain(part)), limit, 2)
    assert all(sum(len(plain(part)) + 2 for part in group) - 2 <= limit for group in groups)
    kept = "".join("".join(plain(part).split()) for group in groups for part in group)
    assert kept == "".join("".join(plain(part).split()) for part in parts)


def test_a_long_paragraph_is_cut_at_the_end_of_a_sentence() -> None:
    text = "One sentence here. " * 10
    groups = pack(paragraphs(entry(text)), lambda part: len(plain(part)), 50, 2)
    assert all(plain(part).endswith(".") for group in groups for part in group)
