"""Reads one content file into its model."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from companion.content.problems import ContentError, Problem
from companion.content.yaml_file import YamlFile, read_yaml
from companion.settings import ROOT

__all__ = ["read_shaped"]

Shape = TypeVar("Shape", bound=BaseModel)


def read_shaped(name: str, shape: type[Shape], root: Path = ROOT) -> Shape:
    """The file `name` below `root` as a `shape`. Raises `ContentError` with one line a problem."""
    file = read_yaml(root / name, root=root)
    try:
        return shape.parse_obj(file.data)
    except ValidationError as error:
        raise ContentError([_problem(file, one) for one in error.errors()]) from None


def _problem(file: YamlFile, error: Mapping[str, Any]) -> Problem:
    """A pydantic error in an editor's words; one of the whole file says itself what is wrong."""
    place = [part for part in error["loc"] if part != "__root__"]
    name = f"'{'.'.join(map(str, place))}': " if place else ""
    return file.problem(f"{name}{error['msg']}", *place)
