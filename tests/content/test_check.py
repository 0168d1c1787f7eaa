"""The checker as an editor meets it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from companion.content.check import run
from companion.content.checks import RULES, Project, Rule
from companion.settings import ROOT
from tests.content.conftest import Copy

HORMONES = "content/answers/hormone_therapy.yml"
OUTLOOK = "content/answers/prognosis_life_expectancy.yml"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_real_content_has_no_error_of(rule: Rule, real_project: Project) -> None:
    assert [str(problem) for problem in rule(real_project) if problem.severity == "error"] == []


def test_nothing_is_told_of_a_sound_project(copy: Copy) -> None:
    assert copy.told() == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_test_shows_what_is_told_by(rule: Rule) -> None:
    tests = [path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_check_*.py")]
    called = f"{rule.__module__.rsplit('.', 1)[-1]}.{rule.__name__}"
    assert any(f"told_by({called}" in text for text in tests), f"write a test that shows {called} firing"


def test_errors_come_first_then_warnings_then_one_line_of_summary(copy: Copy, capsys: pytest.CaptureFixture) -> None:
    copy.spoil("content/sources.yml", "https://www.nhs.uk/999/", "http://www.nhs.uk/999/")
    copy.spoil(HORMONES, "Many can be eased.", "You are fine.")
    copy.spoil(OUTLOOK, "Nobody can tell", "Women: nobody can tell")
    copy.spoil("content/notices.yml", "I could not answer.", "We fight it.")
    assert run(root=copy.root) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" ")[0] for line in lines] == [
        f"{HORMONES}:12:",
        "content/notices.yml:9:",
        "content/sources.yml:16:",
        "2",
    ]
    assert ": warning: 'uk_999' has an http address" in lines[2]
    assert lines[3] == "2 errors, 1 warning; 2 of 2 answers are drafts: no clinician has signed them"


def test_warnings_alone_stop_nothing(copy: Copy, capsys: pytest.CaptureFixture) -> None:
    copy.spoil("content/sources.yml", "https://www.nhs.uk/999/", "http://www.nhs.uk/999/")
    assert run(root=copy.root) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("0 errors, 1 warning; ")


def test_answers_that_a_clinician_signed_are_counted(copy: Copy, capsys: pytest.CaptureFixture) -> None:
    signed = "{status: reviewed, by: Dr A. Example, signed: 2026-11-01, next_due: 2027-11-22}"
    draft = "{status: draft, by: null, signed: null, next_due: 2027-11-22}"
    copy.spoil(HORMONES, draft, signed)
    run(root=copy.root)
    assert "1 of 2 answers are drafts" in capsys.readouterr().out
    copy.spoil(OUTLOOK, draft, signed)
    run(root=copy.root)
    assert "all 2 answers are signed by a clinician" in capsys.readouterr().out


def test_grades_are_a_table_of_topic_field_words_grade_and_raw_grade(copy: Copy, capsys: pytest.CaptureFixture) -> None:
    assert run(grades=True, root=copy.root) == 0
    head, first, *rest = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert head == ["topic", "field", "words", "grade", "raw"]
    assert first[:3] == ["hormone_therapy", "short", "22"]
    assert {"numbers.figures", "line", "text", "fever_on_treatment"} <= {row[1] for row in rest}


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        (HORMONES, 'label: "Hormone', f"{HORMONES}:1: is not valid YAML"),
        (HORMONES, "label: Hormone: therapy", f"{HORMONES}:1: is not valid YAML"),
        (HORMONES, "label:\n\tshort: x", f"{HORMONES}:2: is not valid YAML"),
        (HORMONES, "short: {{ care_line }}", f"{HORMONES}:1: is not valid YAML"),
        (HORMONES, "", f"{HORMONES}: is empty"),
        (HORMONES, "- label", f"{HORMONES}:"),
        (HORMONES, "label: a\nlabel: b", f"{HORMONES}:2: 'label' is given twice"),
        (
            HORMONES,
            "label: a\nreview: {next_due: 2026-11-31}",
            f"{HORMONES}:2: '2026-11-31' is not a day of the calendar",
        ),
        (HORMONES, "label: &a [*a]", f"{HORMONES}: holds an entry that contains itself"),
        ("content/sources.yml", "a: b", "content/sources.yml:"),
        ("content/red_flags.yml", "rules: 3", "content/red_flags.yml:"),
        ("content/languages.yml", "nn: [Beklager]", "content/languages.yml:1: 'nn'"),
        ("domain.yml", "intents: 3", "domain.yml:1: 'intents'"),
        ("domain.yml", "- a", "domain.yml"),
        ("data/rules/answers.yml", "rules: [{steps: 3}]", "data/rules/answers.yml:1: 'rules.0.steps'"),
        ("data/nlu/hormone_therapy.yml", "nlu: [", "data/nlu/hormone_therapy.yml:"),
        (
            "tests/evaluation/articles.csv",
            "text,topic\na,b\n",
            "tests/evaluation/articles.csv:1: has no column 'label'",
        ),
    ],
)
def test_a_file_that_cannot_be_read_is_told_in_lines_never_in_a_traceback(
    copy: Copy, capsys: pytest.CaptureFixture, name: str, text: str, told: str
) -> None:
    copy.write(name, text)
    assert run(root=copy.root) == 1
    *lines, summary = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(told)
    assert all(line.startswith(name) for line in lines)
    assert "nothing else was checked, put this right first" in summary


def test_bad_yaml_is_one_line(copy: Copy) -> None:
    copy.write(HORMONES, 'label: "Hormone')
    assert len(copy.told()) == 1


def test_two_bad_files_are_both_told(copy: Copy) -> None:
    copy.write(HORMONES, 'label: "Hormone')
    copy.write("domain.yml", "intents: [")
    assert [line.split(":")[0] for line in copy.told()] == [HORMONES, "domain.yml"]


@pytest.mark.parametrize(
    "name", ["content/sources.yml", "content/red_flags.yml", "domain.yml", "tests/evaluation/articles.csv"]
)
def test_a_missing_file_is_told(copy: Copy, name: str) -> None:
    (copy.root / name).unlink()
    assert copy.told()[0].startswith(f"{name}: there is no such file")


def test_a_file_that_is_not_text_is_told(copy: Copy) -> None:
    (copy.root / "content/notices.yml").write_bytes(b"greet: \xff\xfe")
    assert copy.told() == ["content/notices.yml: is not UTF-8 text; save it as UTF-8"]


def test_a_misspelt_field_is_told_with_the_known_ones(copy: Copy) -> None:
    copy.spoil(HORMONES, "differs: >-", "difers: >-")
    (told,) = copy.told()
    assert told.startswith(
        f"{HORMONES}:9: 'difers' is not a known field; check its spelling; known fields: label, short"
    )


def test_the_checker_starts_without_rasa() -> None:
    code = "import sys, companion.__main__, companion.content.check; print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert not [name for name in ("'rasa'", "'rasa_sdk'", "'tensorflow'", "'sklearn'") if name in done.stdout]


def test_the_command_checks_the_real_content() -> None:
    done = subprocess.run([sys.executable, "-m", "companion", "check"], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode in (0, 1), done.stderr
    assert "answers" in done.stdout.splitlines()[-1]
