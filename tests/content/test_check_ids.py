"""Ids that lead nowhere, and entries nothing leads to."""

from __future__ import annotations

from companion.content.checks import ids, templates
from tests.content.conftest import Copy

HORMONES = "content/answers/hormone_therapy.yml"


def test_a_source_that_does_not_exist_is_told_with_the_nearest_id(copy: Copy) -> None:
    copy.spoil(HORMONES, "[nhs_tamoxifen]", "[nhs_tamoxifn]")
    message = "there is no source 'nhs_tamoxifn'; is 'nhs_tamoxifen' meant?"
    assert copy.told_by(ids.unknown_sources) == [f"{HORMONES}:14: {message}"]


def test_the_source_of_a_medicine_must_exist(copy: Copy) -> None:
    copy.spoil("content/medicines.yml", "[nhs_tamoxifen]", "[zzz]")
    message = "there is no source 'zzz'; correct it, or add it to content/sources.yml"
    assert copy.told_by(ids.unknown_sources) == [f"content/medicines.yml:7: {message}"]


def test_the_source_of_a_helpline_must_exist(copy: Copy) -> None:
    copy.spoil("content/helplines.yml", '{number: "999", source: uk_999}', '{number: "999", source: zzz}')
    told = copy.told_by(ids.unknown_sources)
    assert told == ["content/helplines.yml:5: there is no source 'zzz'; correct it, or add it to content/sources.yml"]


def test_a_related_topic_must_exist(copy: Copy) -> None:
    copy.spoil(HORMONES, "[prognosis_life_expectancy]", "[prognosis]")
    assert copy.told_by(ids.unknown_topics)[0].startswith(f"{HORMONES}:15: there is no topic 'prognosis'")


def test_the_topic_of_a_medicine_must_exist(copy: Copy) -> None:
    copy.spoil("content/medicines.yml", "topic: hormone_therapy", "topic: hormone_therapies")
    message = "there is no topic 'hormone_therapies'; is 'hormone_therapy' meant?"
    assert copy.told_by(ids.unknown_topics) == [f"content/medicines.yml:5: {message}"]


def test_the_topics_of_a_family_of_an_aspect_and_of_a_term_must_exist(copy: Copy) -> None:
    path = copy.root / "content/follow_ups.yml"
    path.write_text(path.read_text().replace("hormone_therapy}", "zzz}").replace("[hormone_therapy]", "[zzz]"))
    told = [line.split(": there is no topic 'zzz'")[0] for line in copy.told_by(ids.unknown_topics)]
    assert told == [f"content/follow_ups.yml:{line}" for line in (2, 4, 7, 9)]


def test_a_button_of_a_notice_must_be_a_button_or_a_topic(copy: Copy) -> None:
    copy.spoil("content/notices.yml", "[hormone_therapy, person]", "[hormone_therapy, persom]")
    message = "there is no button or topic 'persom'; is 'person' meant?"
    assert copy.told_by(ids.unknown_buttons) == [f"content/notices.yml:7: {message}"]


def test_the_intent_of_a_button_must_exist(copy: Copy) -> None:
    copy.spoil("content/buttons.yml", "intent: deny", "intent: denny")
    message = "there is no intent 'denny'; is 'deny' meant?"
    assert copy.told_by(ids.unknown_intents) == [f"content/buttons.yml:4: {message}"]


def test_an_aspect_that_nobody_can_ask_for_is_told(copy: Copy) -> None:
    copy.spoil(HORMONES, "  side_effects:", "  side_efects:")
    message = "there is no aspect 'side_efects'; is 'side_effects' meant?"
    assert copy.told_by(ids.unknown_sides) == [f"{HORMONES}:12: {message}"]


def test_a_family_that_does_not_exist_is_told(copy: Copy) -> None:
    copy.spoil("content/follow_ups.yml", "  treatment:\n    receptor_type", "  treatments:\n    receptor_type")
    message = "there is no family 'treatments'; is 'treatment' meant?"
    assert copy.told_by(ids.unknown_terms) == [f"content/follow_ups.yml:6: {message}"]


def test_a_kind_of_term_that_does_not_exist_is_told(copy: Copy) -> None:
    copy.spoil("content/follow_ups.yml", "receptor_type", "receptor")
    message = "there is no kind of term 'receptor'; is 'receptor_type' meant?"
    assert copy.told_by(ids.unknown_terms) == [f"content/follow_ups.yml:7: {message}"]


def test_a_term_that_does_not_exist_is_told(copy: Copy) -> None:
    copy.spoil("content/follow_ups.yml", "hormone_positive", "hormone_positiv")
    message = "there is no term 'hormone_positiv'; is 'hormone_positive' meant?"
    assert copy.told_by(ids.unknown_terms) == [f"content/follow_ups.yml:7: {message}"]


