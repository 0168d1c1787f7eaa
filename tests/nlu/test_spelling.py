"""Misspelt words are read as what they were meant to be; names, figures and right words stay as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from companion.content import Library
from companion.encoder import SentenceEncoder, built_encoder
from companion.nlu.spelling import Spelling

#: What people ask about again and again.
EXAMPLES = [
    "what is the difference between a primary and a secondary",
    "does treatment hurt",
    "which treatment is next",
    "symptoms in the brain",
    "can it be cured",
    "how does a trial work",
    "who makes letrozole and keytruda",
] * 20


@pytest.fixture(scope="module")
def english() -> frozenset[str]:
    """Common words."""
    return SentenceEncoder(built_encoder()).words


@pytest.fixture(scope="module")
def spelling(english: frozenset[str]) -> Spelling:
    """With the words of the content and of these examples."""
    return Spelling.learn(EXAMPLES, english, Library.load())


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("wot is the diffrence btween a met and the primery", "what is the difference between a met and the primary"),
        ("what is tretment for", "what is treatment for"),
        ("synptoms of brane mets", "symptoms of brain mets"),
        ("is it secondry canser", "is it secondary cancer"),
        ("wat is keytruder", "what is keytruda"),
        ("im on letrozol u no", "I'm on letrozole you no"),
        ("WOT IS TRETMENT", "what IS treatment"),
    ],
)
def test_a_misspelt_word_is_read_as_it_was_meant(spelling: Spelling, written: str, meant: str) -> None:
    assert spelling.correct(written) == meant


@pytest.mark.parametrize(
    "text",
    [
        "What is metastatic breast cancer?",
        "my oncologist reckons the nodules got smaller",
        "My friend Primerly lives in Trelment",
        "LVEF was 55 and the CA15-3 is 40",
        "how do ADCs and PROTACs work",
        "39.5",
        "",
        "😭😭",
        "¿Qué es la quimioterapia?",
    ],
)
def test_everything_else_stays_as_it_is(spelling: Spelling, text: str) -> None:
    assert spelling.correct(text) == text


def test_what_was_learnt_can_be_stored(spelling: Spelling, english: frozenset[str], tmp_path: Path) -> None:
    spelling.save(tmp_path)
    stored = Spelling.load(tmp_path, english, Library.load())
    assert stored.correct("secondry tretment") == spelling.correct("secondry tretment") == "secondary treatment"
