"""Which answer an unfinished question gets, by what was spoken of before."""

from __future__ import annotations

import pytest

from companion.content import Library
from companion.dialogue.subject import FOLLOW_UP, Lookup, Subject, find_lookup
from companion.dialogue.understanding import Asked, NamedTerm

HORMONES = Subject("hormone_therapy")
ENHERTU = Subject("her2_targeted_therapy", "trastuzumab_deruxtecan")


def asked(text: str, intent: str = FOLLOW_UP, **terms: str) -> Asked:
    """A question with the terms it names, as kind=value."""
    return Asked(text, intent, tuple(NamedTerm(kind, value, 0) for kind, value in terms.items()))


def test_every_topic_is_answered_by_its_own_answer(library: Library) -> None:
    for topic in library.answers:
        found = find_lookup(asked("tell me about this subject", topic), Subject(), library)
        assert found == Lookup(topic), f"a question about {topic} is answered with {found}"


def test_every_medicine_is_answered_about_that_medicine(library: Library) -> None:
    for name, medicine in library.medicines.items():
        found = find_lookup(asked(f"what is {name}", medicine.topic, medicine=name), Subject(), library)
        assert found is not None
        assert found.topic == medicine.topic, f"'what is {name}' is answered with {found}"
        if medicine.topic != "side_effects":
            assert found.medicine == name, f"'what is {name}' is answered without a word on it"


def test_a_medicine_counts_even_if_the_question_was_taken_for_another_therapy(library: Library) -> None:
    found = find_lookup(asked("what is Enhertu", "chemotherapy", medicine="trastuzumab_deruxtecan"), Subject(), library)
    assert found == Lookup("her2_targeted_therapy", None, "trastuzumab_deruxtecan")


@pytest.mark.parametrize(
    ("text", "aspect"),
    [
        ("and what about side effects of that?", "side_effects"),
        ("is it given with anything else?", "given_with"),
        ("how is it given?", "how_given"),
        ("and for men?", "men"),
    ],
)
def test_a_side_of_the_subject_is_looked_up_there(text: str, aspect: str, library: Library) -> None:
    assert find_lookup(asked(text), HORMONES, library) == Lookup("hormone_therapy", aspect)


def test_the_medicine_stays_the_subject_of_a_follow_up(library: Library) -> None:
    found = find_lookup(asked("and its side effects?"), ENHERTU, library)
    assert found == Lookup("her2_targeted_therapy", "side_effects", "trastuzumab_deruxtecan")


def test_another_medicine_takes_its_place(library: Library) -> None:
    found = find_lookup(asked("what about Verzenio?", medicine="abemaciclib"), ENHERTU, library)
    assert found == Lookup("cdk46_inhibitors", None, "abemaciclib")


def test_a_side_that_the_subject_has_no_words_for_is_told_in_general(library: Library) -> None:
    assert find_lookup(asked("and the cost?"), HORMONES, library) == Lookup("finance_insurance")


@pytest.mark.parametrize(
    ("subject", "topic"),
    [
        ("symptoms_liver", "symptoms_bone"),
        ("where_it_spreads", "symptoms_bone"),
        ("chemotherapy", "bone_strengthening"),
        ("prognosis_life_expectancy", "prognosis_life_expectancy"),
        (None, "symptoms_bone"),
        ("finance_insurance", "symptoms_bone"),
    ],
)
def test_the_bones_are_those_of_the_subject(subject: str | None, topic: str, library: Library) -> None:
    found = find_lookup(asked("and in the bones?", body_site="bone"), Subject(subject), library)
    assert found == Lookup(topic), f"after {subject}, 'and in the bones?' is answered with {found}"


@pytest.mark.parametrize(
    ("receptor", "topic"),
    [
        ("triple_negative", "triple_negative_immunotherapy"),
        ("her2_positive", "her2_targeted_therapy"),
        ("her2_low", "her2_targeted_therapy"),
        ("hormone_positive", "hormone_therapy"),
    ],
)
def test_naming_a_receptor_type_after_a_treatment_moves_to_its_treatment(
    receptor: str, topic: str, library: Library
) -> None:
    found = find_lookup(asked("what about that type?", receptor_type=receptor), Subject("chemotherapy"), library)
    assert found == Lookup(topic)


