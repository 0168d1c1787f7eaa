"""A mistake in content/red_flags.yml is told in one line with its place."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from companion.content.problems import ContentError
from companion.safety import RuleFile, load_rules

GOOD_RULE = {
    "id": "chest_pain",
    "urgency": "emergency",
    "looks_for": "chest pain",
    "patterns": ["<chest> + pain"],
    "rationale": "heart attack",
    "sources": [{"title": "General clinical knowledge, not yet sourced"}],
    "examples": ["chest pain"],
    "near_misses": ["what is chest pain"],
}


def problems(tmp_path: Path, rules: RuleFile, **change: object) -> list[str]:
    data = {
        "spellings": {},
        "real_words": "chess",
        "durations": {},
        "context": rules.context.dict(),
        "words": {"chest": "chest, breastbone"},
        "rules": [{**GOOD_RULE, **change}],
    }
    path = tmp_path / "content" / "red_flags.yml"
    path.parent.mkdir()
    path.write_text(yaml.safe_dump(data), encoding="utf-8")
    try:
        load_rules(tmp_path)
    except ContentError as error:
        return [str(problem) for problem in error.problems]
    return []


def test_a_good_file_has_no_problems(tmp_path: Path, rules: RuleFile) -> None:
    assert problems(tmp_path, rules) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"patterns": ["<chst> + pain"]}, "names the word list <chst>"),
        ({"patterns": ["{temprature >= 38}"]}, "write {measure >= number}"),
        ({"patterns": ["chest + | "]}, "has an empty part"),
        ({"patterns": []}, "at least 1"),
        ({"urgency": "asap"}, "not a valid enumeration member"),
        ({"urgency": "none"}, "cannot have the urgency 'none'"),
        ({"example": ["x"]}, "no known field"),
        ({"even_if": ["maybe"]}, "unexpected value"),
    ],
)
def test_a_mistake_is_told_in_one_line_with_its_place(
    tmp_path: Path, rules: RuleFile, change: dict[str, object], told: str
) -> None:
    lines = problems(tmp_path, rules, **change)
    assert len(lines) == 1
    assert told in lines[0]
    assert lines[0].startswith("content/red_flags.yml:")
    assert "\n" not in lines[0]


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match=r"content/red_flags\.yml: there is no such file"):
        load_rules(tmp_path)
