"""What every channel can show and send, and templates."""

from __future__ import annotations

import pytest

from companion.content.checks import channels, templates
from tests.content.conftest import Copy

HORMONES = "content/answers/hormone_therapy.yml"
OUTLOOK = "content/answers/prognosis_life_expectancy.yml"


def test_two_buttons_that_read_the_same_are_told(copy: Copy) -> None:
    copy.spoil("content/buttons.yml", "text: Talk to a person", "text: outlook")
    message = f"'text' 'outlook' is on another button too ({OUTLOOK}:1, en-GB); make them differ"
    assert copy.told_by(channels.same_button_text) == [f"content/buttons.yml:2: {message}"]


def test_two_buttons_that_read_the_same_in_american_spelling_are_told(copy: Copy) -> None:
    copy.spoil("content/buttons.yml", "text: Talk to a person", "text: Oestrogen")
    copy.spoil("content/buttons.yml", "text: Tell me more", "text: Estrogen")
    message = "'text' 'Estrogen' is on another button too (content/buttons.yml:1, en-US); make them differ"
    assert copy.told_by(channels.same_button_text) == [f"content/buttons.yml:2: {message}"]


def test_a_label_of_forty_one_characters_does_not_fit_a_button(copy: Copy) -> None:
    copy.spoil(HORMONES, "label: Hormone therapy", f"label: {'x' * 41}")
    message = f"'label' '{'x' * 41}' has 41 characters; at most 40 fit a button"
    assert copy.told_by(channels.long_button_text) == [f"{HORMONES}:1: {message}"]


def test_a_label_that_grows_too_long_in_american_spelling_is_told(copy: Copy) -> None:
    copy.spoil(HORMONES, "label: Hormone therapy", f"label: Radiotherapy {'x' * 25}")
    assert "'Radiation therapy xxx" in copy.told_by(channels.long_button_text)[0]


def test_a_label_of_more_bytes_than_telegram_sends_back_is_told(copy: Copy) -> None:
    copy.spoil(HORMONES, "label: Hormone therapy", f"label: {'é' * 33}")
    assert copy.told_by(channels.long_button_text)[0].endswith("has 66 bytes; Telegram's buttons send at most 64")


@pytest.mark.parametrize(
    ("name", "old", "what"),
    [
        (HORMONES, "It blocks oestrogen or lowers it.", "the answer"),
        (HORMONES, "You take most kinds", "'more'"),
        (HORMONES, "Hot flushes are common.", "'side_effects'"),
        (OUTLOOK, "In one country,", "'figures'"),
        ("content/medicines.yml", "Tamoxifen is a tablet.", "the answer about tamoxifen"),
        ("content/notices.yml", "What would you like to know?", "'greet'"),
    ],
)
def test_a_message_that_telegram_cannot_send_is_an_error_and_one_that_slack_divides_a_warning(
    copy: Copy, name: str, old: str, what: str
) -> None:
    copy.spoil(name, old, f"{'x ' * 1500}{old}")
    told = [line for line in copy.told_by(channels.long_messages) if f"{what} comes to" in line]
    assert told[0].startswith(f"warning {name}:")
    assert told[0].endswith("Slack's sections hold 3,000")
    copy.spoil(name, old, f"{'x ' * 600}{old}")
    told = [line for line in copy.told_by(channels.long_messages) if f"{what} comes to" in line]
    assert told[0].startswith(f"{name}:")
    assert told[0].endswith("Telegram's messages hold 4,096: shorten it")


def test_a_name_that_nothing_fills_is_told_with_the_known_ones(copy: Copy) -> None:
    copy.spoil("content/notices.yml", "I could not answer.", "Call {{ emergancy }}.")
    (told,) = copy.told()
    assert told.startswith("content/notices.yml:9: 'text' names 'emergancy', which is not known; known are ")
    assert told.endswith("emergency, care_line, care_team, crisis_line, abuse_line, cancer_support_line")


def test_a_name_that_only_one_country_would_read_is_told_too(copy: Copy) -> None:
    branch = '{% if emergency == "000" %}{{ nurse_line }}{% endif %}'
    copy.spoil("content/escalations.yml", "Say how high it is.", f"'Say it. {branch}'")
    assert "'do' names 'nurse_line', which is not known" in copy.told_by(templates.unknown_names)[0]


@pytest.mark.parametrize(
    "wrong", ["{{ care_line }", "{% if %}", "{{ care_line|shout }}", "{{ 1 / 0 }}", "{{ care_line + 1 }}"]
)
def test_a_template_that_does_not_render_is_one_line(copy: Copy, wrong: str) -> None:
    copy.spoil("content/medicines.yml", "line: Tamoxifen is a tablet.", f"line: A tablet. {wrong}")
    (told,) = copy.told_by(templates.not_rendering)
    assert told.startswith("content/medicines.yml:6: 'line' does not render (")
    assert told.endswith("; write it like {{ care_line }}")
    assert "\n" not in told
    assert told in copy.told()


def test_a_template_that_fails_in_one_country_only_names_it(copy: Copy) -> None:
    copy.spoil(
        "content/medicines.yml", "line: Tamoxifen is", 'line: \'{% if emergency == "999" %}{{ 1 / 0 }}{% endif %}'
    )
    copy.spoil("content/medicines.yml", "cancer cells.", "cancer cells.'")
    assert copy.told_by(templates.not_rendering)[0].startswith(
        "content/medicines.yml:6: 'line' does not render for GB ("
    )


def test_a_template_on_a_button_is_told(copy: Copy) -> None:
    copy.spoil("content/buttons.yml", "text: Talk to a person", 'text: "Call {{ emergency }}"')
    message = "'text' holds a template, which is not filled in on a button; write plain words"
    assert copy.told_by(templates.in_button_text) == [f"content/buttons.yml:2: {message}"]
