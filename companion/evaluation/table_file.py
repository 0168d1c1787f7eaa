"""Reads the CSV files that evaluation scores, and tells their author in one line what is wrong in them."""

from __future__ import annotations

import csv
import difflib
import io
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from companion.content.problems import ContentError, Problem

__all__ = ["Row", "Table", "read_table"]

#: A file in the wrong shape is wrong on every line; nobody reads more than these.
_MOST_PROBLEMS = 10


@dataclass(frozen=True)
class Row:
    """The cells of one message by column, without spaces around them; `line` is where it begins in the file."""

    line: int
    cells: dict[str, str]


@dataclass
class Table:
    """The rows of a file. Whoever reads their meaning adds `problems`, and calls `check` at the end."""

    path: str
    rows: list[Row]
    problems: list[Problem]

    def wrong(self, row: Row, column: str, message: str) -> None:
        """Notes what is wrong in one cell, and what would be right; the first problem of a row explains the others."""
        if all(problem.line != row.line for problem in self.problems):
            self.problems.append(Problem(self.path, row.line, f"column '{column}': {message}"))

    def name_in(self, row: Row, column: str, name: str, names: Collection[str]) -> None:
        """Notes a `name` that is none of `names`, with the nearest ones."""
        if name and name not in names:
            near = difflib.get_close_matches(name, sorted(names), n=3, cutoff=0.5) or sorted(names)
            more = ", ..." if len(near) > 12 else ""
            self.wrong(row, column, f"'{name}' is not known; use {' or '.join(near[:12])}{more}")

    def check(self) -> None:
        """Raises `ContentError` if anything was wrong."""
        if self.problems:
            problems = sorted(self.problems)
            if len(problems) > _MOST_PROBLEMS:
                more = f"and {len(problems) - _MOST_PROBLEMS} problems more, from this line on"
                problems[_MOST_PROBLEMS:] = [Problem(self.path, problems[_MOST_PROBLEMS].line, more)]
            raise ContentError(problems)


def read_table(path: Path, required: Sequence[str], optional: Sequence[str] = ()) -> Table:
    """The rows of the CSV file at `path`; optional columns that are missing are empty.

    Raises `ContentError` for a file that is missing, no UTF-8, without one of the `required` columns or without rows.
    """
    wanted = f"the first line must be {','.join(required)}" + "".join(f"[,{name}]" for name in optional)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (FileNotFoundError, IsADirectoryError):
        raise _problem(path, 0, "there is no such file; give the path of a CSV file") from None
    except UnicodeDecodeError:
        raise _problem(path, 0, "is not UTF-8 text; save it as 'CSV UTF-8'") from None
    reader = csv.reader(io.StringIO(text), strict=True)
    table = Table(str(path), [], [])
    try:
        header = [name.strip() for name in next(reader, [])]
        for name in required:
            if name not in header:
                raise _problem(path, 1, f"column '{name}' is missing; {wanted}, divided by commas")
        begins = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                table.rows.append(_row(table, header, cells, begins, optional))
            begins = reader.line_num + 1
    except csv.Error as error:
        raise _problem(path, reader.line_num, f"cannot be read ({error}); put a text with signs in quotes") from None
    if not table.rows:
        raise _problem(path, 0, f"holds no messages; {wanted}, then one message a line")
    for row in table.rows:
        for name in required:
            if not row.cells[name]:
                table.wrong(row, name, f"is empty; fill it in, {wanted}")
    return table


def _row(table: Table, header: Sequence[str], cells: Sequence[str], line: int, optional: Sequence[str]) -> Row:
    row = Row(
        line, dict.fromkeys(optional, "") | {name: cell.strip() for name, cell in zip(header, cells, strict=False)}
    )
    row.cells.update({name: "" for name in header if name not in row.cells})
    if len(cells) > len(header):
        last = header[-1]
        table.wrong(
            row, last, f"{len(cells)} cells where {len(header)} are right; put a text that has commas in quotes"
        )
    return row


def _problem(path: Path, line: int, message: str) -> ContentError:
    return ContentError([Problem(str(path), line, message)])
