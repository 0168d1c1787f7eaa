"""Short enough to be read, plain enough to be understood."""

from __future__ import annotations

import pytest

from companion.content.checks import lengths
from tests.content.conftest import Copy

HORMONES = "content/answers/hormone_therapy.yml"
OUTLOOK = "content/answers/prognosis_life_expectancy.yml"
HARD = "Pharmacological administration necessitates individualised multidisciplinary deliberation."


@pytest.mark.parametrize(
    ("name", "before", "field", "most"),
    [
        (HORMONES, "Hormone therapy treats", "short", 90),
        (HORMONES, "You take most kinds", "more", 250),
        (HORMONES, "one says that it comes first.", "differs", 80),
        (HORMONES, "Hot flushes are common.", "aspects.side_effects", 80),
        (OUTLOOK, "Some people want numbers.", "numbers.ask", 50),
        (OUTLOOK, "In one country,", "numbers.figures", 150),
        (OUTLOOK, "That is fine.", "numbers.declined", 50),
        ("content/medicines.yml", "Tamoxifen is a tablet.", "line", 60),
        ("content/escalations.yml", "Say how high it is.", "fever_on_treatment", 110),
        ("content/escalations.yml", "Say what is wrong.", "first + then", 110),
        ("content/escalations.yml", "Tell the nurse about all of them.", "combination", 110),
    ],
)
def test_a_text_of_too_many_words_is_told(copy: Copy, name: str, before: str, field: str, most: int) -> None:
    copy.spoil(name, before, "Well. " * most + before)
    (told,) = copy.told_by(lengths.too_long)
    assert told.startswith(f"{name}:")
    assert f"'{field}' has " in told
    assert told.endswith(f"words; at most {most}: shorten it")


def test_an_answer_of_exactly_ninety_words_passes(copy: Copy) -> None:
    path = copy.root / OUTLOOK
    words = "It varies a lot. Many people live for years. Nobody can tell what will happen to you."
    path.write_text(path.read_text().replace(words, " ".join(["well"] * 90)))
    assert copy.told_by(lengths.too_long) == []


def test_words_are_counted_where_the_phone_numbers_are_longest(copy: Copy) -> None:
    copy.spoil("content/escalations.yml", "Say how high it is.", "Well. " * 80)
    assert copy.told_by(lengths.too_long) == []
    name = " ".join(["Word"] * 40)
    copy.spoil("content/helplines.yml", '{number: "999", source: uk_999}', f'{{number: "{name}", source: uk_999}}')
    assert copy.told_by(lengths.too_long)[0].startswith("content/escalations.yml:18: 'fever_on_treatment' has 1")


@pytest.mark.parametrize(
    ("name", "old", "field"),
    [
        (HORMONES, "It blocks oestrogen or lowers it.", "short"),
        (HORMONES, "You take most kinds as a tablet at home.", "more"),
        (HORMONES, "One says that it depends.", "differs"),
        (HORMONES, "Many can be eased.", "aspects.side_effects"),
        (OUTLOOK, "I will not show them.", "numbers.declined"),
        ("content/medicines.yml", "It keeps oestrogen away from cancer cells.", "line"),
        ("content/notices.yml", "What would you like to know?", "text"),
        ("content/escalations.yml", "Say how high it is.", "fever_on_treatment"),
        ("content/escalations.yml", "Tell the nurse about all of them.", "combination"),
    ],
)
def test_a_text_that_is_hard_to_read_is_told_with_its_grade_and_the_raw_one(
    copy: Copy, name: str, old: str, field: str
) -> None:
    copy.spoil(name, old, HARD)
    (told,) = copy.told_by(lengths.too_hard)
    assert told.startswith(f"{name}:")
    assert f"'{field}' has reading grade " in told
    assert " (raw " in told
    assert told.endswith("; at most 8: use shorter sentences and shorter words")


def test_the_names_of_medicines_do_not_make_a_text_hard(copy: Copy) -> None:
    copy.spoil(HORMONES, "Many can be eased.", "Ask about tamoxifen, tamoxifen and tamoxifen.")
    assert copy.told_by(lengths.too_hard) == []


def test_a_disagreement_says_at_once_that_it_is_one(copy: Copy) -> None:
    copy.spoil(HORMONES, "Sources differ: one", "One source")
    assert copy.told_by(lengths.differs_opening) == [f"{HORMONES}:9: 'differs' must begin with \"Sources differ:\""]
