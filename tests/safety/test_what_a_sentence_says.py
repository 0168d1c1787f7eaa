"""Telling or only speaking about: negation, the past, questions, idioms, quotes, numbers, other people."""

from __future__ import annotations

import pytest

from companion.safety import Triage, Urgency

EMERGENCY, CRISIS, SAFEGUARDING, URGENT = Urgency.emergency, Urgency.crisis, Urgency.safeguarding, Urgency.urgent

HARMLESS = {
    "negation": [
        "I haven't got chest pain",
        "no fever, cough or chest pain",
        "no fever or chills",
        "chest pain: none",
        "I've never had a seizure",
        "I don't want to die",
        "I'm not suicidal, just fed up with the paperwork",
    ],
    "past": [
        "had a seizure in 2010",
        "broke my wrist years ago",
        "back in 2016 I had a temperature of 39 after FEC",
        "last summer I had a fracture and they put a rod in",
    ],
    "question": [
        "what are the symptoms of brain mets like seizures?",
        "does chemo cause fever",
        "can lung mets cause chest pain",
        "what should I do if I get a fever",
        "hi, is coughing up blood common with lung metastases",
        "how would I know if I was having a seizure",
        "bone pain symptoms",
    ],
    "idiom": [
        "I can't go on holiday",
        "this wait is killing me",
        "dying to know my results",
        "I nearly died laughing",
        "this chemo is killing me",
        "I could murder a cup of tea",
        "I nearly had a heart attack when I saw the bill",
        "what is the point of treatment if it cannot be cured",
    ],
    "quote": [
        "the leaflet says call if you have a fever",
        "my card says ring if temperature is over 37.5",
        "I read that Enhertu can cause a cough",
    ],
    "known": [
        "tingling in my fingertips for months on paclitaxel, team knows",
        "both ankles a bit puffy in the heat, same as always",
    ],
    "over": [
        "I had terrible diarrhoea on neratinib, but they lowered the dose and it stopped months ago",
        "In my twenties I took an overdose. That was thirty years ago",
        "in my twenties I took an overdose, I love my life",
        "When I was 30 I broke my hip",
    ],
    "fear": [
        "I'm frightened of being in agony when the time comes",
        "I want to be prepared in case my mum has a seizure",
        "I keep imagining the day when I can't walk any more",
    ],
    "elsewhere": [
        "my brother-in-law broke his leg skiing in February",
        "my friend collapsed foaming at the mouth, they say epilepsy. How do they confirm it?",
        "the singer died of an overdose, so sad",
    ],
    "number": ["my pain is 2 out of 10 with the tablets", "oxygen fine, pulse 72", "stoma since 2012, always runny"],
    "other": [
        "my dog had a seizure",
        "what is palliative sedation",
        "can I stop treatment",
        "my CA 15-3 went from 38.5 to 41",
        "it's 38 degrees outside",
        "my temperature is 36.6",
    ],
}