def test_without_a_subject_an_unfinished_question_cannot_be_told(library: Library) -> None:
    assert find_lookup(asked("and its side effects?"), Subject(), library) is None
    assert find_lookup(asked("and the other one?"), HORMONES, library) is None


def test_an_intent_without_an_answer_is_not_looked_up(library: Library) -> None:
    for intent in ("greet", "out_of_scope", "nlu_fallback", "personal_medical_advice", "no_such_intent"):
        assert find_lookup(asked("something", intent), HORMONES, library) is None


def test_side_effects_of_a_named_treatment_are_its_own(library: Library) -> None:
    found = find_lookup(asked("side effects of chemo", "side_effects", treatment="chemotherapy"), HORMONES, library)
    assert found == Lookup("chemotherapy", "side_effects")


def test_side_effects_of_a_named_medicine_are_its_own(library: Library) -> None:
    question = asked("what are the side effects of Ibrance", "side_effects", medicine="palbociclib")
    assert find_lookup(question, HORMONES, library) == Lookup("cdk46_inhibitors", "side_effects", "palbociclib")


def test_side_effects_in_general_are_not_those_of_the_old_subject(library: Library) -> None:
    found = find_lookup(asked("what are the most common side effects", "side_effects"), ENHERTU, library)
    assert found == Lookup("side_effects"), f"the patient is told of {found}"


@pytest.mark.parametrize(
    "text", ["what are its side effects?", "does it have side effects", "side effects of that one"]
)
def test_a_word_that_points_back_leans_on_the_subject(text: str, library: Library) -> None:
    assert find_lookup(asked(text, "side_effects"), HORMONES, library) == Lookup("hormone_therapy", "side_effects")


@pytest.mark.parametrize("topic", ["second_opinion_providers", "care_team", "is_it_curable", "clinical_trial_what"])
def test_nothing_is_carried_over_into_another_topic(topic: str, library: Library) -> None:
    found = find_lookup(asked("please tell me everything about that", topic), ENHERTU, library)
    assert found == Lookup(topic), f"the patient is told of {found}"


def test_a_long_question_carries_its_own_subject(library: Library) -> None:
    text = "but what I would like to know now is how you find a second opinion for this"
    assert find_lookup(asked(text, "second_opinion_providers"), HORMONES, library) == Lookup("second_opinion_providers")


def test_the_side_named_first_counts(library: Library) -> None:
    found = find_lookup(asked("what are the side effects and how often is it given?"), HORMONES, library)
    assert found == Lookup("hormone_therapy", "side_effects")


def test_part_of_a_word_does_not_ask_for_a_side(library: Library) -> None:
    # "treatment" and "women" hold "men".
    found = find_lookup(asked("and other treatment for women?"), HORMONES, library)
    assert found is None or found.aspect != "men", "women are told about men"


def test_every_lookup_by_any_side_of_any_topic_can_be_answered(library: Library) -> None:
    for topic in library.answers:
        for aspect in library.follow_ups.aspects.values():
            found = find_lookup(asked(f"and {aspect.words[0]}?"), Subject(topic), library)
            if found is None:  # it is asked back
                continue
            aspects = library.answers[found.topic].aspects
            assert found.aspect is None or found.aspect in aspects, f"no words for {found}"


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("and how long do people live?", "prognosis_life_expectancy"),
        ("and what support is there for my husband?", "support_for_family"),
        ("what about the risks of clinical trials?", "clinical_trial_cons"),
        ("what about eating when I am tired?", "nutrition"),
        ("and who pays for a second opinion?", "second_opinion_providers"),
    ],
)
def test_a_question_understood_as_a_topic_of_its_own_is_answered_with_that_topic(
    text: str, topic: str, library: Library
) -> None:
    found = find_lookup(asked(text, topic), HORMONES, library)
    assert found is not None
    assert found.topic == topic, f"after hormone therapy, '{text}' is answered with {found}"


def test_a_side_told_elsewhere_is_told_from_that_side(library: Library) -> None:
    found = find_lookup(asked("and for men?"), Subject("chemotherapy"), library)
    assert found == Lookup("what_is_mbc", "men"), f"'and for men?' is answered with {found}, which never mentions men"


def test_the_downsides_of_trials_are_those_of_trials(library: Library) -> None:
    found = find_lookup(asked("and the downsides?"), Subject("clinical_trial_pros"), library)
    assert found is not None
    assert found.topic == "clinical_trial_cons", f"the patient is told of {found}"
