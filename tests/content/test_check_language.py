"""Words that hurt, mislead or may not be said."""

from __future__ import annotations

import pytest

from companion.content.checks import language, spelling
from tests.content.conftest import Copy

HORMONES = "content/answers/hormone_therapy.yml"
OUTLOOK = "content/answers/prognosis_life_expectancy.yml"


@pytest.mark.parametrize(
    "sentence",
    [
        "About 1 in 3 live for longer.",
        "In England, 28 in 100 lived.",
        "The five-year survival is thirty per cent.",
        "It has a five-year survival of 30%.",
        "Half of all people survive.",
        "One in three people are alive after that.",
        "Most people live for two to three years.",
        "People with it live about 18 months.",
        "Of 100 people, 28 are alive later.",
        "After five years, about a third were still alive.",
        "Median survival was 33 months.",
        "About 30 in 100 people whose cancer is found at stage 4 live on.",
        "Some are still living 10 years later.",
        "Life expectancy is 3 years.",
        "More than two thirds\n    die of it.",
    ],
)
def test_a_figure_of_survival_is_told_wherever_it_stands(copy: Copy, sentence: str) -> None:
    copy.spoil(HORMONES, "Hot flushes are common.", sentence)
    (told,) = copy.told_by(language.survival_figures)
    assert told.startswith(f"{HORMONES}:12: 'aspects.side_effects' holds a figure of survival ('")
    assert "figures stand under numbers.figures only" in told


@pytest.mark.parametrize(
    "sentence",
    [
        "Many people live for years.",
        "Some live many years with it.",
        "People who had surgery did not live longer.",
        "About 7 in 10 breast cancers have hormone receptors.",
        "In studies about 12 in 100 people had this, and a few died of it.",
        "It was approved in 2025. What you can have depends on where you live.",
        "The USA approved it in May 2026, but that depends on where you live.",
        "It is given every 3 weeks. Many people die of it in the end.",
        "About three in four women living with it had it before.",
        "Stage 4 does not say how long people live.",
    ],
)
def test_a_sentence_without_a_figure_of_survival_passes(copy: Copy, sentence: str) -> None:
    copy.spoil(HORMONES, "Hot flushes are common.", sentence)
    assert copy.told_by(language.survival_figures) == []


@pytest.mark.parametrize(
    ("name", "old"),
    [
        ("content/medicines.yml", "Tamoxifen is a tablet."),
        ("content/notices.yml", "I could not answer."),
        ("content/escalations.yml", "Say how high it is."),
        # Everybody who asks about the outlook reads these two, whether they want numbers or not.
        (OUTLOOK, "Some people want numbers."),
        (OUTLOOK, "I will not show them."),
    ],
)
def test_a_figure_of_survival_is_told_in_every_file(copy: Copy, name: str, old: str) -> None:
    copy.spoil(name, old, "About 1 in 3 live.")
    assert "holds a figure of survival ('1 in 3 live')" in copy.told_by(language.survival_figures)[0]


@pytest.mark.parametrize(
    ("words", "instead"),
    [
        ("her battle with cancer", "living with cancer"),
        ("fighting cancer", "treat the cancer"),
        ("you are so brave", "nobody has to be brave"),
        ("a true warrior", "nobody has to be brave"),
        ("cancer victims", "people with breast cancer"),
        ("a terminal illness", "cancer that cannot be cured"),
        ("after failed treatment", "the treatment stopped working"),
        ("failed chemotherapy", "the treatment stopped working"),
        ("when the patient failed it", "the treatment stopped working"),
        ("people suffer from it", "live with"),
        ("to commit suicide", "end their life"),
        ("You are fine", "say what to do"),
        ("You\u2019re fine", "say what to do"),
        ("There is nothing to worry about", "say what to do"),
        ("Don't worry", "say what to do"),
        ("Wait\n    and see", "whom to tell"),
    ],
)
def test_a_word_we_do_not_use_is_told_with_what_to_write(copy: Copy, words: str, instead: str) -> None:
    copy.spoil(HORMONES, "Many can be eased.", f"So: {words}.")
    (told,) = copy.told_by(language.words_not_used)
    assert told.startswith(f"{HORMONES}:12: 'aspects.side_effects' uses '")
    assert instead in told


def test_words_on_buttons_are_read_too(copy: Copy) -> None:
    copy.spoil("content/buttons.yml", "Talk to a person", "Fight it with us")
    assert copy.told_by(language.words_not_used)[0].startswith("content/buttons.yml:2: 'text' uses 'Fight'")


def test_that_is_fine_passes(copy: Copy) -> None:
    copy.spoil(HORMONES, "Many can be eased.", "Both are fine. That is fine. You are finely tuned.")
    assert copy.told_by(language.words_not_used) == []


def test_women_alone_are_a_warning(copy: Copy) -> None:
    copy.spoil(HORMONES, "Hot flushes are common.", "Many women get hot flushes.")
    message = "'aspects.side_effects' speaks of women without men or people nearby; write 'people' where it fits"
    assert copy.told_by(language.women_alone) == [f"warning {HORMONES}:12: {message}"]


@pytest.mark.parametrize("sentence", ["Women and men can have it.", "People can have it, most of them women."])
def test_women_beside_men_or_people_pass(copy: Copy, sentence: str) -> None:
    copy.spoil(HORMONES, "Hot flushes are common.", sentence)
    assert copy.told_by(language.women_alone) == []


@pytest.mark.parametrize(
    "dose", ["20 mg", "2.5mg", "100 mcg", "75 mg/m2", "5 ml", "10 micrograms", "50 µg", "2 g per day"]
)
def test_a_dose_is_told(copy: Copy, dose: str) -> None:
    copy.spoil("content/medicines.yml", "Tamoxifen is a tablet.", f"Tamoxifen is a tablet of {dose}.")
    (told,) = copy.told_by(language.doses)
    assert told.startswith("content/medicines.yml:6: 'line' holds a dose ('")
    assert told.endswith("take it out, only the care team may say one")


@pytest.mark.parametrize("text", ["37.5 °C (99.5 °F)", "24 hours", "3 glasses", "stage 4", "in 2026"])
def test_a_number_that_is_no_dose_passes(copy: Copy, text: str) -> None:
    copy.spoil("content/medicines.yml", "Tamoxifen is a tablet.", f"It says {text} here.")
    assert copy.told_by(language.doses) == []


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("Oestrogen: estrogen", "'Oestrogen' is mapped twice; keep one"),
        ("Anaemia: anemia", "'Anaemia' has capitals; write it in lower case, capitals are kept"),
        ("tummy: tumour", "'tumour' is mapped itself; give the last word at once"),
    ],
)
def test_a_spelling_that_cannot_be_used_is_told(copy: Copy, line: str, message: str) -> None:
    copy.spoil("content/spelling.yml", "programme: program\n", f"programme: program\n{line}\n")
    assert copy.told_by(spelling.mapped_twice) == [f"content/spelling.yml:4: {message}"]


def test_an_american_word_in_a_british_text_is_told_with_the_british_one(copy: Copy) -> None:
    copy.spoil(HORMONES, "Many can be eased.", "It lowers Estrogen.")
    message = "has the American 'Estrogen'; write 'oestrogen', the table changes it for US readers"
    assert copy.told_by(spelling.american_words) == [f"{HORMONES}:12: 'aspects.side_effects' {message}"]


def test_a_word_that_is_british_too_in_its_place_passes(copy: Copy) -> None:
    copy.spoil("content/notices.yml", "I could not answer.", "I am a computer program.")
    assert copy.told_by(spelling.american_words) == []
