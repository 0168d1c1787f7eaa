"""The detector catches what no rule lists, keeps quiet where the sentence says so, and survives saving."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from companion.safety import NONE, Detector, RuleFile, Triage, Urgency

RANDOM = np.random.default_rng(5)
CENTRES = {name: RANDOM.normal(size=384) for name in ("chest_pain", "fall", NONE)}


def vectors_like(name: str, number: int) -> np.ndarray:
    rows = CENTRES[name] + 0.2 * RANDOM.normal(size=(number, 384))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def detector() -> Detector:
    labels = [name for name in CENTRES for _ in range(30)]
    return Detector.train(np.vstack([vectors_like(name, 30) for name in CENTRES]), labels)


def test_it_names_the_red_flag_that_a_sentence_is_most_like(detector: Detector) -> None:
    guess = detector.predict(vectors_like("chest_pain", 1))[0]
    assert guess is not None
    assert guess.ids[0] == "chest_pain"
    assert guess.score > detector.threshold


def test_ordinary_sentences_get_no_guess(detector: Detector) -> None:
    assert detector.predict(vectors_like(NONE, 5)) == [None] * 5


def test_saved_and_loaded_it_says_the_same(detector: Detector, tmp_path: Path) -> None:
    detector.save(tmp_path / "detector.npz")
    again = Detector.load(tmp_path / "detector.npz")
    vectors = vectors_like("fall", 3)
    assert np.allclose(again.probabilities(vectors), detector.probabilities(vectors))
    assert again.threshold == detector.threshold


def test_words_that_no_rule_lists_are_still_caught(rules: RuleFile, detector: Detector) -> None:
    triage = Triage(rules, detector)
    text = "an anvil has moved in behind my ribs"
    assert triage.assess(text).urgency is Urgency.none
    found = triage.assess(text, vectors_like("chest_pain", 1))
    assert found.urgency is Urgency.emergency
    assert found.hits[0].why.startswith("reads like chest_pain")


def test_a_general_question_is_not_met_with_an_alarm(rules: RuleFile, detector: Detector) -> None:
    text = "what are the symptoms of something on the ribs"
    assert Triage(rules, detector).assess(text, vectors_like("chest_pain", 1)).urgency is Urgency.none


def test_a_softened_message_is_also_looked_at_without_the_remark(triage: Triage) -> None:
    assert triage.pieces("sorry to be silly but an anvil sits on me, probably nothing")[1] == "an anvil sits on me"


def test_a_plain_sentence_costs_no_further_encoding(triage: Triage) -> None:
    assert triage.pieces("an anvil sits on me") == ["an anvil sits on me"]


def test_a_long_message_costs_at_most_four_further_encodings(triage: Triage) -> None:
    assert len(triage.pieces("Hello there. " + "My cat likes the garden a lot. " * 40)) <= 5
