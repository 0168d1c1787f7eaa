"""What README.md and the pages under docs/ point to is there: links, files, commands, tests, settings."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from urllib.parse import unquote

import pytest

from companion import __main__ as command_line
from tests.docs.test_hazards import existing_tests

ROOT = Path(__file__).resolve().parents[2]
PAGES = [page for page in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))) if page.exists()]

_BLOCK = re.compile(r"^[ ]*```[^\n]*\n(.*?)^[ ]*```", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_FILE = re.compile(r"(?:[\w.<>*-]+/)*[\w.<>*-]+\.(?:yml|md|py|csv|toml|lock|conf|js|html|css)|(?:[\w.<>*-]+/)+")
#: Made on the machine; not there in a fresh clone.
_MADE = ("var/", ".venv/")
#: What an editor is told to write, by way of example.
_EXAMPLES = ("hair_loss",)


def prose_of(page: Path) -> str:
    """A page without its code blocks."""
    return _BLOCK.sub("", page.read_text(encoding="utf-8"))


def code_of(page: Path) -> list[str]:
    """A page's code: each span, and each line of a block."""
    text = page.read_text(encoding="utf-8")
    return [
        *_SPAN.findall(_BLOCK.sub("", text)),
        *(line for block in _BLOCK.findall(text) for line in block.splitlines()),
    ]


def anchors_of(page: Path) -> set[str]:
    """Where a link may lead within a page: its headings as GitHub and most others name them, and named places."""
    text = prose_of(page)
    headings = {re.sub(r"[^\w -]", "", heading.lower()).strip().replace(" ", "-") for heading in _HEADING.findall(text)}
    return headings | set(re.findall(r'<a id="([^"]+)">', text))


def targets_of(line: str) -> list[str]:
    """The targets of a `make` command."""
    try:
        words = shlex.split(line)
    except ValueError:
        return []
    targets: list[str] = []
    for start in [number for number, word in enumerate(words) if word == "make"]:
        if any("=" not in word for word in words[:start]) and words[start - 1] != "&&":
            continue  # "to make" in a comment or a sentence
        for word in words[start + 1 :]:
            if word in ("&&", ";", "#"):
                break
            targets += [word] if "=" not in word else []
    return targets


def is_there(name: str) -> bool:
    """Whether a file or folder that a page names exists, from the project's root or, a bare name, anywhere in it."""
    if name.startswith(_MADE) or any(example in name for example in _EXAMPLES):
        return True
    pattern = re.sub(r"<\w+>", "*", name).rstrip("/")
    folders = ("content", "data", "docs", "companion", "actions", "tests", "deploy")
    return any(ROOT.glob(pattern)) or any(any((ROOT / folder).rglob(pattern)) for folder in folders)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    broken = []
    for link in _LINK.findall(prose_of(page)):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, place = unquote(link).partition("#")
        file = (page.parent / path).resolve() if path else page
        if not file.exists() or (place and file.suffix == ".md" and place not in anchors_of(file)):
            broken.append(link)
    assert not broken, f"{page.relative_to(ROOT)} links to {broken}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_file_that_is_named_is_there(page: Path) -> None:
    named = [span for span in _SPAN.findall(prose_of(page)) if _FILE.fullmatch(span)]
    gone = [name for name in named if not is_there(name)]
    assert not gone, f"{page.relative_to(ROOT)} names {gone}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_make_command_is_a_target(page: Path) -> None:
    known = set(re.findall(r"^([a-z][\w-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    unknown = [target for line in code_of(page) for target in targets_of(line) if target not in known]
    assert not unknown, f"{page.relative_to(ROOT)} names make {unknown}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_command_of_ours_exists(page: Path) -> None:
    named = {name for line in code_of(page) for name in re.findall(r"-m companion ([a-z][a-z-]*)", line)}
    unknown = named - set(command_line._COMMANDS)
    assert not unknown, f"{page.relative_to(ROOT)} names python -m companion {unknown}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_test_that_is_named_exists(page: Path) -> None:
    known = {test.partition("::")[2] for test in existing_tests()}
    unknown = [span for span in _SPAN.findall(prose_of(page)) if re.fullmatch(r"test_\w+", span) and span not in known]
    assert not unknown, f"{page.relative_to(ROOT)} names {unknown}"


def test_operators_read_of_every_setting() -> None:
    code = "".join((ROOT / "companion" / name).read_text(encoding="utf-8") for name in ("settings.py", "run/local.py"))
    page = (ROOT / "docs" / "operators.md").read_text(encoding="utf-8")
    unsaid = set(re.findall(r'"((?:COMPANION|RASA|WEB|ACTIONS?|TRACKER)_[A-Z_]+)"', code))
    assert not {name for name in unsaid if f"`{name}`" not in page}


def test_editors_read_what_needs_training() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    needs = set(
        re.findall(r"content/\w+\.yml", makefile[makefile.index("$(MODEL):") : makefile.index("companion train")])
    )
    page = (ROOT / "docs" / "editors.md").read_text(encoding="utf-8")
    row = next(line for line in page.splitlines() if line.startswith("| `content/medicines.yml`"))
    assert set(re.findall(r"content/\w+\.yml", row)) == needs


@pytest.mark.parametrize(
    ("line", "targets"),
    [
        ("make ask TEXT='what is hormone therapy'", ["ask"]),
        ("REQUIRE_ALL=1 make test", ["test"]),
        ("make setup && make test", ["setup", "test"]),
        ("make PYTHON=python3.10 test", ["test"]),
        ("make", []),
        ("# to make it whole", []),
    ],
)
def test_commands_are_read_as_a_shell_reads_them(line: str, targets: list[str]) -> None:
    assert targets_of(line) == targets
