"""The main job: what the source articles raise, asked as a patient would ask it, gets the right topic."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.conftest import Chat

with open(Path(__file__).parent / "articles.csv", encoding="utf-8", newline="") as _file:
    _QUESTIONS = [(row["text"], row["label"]) for row in csv.DictReader(_file)]


def test_there_are_at_least_sixty_questions_and_two_for_every_topic() -> None:
    topics = [topic for _, topic in _QUESTIONS]
    assert len(_QUESTIONS) >= 60
    assert {topic for topic in topics if topics.count(topic) >= 2} == set(topics)
    assert len(set(topics)) == 41


@pytest.mark.parametrize(("question", "topic"), _QUESTIONS)
def test_a_question_of_the_articles_gets_its_topic(question: str, topic: str, chat: Chat) -> None:
    parsed = chat.understand(question)
    assert parsed["intent"]["name"] == topic, f"'{question}' is answered as {parsed['intent_ranking'][:3]}"
