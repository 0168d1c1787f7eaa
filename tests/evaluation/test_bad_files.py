"""Whoever writes an own question file is told which line, which column, and what would be right."""

from __future__ import annotations

from pathlib import Path

import pytest

from companion.content import ContentError
from companion.evaluation.questions import Question, read_questions
from companion.evaluation.safety import read_cases

INTENTS = {"hormone_therapy", "side_effects", "out_of_scope", "personal_medical_advice", "greet"}
TOPICS = {"hormone_therapy", "side_effects"}


def read(folder: Path, content: str | bytes) -> list[Question]:
    file = folder / "questions.csv"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_questions(file, INTENTS, TOPICS)


def problem(folder: Path, content: str | bytes) -> str:
    with pytest.raises(ContentError) as caught:
        read(folder, content)
    return str(caught.value).removeprefix(str(folder) + "/")


def test_a_good_file_is_read_whole(tmp_path: Path) -> None:
    text = 'text,label,alt_labels\n"hot flushes, again",side_effects,hormone_therapy\nhi,greet,\n'
    flushes, hi = read(tmp_path, text)
    assert flushes == Question("hot flushes, again", "side_effects", ("hormone_therapy",), "in_scope")
    assert hi.part == "small_talk"


def test_what_a_spreadsheet_adds_does_no_harm(tmp_path: Path) -> None:
    assert len(read(tmp_path, b"\xef\xbb\xbftext,label\r\nhi,greet\r\n,\r\n\r\n")) == 1


def test_a_message_over_several_lines_is_one_message(tmp_path: Path) -> None:
    assert read(tmp_path, 'text,label\n"hello\nthere",greet\n')[0].text == "hello\nthere"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("text,label\nhi,great\n", "questions.csv:2: column 'label': 'great' is not known; use greet"),
        ("text,label\nhi,\n", "questions.csv:2: column 'label': is empty; fill it in"),
        ("text,label\n,greet\n", "questions.csv:2: column 'text': is empty; fill it in"),
        (
            'text,label\n"hi\nyou",greet\nwhy, me,greet\n',
            "questions.csv:4: column 'label': 3 cells where 2 are right; put a text that has commas in quotes",
        ),
        (
            "text,label,alt_labels\nhi,greet,side_effect\n",
            "questions.csv:2: column 'alt_labels': 'side_effect' is not known; use side_effects",
        ),
        ("text,label,part\nhi,greet,other\n", "questions.csv:2: column 'part': 'other' is not known; use "),
        ("text;label\nhi;greet\n", "questions.csv:1: column 'text' is missing; the first line must be text,label"),
        ("question,label\nhi,greet\n", "questions.csv:1: column 'text' is missing; the first line must be text,label"),
        ("", "questions.csv:1: column 'text' is missing"),
        ("text,label\n", "questions.csv: holds no messages"),
        ('text,label\n"hi,greet\n', "questions.csv:2: cannot be read (unexpected end of data)"),
        (b"text,label\nna\xefve,greet\n", "questions.csv: is not UTF-8 text; save it as 'CSV UTF-8'"),
    ],
)
def test_a_bad_file_gets_one_line(tmp_path: Path, content: str | bytes, said: str) -> None:
    line = problem(tmp_path, content)
    assert line.startswith(said)
    assert "\n" not in line


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match=r"none\.csv: there is no such file"):
        read_questions(tmp_path / "none.csv", INTENTS, TOPICS)


def test_a_file_wrong_on_every_line_is_not_told_line_by_line(tmp_path: Path) -> None:
    lines = problem(tmp_path, "text,label\n" + "hi,great\n" * 500).splitlines()
    assert len(lines) == 11
    assert lines[-1] == f"{tmp_path}/questions.csv:12: and 490 problems more, from this line on"


def test_an_unknown_urgency_is_told_too(tmp_path: Path) -> None:
    file = tmp_path / "safety.csv"
    file.write_text("text,urgency,rule,kind\nmy chest hurts,emergancy,chest_pain,danger\n")
    with pytest.raises(ContentError, match=r"safety\.csv:2: column 'urgency': 'emergancy' is not known"):
        read_cases(file, ["chest_pain"])