def test_words_for_a_red_flag_that_does_not_exist_are_told_and_so_is_the_red_flag_without_words(copy: Copy) -> None:
    copy.spoil("content/escalations.yml", "fever_on_treatment", "fever_in_treatment")
    assert copy.told_by(ids.red_flags_without_reply) == [
        "content/escalations.yml:18: there is no red flag 'fever_in_treatment'; is 'fever_on_treatment' meant?",
        "content/escalations.yml:17: the red flag 'fever_on_treatment' of red_flags.yml has no reply here; add it",
    ]


def test_an_urgency_without_words_is_told(copy: Copy) -> None:
    copy.spoil("content/escalations.yml", "  crisis: *now\n", "")
    message = "the urgency 'crisis' has no reply; add it with first, then and again"
    assert copy.told_by(ids.urgencies_without_reply) == [f"content/escalations.yml:1: {message}"]


def test_an_urgency_that_does_not_exist_is_told(copy: Copy) -> None:
    copy.spoil("content/escalations.yml", "  crisis: *now\n", "  crises: *now\n")
    assert "there is no urgency 'crises'; is 'crisis' meant?" in copy.told_by(ids.urgencies_without_reply)[0]


def test_a_notice_that_the_domain_says_must_exist(copy: Copy) -> None:
    copy.spoil("domain.yml", "utter_greet:", "utter_great:")
    message = "there is no notice 'great'; is 'greet' meant?"
    assert copy.told_by(ids.missing_notices) == [f"domain.yml:12: {message}"]


def test_a_notice_that_the_program_says_must_exist(copy: Copy) -> None:
    copy.spoil("content/notices.yml", "trouble:", "bother:")
    message = "the notice 'trouble' is missing, and the program says it; add it"
    assert copy.told_by(ids.missing_notices) == [f"content/notices.yml: {message}"]


def test_an_id_that_yaml_reads_as_something_else_is_told(copy: Copy) -> None:
    copy.write("content/languages.yml", "fr: Désolé\nno: Beklager\n")
    message = "YAML reads this id as 'False', not as a word; put it in quotes"
    assert copy.told_by(ids.changed_by_yaml) == [f"content/languages.yml:1: {message}"]


def test_a_source_nothing_cites_is_a_warning(copy: Copy) -> None:
    copy.spoil("content/answers/prognosis_life_expectancy.yml", "[nhs_outlook]", "[nhs_tamoxifen]")
    message = "the source 'nhs_outlook' is used nowhere; use it or take it out"
    assert copy.told_by(ids.unused_sources) == [f"warning content/sources.yml:7: {message}"]


def test_a_button_nobody_sees_is_a_warning(copy: Copy) -> None:
    copy.spoil("content/notices.yml", ", person]", "]")
    message = "the button 'person' is used nowhere; use it or take it out"
    assert copy.told_by(ids.unused_buttons) == [f"warning content/buttons.yml:2: {message}"]


def test_a_notice_nothing_says_is_a_warning(copy: Copy) -> None:
    copy.spoil("domain.yml", "  utter_greet: [{custom: {notice: greet}}]\n", "")
    message = "the notice 'greet' is used nowhere; use it or take it out"
    assert copy.told_by(ids.unused_notices) == [f"warning content/notices.yml:5: {message}"]


# -- what is said to somebody who asks for a person ------------------------------------------------


def test_a_hand_off_text_that_nothing_says_is_a_warning(copy: Copy) -> None:
    copy.spoil("content/hand_off.yml", "  sent:", "  snet:")
    (told,) = copy.told_by(ids.unused_notices)
    assert told.startswith("warning content/hand_off.yml:4: the text 'snet' is used nowhere")


def test_a_hand_off_text_that_the_program_says_must_exist(copy: Copy) -> None:
    copy.write("actions/other.py", 'Say("no_such_text")\n')
    (told,) = copy.told_by(ids.missing_notices)
    assert "the text 'no_such_text' is missing, and the program says it" in told


def test_a_button_of_a_hand_off_text_must_exist(copy: Copy) -> None:
    copy.spoil("content/hand_off.yml", "{{ reference }}.", "{{ reference }}.\n    buttons: [preson]")
    (told,) = copy.told_by(ids.unknown_buttons)
    assert "there is no button or topic 'preson'; is 'person' meant?" in told


def test_a_hand_off_text_may_use_its_own_names_and_notices_may_not(copy: Copy) -> None:
    assert copy.told_by(templates.unknown_names) == []
    copy.spoil("content/hand_off.yml", "{{ reference }}", "{{ refrence }}")
    copy.spoil("content/notices.yml", "I could not answer.", "I could not answer {{ reference }}.")
    told = copy.told_by(templates.unknown_names)
    assert len(told) == 2
    assert "names 'refrence'" in " ".join(told)
