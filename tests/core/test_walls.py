"""The walls between the parts: what must run without Rasa imports nothing of it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RASA = {"rasa", "rasa_sdk", "sanic"}
WITHOUT_RASA = ["content", "safety", "dialogue", "encoder", "web", "store", "cases", "desk", "platforms", "settings.py"]


def files_of(part: str) -> list[Path]:
    place = ROOT / "companion" / part
    return [place] if place.suffix == ".py" else sorted(place.rglob("*.py"))


def imports(nodes: list[ast.stmt] | Iterator[ast.AST]) -> set[str]:
    """The modules that these statements import, as dotted names."""
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute here; this test reads no relative ones"
            found |= {node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def module_file(name: str) -> Path | None:
    """The file of one of our own modules."""
    place = ROOT.joinpath(*name.split("."))
    for file in (place.with_suffix(".py"), place / "__init__.py"):
        if file.exists():
            return file
    return None


def loaded_with(file: Path, seen: set[Path]) -> set[str]:
    """Everything that importing `file` imports, through our own modules too, but not what a function imports later."""
    seen.add(file)
    names = imports(ast.parse(file.read_text(encoding="utf-8")).body)
    for name in [one for one in names if one.split(".")[0] in ("companion", "actions")]:
        for depth in range(1, name.count(".") + 2):
            inner = module_file(".".join(name.split(".")[:depth]))
            if inner is not None and inner not in seen:
                names |= loaded_with(inner, seen)
    return names


@pytest.mark.parametrize("part", WITHOUT_RASA)
def test_it_imports_nothing_of_rasa(part: str) -> None:
    files = files_of(part)
    assert files, f"companion/{part} is gone; adapt this test"
    for file in files:
        names = imports(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
        wrong = sorted(name for name in names if name.split(".")[0] in RASA)
        assert not wrong, f"{file.relative_to(ROOT)} imports {wrong}"


@pytest.mark.parametrize("part", WITHOUT_RASA)
def test_neither_does_what_it_imports_of_ours(part: str) -> None:
    for file in files_of(part):
        wrong = sorted(name for name in loaded_with(file, set()) if name.split(".")[0] in RASA)
        assert not wrong, f"importing {file.relative_to(ROOT)} loads {wrong}"


def test_actions_import_nothing_of_the_rasa_server() -> None:
    for file in sorted((ROOT / "actions").rglob("*.py")):
        wrong = sorted(name for name in loaded_with(file, set()) if name.split(".")[0] in {"rasa", "sanic"})
        assert not wrong, f"importing {file.relative_to(ROOT)} loads {wrong}"


def test_this_test_sees_an_import_of_rasa() -> None:
    names = imports(ast.walk(ast.parse("def f():\n    from rasa.core.agent import Agent\n")))
    assert "rasa.core.agent" in names
    assert loaded_with(ROOT / "companion" / "channels" / "gate.py", set()) & {"rasa.core.channels.channel"}
