"""The messages that understanding is measured on."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from companion.evaluation.table_file import read_table

__all__ = ["PARTS", "Question", "part_of", "read_questions"]

#: Each part of a set, and what it is called in the report.
PARTS = {
    "in_scope": "in scope (the topics)",
    "personal_advice": "personal advice",
    "near_scope": "near the scope",
    "other_disease": "other diseases",
    "general": "general, out of scope",
    "small_talk": "small talk",
    "feelings": "feelings and symptoms",
}
_PART_OF_INTENT = {
    "personal_medical_advice": "personal_advice",
    "out_of_scope": "general",
    "express_distress": "feelings",
    "report_symptom": "feelings",
}


@dataclass(frozen=True)
class Question:
    """One message, its intent, and other intents that a fair editor accepts too."""

    text: str
    label: str
    alternatives: tuple[str, ...] = ()
    part: str = "in_scope"

    def accepts(self, intent: str) -> bool:
        """Whether `intent` is the label or one of the alternatives."""
        return intent == self.label or intent in self.alternatives


def part_of(intent: str, topics: Collection[str]) -> str:
    """The part that a message of this intent belongs to when its file does not say."""
    return "in_scope" if intent in topics else _PART_OF_INTENT.get(intent, "small_talk")


def read_questions(path: Path, intents: Collection[str], topics: Collection[str]) -> list[Question]:
    """The messages of a CSV file with the columns text,label and, if there, alt_labels (divided by "|") and part.

    Raises `ContentError` with what is wrong, line by line.
    """
    table = read_table(path, ("text", "label"), ("alt_labels", "part"))
    questions = []
    for row in table.rows:
        label, part = row.cells["label"], row.cells["part"]
        alternatives = tuple(name.strip() for name in row.cells["alt_labels"].split("|") if name.strip())
        table.name_in(row, "label", label, intents)
        for name in alternatives:
            table.name_in(row, "alt_labels", name, intents)
        table.name_in(row, "part", part, PARTS)
        questions.append(Question(row.cells["text"], label, alternatives, part or part_of(label, topics)))
    table.check()
    return questions
