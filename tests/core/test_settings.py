"""What a deployer sets: bad values are one line that says what would be right."""

from __future__ import annotations

import pytest

from companion.content import Library, require_country
from companion.settings import Settings, SettingsError


def test_nothing_set_guesses_no_country_and_spells_british() -> None:
    assert Settings.from_environment({}) == Settings(None, None, "your care team", "en-GB", False)


def test_everything_set_is_taken() -> None:
    settings = Settings.from_environment(
        {
            "COMPANION_COUNTRY": "us",
            "COMPANION_CARE_LINE": "555 0100",
            "COMPANION_CARE_TEAM": "the Rowan Unit",
            "COMPANION_LOCALE": "en-US",
            "COMPANION_ENVIRONMENT": "production",
        }
    )
    assert settings == Settings("US", "555 0100", "the Rowan Unit", "en-US", True)


def test_empty_values_are_as_if_not_set() -> None:
    names = ("COUNTRY", "CARE_LINE", "CARE_TEAM", "LOCALE", "ENVIRONMENT")
    assert Settings.from_environment({f"COMPANION_{name}": "" for name in names}) == Settings()


@pytest.mark.parametrize(
    ("name", "value", "right"),
    [
        ("COMPANION_LOCALE", "fr-FR", "en-GB"),
        ("COMPANION_LOCALE", "en_US", "en-US"),
        ("COMPANION_ENVIRONMENT", "prod", "production"),
    ],
)
def test_a_bad_value_is_named_with_what_would_be_right(name: str, value: str, right: str) -> None:
    with pytest.raises(SettingsError) as error:
        Settings.from_environment({name: value})
    message = str(error.value)
    assert name in message
    assert value in message
    assert right in message
    assert "\n" not in message


def test_production_without_a_care_line_does_not_start() -> None:
    with pytest.raises(SettingsError, match="COMPANION_CARE_LINE is not set"):
        Settings.from_environment({"COMPANION_ENVIRONMENT": "production"})


@pytest.mark.parametrize("country", ["UK", "England", "XX"])
def test_a_country_that_we_have_no_numbers_for_is_said_at_the_start(country: str) -> None:
    with pytest.raises(SettingsError, match="COMPANION_COUNTRY"):
        require_country(Library.load().helplines, Settings.from_environment({"COMPANION_COUNTRY": country}))


def test_a_blank_care_line_is_no_care_line() -> None:
    with pytest.raises(SettingsError, match="COMPANION_CARE_LINE"):
        Settings.from_environment({"COMPANION_ENVIRONMENT": "production", "COMPANION_CARE_LINE": "   "})
