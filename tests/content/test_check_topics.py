"""Every topic has an answer, an intent, a rule, training examples and a test question."""

from __future__ import annotations

import shutil

from companion.content.checks import topics
from tests.content.conftest import Copy

HORMONES = "content/answers/hormone_therapy.yml"


def test_a_topic_of_the_contract_may_not_disappear(copy: Copy) -> None:
    (copy.root / HORMONES).unlink()
    message = "there is no such file; every topic of the contract has an answer, so bring it back"
    assert copy.told_by(topics.contract_topics) == [f"{HORMONES}: {message}"]


def test_the_contract_has_forty_one_topics() -> None:
    assert len(set(topics.CONTRACT_TOPICS)) == 41


def test_a_topic_that_is_no_intent_is_told(copy: Copy) -> None:
    copy.spoil("domain.yml", "  - hormone_therapy\n", "")
    message = "the topic 'hormone_therapy' is no intent; add it to 'intents' in domain.yml"
    assert copy.told_by(topics.answers_and_intents) == [f"{HORMONES}:1: {message}"]


def test_a_topic_that_no_rule_leads_to_is_told(copy: Copy) -> None:
    copy.spoil(
        "data/rules/answers.yml", "  - intent: hormone_therapy\n  - action: action_answer\n", "  - intent: deny\n"
    )
    message = "no rule leads to 'hormone_therapy'; add one with action_answer to data/rules/answers.yml"
    assert copy.told_by(topics.answers_and_intents) == [f"{HORMONES}:1: {message}"]


def test_an_intent_that_leads_to_no_answer_is_told(copy: Copy) -> None:
    (copy.root / HORMONES).unlink()
    message = "the intent 'hormone_therapy' is led to an answer; write content/answers/hormone_therapy.yml"
    assert copy.told_by(topics.answers_and_intents) == [f"domain.yml:3: {message}"]


def test_a_new_topic_must_be_wired_everywhere(copy: Copy) -> None:
    shutil.copy(copy.root / HORMONES, copy.root / "content/answers/surgery.yml")
    told = "\n".join(copy.told())
    for expected in ("is no intent", "no rule leads to 'surgery'", "0 different training examples", "no test question"):
        assert expected in told


def test_thirty_nine_examples_are_too_few(copy: Copy) -> None:
    copy.spoil("data/nlu/hormone_therapy.yml", "    - a question about hormone therapy, put in way 40\n", "")
    message = "39 different training examples of 'hormone_therapy'; at least 40 are needed"
    assert copy.told_by(topics.training_examples) == [f"data/nlu/hormone_therapy.yml: {message}"]


def test_the_same_example_twice_counts_once(copy: Copy) -> None:
    copy.spoil("data/nlu/hormone_therapy.yml", "put in way 40", "put in way 39")
    assert copy.told_by(topics.training_examples)[0].startswith("data/nlu/hormone_therapy.yml: 39 different")


def test_a_topic_without_a_test_question_is_told(copy: Copy) -> None:
    copy.spoil("tests/evaluation/articles.csv", "what is the outlook,prognosis_life_expectancy\n", "")
    message = "no test question has the label 'prognosis_life_expectancy'; add one as a patient would ask it"
    assert copy.told_by(topics.test_questions) == [f"tests/evaluation/articles.csv: {message}"]
