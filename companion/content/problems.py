"""What an editor is told: one line a problem, with the place and what would be right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["ContentError", "Problem"]


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong in a content file.

    `path` is relative to the project; `line` counts from 1, 0 where the whole file is meant; `severity` "error" stops a
    release, "warning" does not.
    """

    path: str
    line: int
    message: str
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {self.message}"


class ContentError(Exception):
    """Content that cannot be used; carries every problem found, not only the first."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))