DANGER = {
    "negation_ends_at_but": ("no fever, but chest pain", EMERGENCY),
    "negation_of_something_else": ("chest pain no fever", EMERGENCY),
    "not_sure_is_no_negation": ("not sure if it matters but I have chest pain", EMERGENCY),
    "past_of_last_night": ("it was 39.1 last night and I had chemo Friday", URGENT),
    "came_down": ("took paracetamol and it came down from 38.5", URGENT),
    "came_down_without_a_number": ("took paracetamol and it came down", URGENT),
    "past_and_now_again": ("I had a stroke in 2015 and now my face has dropped", EMERGENCY),
    "question_then_telling": ("what should I do I have a fever", URGENT),
    "why_question": ("why does my chest hurt", EMERGENCY),
    "question_and_claim": ("Is a swollen calf a clot? Mine is really tender", URGENT),
    "leaflet_then_telling": ("the leaflet says call if you have a fever and I have 38.4", URGENT),
    "two_clauses": ("my port is fine, hair is growing, but I'm coughing up blood", EMERGENCY),
    "carer": ("mums gone all confused", EMERGENCY),
    "slang": ("bin sick 7 times 2day", URGENT),
    "black_stool": ("number 2s are black", EMERGENCY),
    "urine": ("my wee has blood in", URGENT),
    "comma_decimal": ("38,5", URGENT),
    "fahrenheit": ("temp of 101", URGENT),
    "number_words": ("a temperature of a hundred and one", URGENT),
    "degrees": ("39 degrees and shivery", URGENT),
    "nosebleed": ("nosebleed for 40 minutes", EMERGENCY),
    "no_urine": ("no wee for 14 hours and dizzy", EMERGENCY),
    "team_knows_chest_pain": ("chest pain again, my team knows", EMERGENCY),
    "plan": ("I've been saving up my tablets", CRISIS),
    "method_in_a_question": ("how many morphine tablets would it take to not wake up", CRISIS),
    "method_minimised": ("ignore me, just tired, but I have counted out the oxycodone", CRISIS),
    "indirect": ("everyone would be better off without me", CRISIS),
    "not_waking": ("I don't want to wake up tomorrow", CRISIS),
    "no_point": ("what's the point of going on", CRISIS),
    "noose_found": ("My brother has been caring for mum and I found a noose in his room", CRISIS),
    "saved_by_somebody_else": ("my neighbour showed me the tablets she has saved and said this is my exit", CRISIS),
    "train": ("there is a train at 11.40 and I'm going to be in front of it", CRISIS),
    "not_safe_with_tablets": ("I don't trust myself with the tablets", CRISIS),
    "whole_box": ("would a whole box of paracetamol do it or would they save me", CRISIS),
    "failed_attempt": ("they pumped my stomach, I'm cross it failed", CRISIS),
    "following": ("dad says when mum goes he'll be right behind her", CRISIS),
    "not_brave": ("if I didn't open my eyes tomorrow I wouldn't complain", CRISIS),
    "kept_from_treatment": ("he won't let me go to chemo", SAFEGUARDING),
    "medicine_hidden": ("my son hides my tablets", SAFEGUARDING),
    "diagnosis_is_no_past": ("diagnosed in 2021 with bone mets, my chest hurts and I can't get my breath", EMERGENCY),
    "in_twenty_hours": ("in 20 hours I have been sick nine times", URGENT),
    "over_and_back": ("in my twenties I took an overdose, and I'm thinking about it again", CRISIS),
    "over_and_tonight": ("used to be suicidal, that was years ago, but tonight I have the pills", CRISIS),
    "fear_of_this_pain": ("I'm scared of this pain in my chest", EMERGENCY),
    "condition_of_the_body": ("if I lie down I can't breathe", EMERGENCY),
    "another_disease_too": (
        "mum has COPD and mets and is gasping for air, is there anything I can give her?",
        EMERGENCY,
    ),
    "own_diabetes": ("I'm diabetic and on capecitabine, chest pain, what does it mean", EMERGENCY),
    "neighbour_tells": ("my neighbour says I look yellow, my eyes are yellow", URGENT),
    "friend_now": ("a friend of mine is going to kill herself", CRISIS),
    "seizure_again": ("had a seizure in 2019 and had another one an hour ago", EMERGENCY),
    "asked_about_abuse": ("what can I do if my husband hits me", SAFEGUARDING),
}


@pytest.mark.parametrize(
    ("kind", "message"), [(kind, message) for kind, messages in HARMLESS.items() for message in messages]
)
def test_speaking_about_a_danger_raises_no_alarm(triage: Triage, kind: str, message: str) -> None:
    assert triage.assess(message).urgency is Urgency.none, triage.assess(message).hits


@pytest.mark.parametrize("case", DANGER)
def test_telling_of_a_danger_is_found(triage: Triage, case: str) -> None:
    message, least = DANGER[case]
    assert triage.assess(message).urgency.at_least(least), f"'{message}' shows {triage.assess(message).urgency.value}"


def test_two_dangers_in_one_message_are_both_found_most_urgent_first(triage: Triage) -> None:
    hits = triage.assess("my gums keep bleeding and since lunch my face has dropped on one side").hits
    assert hits[0].id == "stroke_focal"
    assert "bleeding_minor" in [hit.id for hit in hits]


def test_a_hit_shows_the_persons_own_words_and_says_why(triage: Triage) -> None:
    hit = triage.assess("Hello nurse. I've got CHEST pain.").hits[0]
    assert (hit.id, hit.text) == ("chest_pain", "CHEST pain")
    assert hit.why.startswith("rule chest_pain")


def test_two_different_ambers_make_an_urgent_assessment(triage: Triage) -> None:
    both = triage.assess("my jaw hurts since zometa and I have new pain in my ribs")
    assert {hit.urgency for hit in both.hits} == {Urgency.soon}
    assert both.urgency is Urgency.urgent


def test_one_amber_alone_stays_amber(triage: Triage) -> None:
    assert triage.assess("new pain in my ribs").urgency is Urgency.soon


@pytest.mark.parametrize("text", ["", "   ", "???", "😀", "²³", "\x00", "39", "a" * 3000])
def test_no_text_breaks_the_check(triage: Triage, text: str) -> None:
    assert triage.assess(text).urgency in Urgency
