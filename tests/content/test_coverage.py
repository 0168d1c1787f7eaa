"""Every fact that a topic must tell reaches the patient, in the answer or its second layer. The table: coverage.yml."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from companion.content.checks import Project
from companion.content.checks.topics import CONTRACT_TOPICS

COVERAGE: dict[str, dict[str, list[str]]] = yaml.safe_load(
    Path(__file__).with_name("coverage.yml").read_text(encoding="utf-8")
)
FACTS = [
    pytest.param(topic, words, id=f"{topic}: {fact}")
    for topic, facts in COVERAGE.items()
    for fact, words in facts.items()
]


def test_every_topic_has_facts_to_tell() -> None:
    assert set(COVERAGE) == set(CONTRACT_TOPICS)


@pytest.mark.parametrize(("topic", "words"), FACTS)
def test_the_answer_tells(topic: str, words: list[str], real_project: Project) -> None:
    answer = real_project.library.answers[topic]
    told = " ".join(f"{answer.short} {answer.more}".lower().split())
    missing = [wanted for wanted in words if not any(word in told for word in wanted.split("|"))]
    assert not missing, f"the answer of {topic} does not say {', '.join(missing)}"


def test_where_the_articles_disagree_about_surgery_the_patient_is_told_who_says_what(real_project: Project) -> None:
    differs = real_project.library.answers["surgery"].differs or ""
    assert "does not help people live longer" in " ".join(differs.split())
    assert "may help some people" in " ".join(differs.split())
