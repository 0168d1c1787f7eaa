"""The numbers in a reply are those of the country, and none is guessed."""

from __future__ import annotations

import pytest

from companion.content import Library, contact_phrases, country_stated
from companion.content.contacts import ELSEWHERE
from companion.dialogue.replies import Writer
from companion.settings import Settings

COUNTRIES = ("GB", "US", "CA", "IE", "AU", "NZ")


def stated(library: Library, *texts: str) -> str | None:
    """The country of somebody who wrote these messages."""
    return country_stated(library.helplines, texts)


def test_these_are_the_countries_we_have_numbers_for(library: Library) -> None:
    assert set(library.helplines.countries) == set(COUNTRIES)


@pytest.mark.parametrize("code", COUNTRIES)
def test_a_person_is_reached_by_the_numbers_of_the_country(code: str, library: Library, writer: Writer) -> None:
    place = library.helplines.countries[code]
    text = writer.notice("hand_off", country=code).text
    assert f"call {place.emergency.number}" in text
    for contact in (place.crisis[0], place.cancer_support[0]):
        assert contact.name in text
        assert contact.number in text


@pytest.mark.parametrize("code", COUNTRIES)
def test_a_crisis_names_the_emergency_number_and_the_crisis_line(code: str, library: Library, writer: Writer) -> None:
    place = library.helplines.countries[code]
    text = writer.escalation("crisis", "suicide_active", country=code).text
    assert text.startswith(f"Call {place.emergency.number} now, or a crisis line: {place.crisis[0].name}"), text


@pytest.mark.parametrize("code", COUNTRIES)
def test_abuse_names_the_abuse_line_of_the_country(code: str, library: Library, writer: Writer) -> None:
    abuse = library.helplines.countries[code].abuse[0]
    text = writer.escalation("safeguarding", "domestic_abuse", country=code).text
    assert abuse.name in text
    assert abuse.number in text


@pytest.mark.parametrize("code", COUNTRIES)
def test_who_says_a_country_hears_its_name(code: str, library: Library, writer: Writer) -> None:
    assert library.helplines.countries[code].name in writer.notice("say_country", country=code).text


@pytest.mark.parametrize("code", [None, "FR", "XX", ""])
def test_where_the_country_is_not_known_none_is_guessed(code: str | None, library: Library, writer: Writer) -> None:
    text = writer.notice("hand_off", country=code).text
    assert library.helplines.general.emergency.number in text
    for country in library.helplines.countries.values():
        for contact in (country.crisis[0], country.cancer_support[0]):
            assert contact.number not in text, f"a patient somewhere is sent to {contact.name}"


def test_what_the_person_says_counts_more_than_the_deployers_country(library: Library) -> None:
    writer = Writer(library, Settings(country="GB"))
    assert "999" in writer.notice("greet").text
    assert "call 911" in writer.notice("greet", country="US").text


def test_the_deployers_line_and_name_of_the_team_are_used(library: Library) -> None:
    writer = Writer(library, Settings(care_line="020 7946 0000", care_team="the Rowan Unit"))
    text = writer.notice("personal_medical_advice").text
    assert "your 24-hour cancer line on 020 7946 0000" in text
    assert "The Rowan Unit can answer it" in text


def test_without_a_line_the_alert_card_is_named(writer: Writer) -> None:
    assert "your 24-hour cancer line (see your alert card)" in writer.notice("goodbye").text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("I live in Leeds", "GB"),
        ("we are in Northern Ireland", "GB"),
        ("I'm in Dublin", "IE"),
        ("I am writing from Toronto", "CA"),
        ("I live in London, Ontario", "CA"),
        ("I'm based in New South Wales", "AU"),
        ("USA", "US"),
        ("New Zealand", "NZ"),
        ("I'm in Auckland and I need help", "NZ"),
        ("I live in New England", "US"),
    ],
)
def test_where_somebody_lives_is_understood(text: str, code: str, library: Library) -> None:
    assert stated(library, text) == code, f"'{text}' gets the numbers of {stated(library, text)}"


@pytest.mark.parametrize(
    "text",
    [
        "what trials are there in Canada at the moment",
        "my sister had her scan in London last year",
        "I'm from Wales but live in Texas",
        "call us back please",
        "",
        "😭",
    ],
)
def test_a_country_that_is_only_mentioned_is_not_where_one_lives(text: str, library: Library) -> None:
    assert stated(library, text) is None, f"'{text}' gets the numbers of {stated(library, text)}"


def test_the_last_place_said_counts(library: Library) -> None:
    assert stated(library, "I live in Leeds", "what is chemotherapy", "now I am in Texas", "thanks") == "US"


def test_a_short_question_that_names_a_country_is_no_statement(library: Library) -> None:
    found = stated(library, "trials in Canada")
    assert found is None, f"who asks for 'trials in Canada' is told to call the numbers of {found}"


def test_a_later_place_without_numbers_drops_the_earlier_country(library: Library) -> None:
    found = stated(library, "I live in Leeds", "I am in France now")
    assert found == ELSEWHERE, f"somebody in France is told to call the numbers of {found}"
    phrases = contact_phrases(library.helplines, Settings(country="GB"), found)
    assert phrases["emergency"] == library.helplines.general.emergency.number


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("I live in the U.S.", "US"),
        ("I'm in the U.S.A.", "US"),
        ("I live in the U.K.", "GB"),
        ("I'm in N.Z.", "NZ"),
        ("I'm in the US", "US"),
    ],
)
def test_short_names_of_countries_are_understood(text: str, code: str, library: Library) -> None:
    assert stated(library, text) == code, f"'{text}' gets the numbers of {stated(library, text)}"
