"""The detector catches what no rule lists, keeps quiet where the sentence says so, and survives saving."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from companion.safety import NONE, Detector, Guess, RuleFile, Triage, Urgency

RANDOM = np.random.default_rng(5)
CENTRES = {name: RANDOM.normal(size=384) for name in ("chest_pain", "fall", NONE)}


def vectors_like(name: str, number: int) -> np.ndarray:
    rows = CENTRES[name] + 0.2 * RANDOM.normal(size=(number, 384))
    rows[:, 0] = 0  # The encoder, too, has numbers that never change.
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


class _Sure(Detector):
    """Always of the same opinion."""

    def __init__(self, score: float) -> None:
        super().__init__([], {})
        self._score = score

    def guess(self, texts: Sequence[str], vectors: np.ndarray) -> list[Guess]:
        return [Guess(["chest_pain"], self._score) for _ in texts]


@pytest.fixture(scope="module")
def detector() -> Detector:
    labels = [name for name in CENTRES for _ in range(400)]
    texts = ["something or other" for _ in labels]
    return Detector.train(texts, np.vstack([vectors_like(name, 400) for name in CENTRES]), labels)


def test_it_names_the_red_flag_that_a_sentence_is_most_like(detector: Detector) -> None:
    guess = detector.guess(["something or other"], vectors_like("chest_pain", 1))[0]
    assert guess.ids[0] == "chest_pain"
    assert guess.score > 0
    assert guess.probability > 0.5


def test_ordinary_sentences_are_no_danger(detector: Detector) -> None:
    assert all(guess.score < 0 for guess in detector.guess(["something or other"] * 5, vectors_like(NONE, 5)))


def test_words_tell_what_vectors_do_not() -> None:
    labels = ["fall", "chest_pain", NONE, NONE] * 100
    texts = ["I sat down" if label == NONE else "I went down hard" for label in labels]
    taught = Detector.train(texts, vectors_like(NONE, 400), labels)
    danger, none = taught.guess(["went down hard", "sat down"], vectors_like(NONE, 1).repeat(2, axis=0))
    assert danger.score > none.score


def test_saved_and_loaded_it_says_the_same(detector: Detector, tmp_path: Path) -> None:
    detector.save(tmp_path / "detector.npz")
    vectors, texts = vectors_like("fall", 3), ["one", "two", "three"]
    before, after = detector.guess(texts, vectors), Detector.load(tmp_path / "detector.npz").guess(texts, vectors)
    assert [guess.ids for guess in after] == [guess.ids for guess in before]
    assert np.allclose([guess.score for guess in after], [guess.score for guess in before], atol=0.1)


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


def test_a_doubtful_sentence_with_a_rules_words_is_believed_when_it_reads_harmless(
    rules: RuleFile, detector: Detector
) -> None:
    text, vector = "I still get chest pain, as in 2009", vectors_like(NONE, 1)
    hits = Triage(rules).assess(text).hits
    assert hits
    assert Triage(rules, _Sure(-20.0)).assess(text, vector).hits == []
    assert Triage(rules, _Sure(-2.0)).assess(text, vector).hits == hits


def test_plain_words_of_danger_are_never_talked_away(rules: RuleFile) -> None:
    assert Triage(rules, _Sure(-20.0)).assess("I have chest pain", vectors_like(NONE, 1)).urgency is Urgency.emergency


def test_a_softened_message_is_also_looked_at_without_the_remark(triage: Triage) -> None:
    assert triage.pieces("sorry to be silly but an anvil sits on me, probably nothing")[1] == "an anvil sits on me"


def test_a_plain_sentence_costs_no_further_encoding(triage: Triage) -> None:
    assert triage.pieces("an anvil sits on me") == ["an anvil sits on me"]


def test_a_long_message_costs_at_most_four_further_encodings(triage: Triage) -> None:
    assert len(triage.pieces("Hello there. " + "My cat likes the garden a lot. " * 40)) <= 5
