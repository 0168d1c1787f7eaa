"""The page with the figures, and each table as CSV."""

from __future__ import annotations

from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from companion.content import Library
from companion.desk.access import Visit
from companion.desk.figures import PERIODS, Figures, Table, as_csv
from companion.desk.pages import Pages
from companion.desk.plots import Plot, columns, rows

__all__ = ["FiguresPage"]

_USUAL = 30
#: Which column a table's picture shows; a table that is not here has none.
_PICTURED = {"volumes": 1, "urgencies": 1, "waits": 2, "outcomes": 1, "topics": 1}
#: So many bars can still be told apart.
_MOST_BARS = 15


class FiguresPage:
    """For the team lead."""

    def __init__(self, *, figures: Figures, library: Library, pages: Pages) -> None:
        self._figures = figures
        self._pages = pages
        self._topics = {topic: answer.label for topic, answer in library.answers.items()}

    def show(self, visit: Visit) -> Response:
        """GET /figures?days=30."""
        days = _days(visit)
        tables = [(table, self._named(table)) for table in self._figures.tables(days)]
        shown = [(table.name, table, named, self._plot(table, named)) for table, named in tables]
        values = {"sign_in": visit.sign_in, "tables": shown, "days": days, "periods": PERIODS}
        return self._pages.page("figures.html", values)

    def csv(self, visit: Visit) -> Response:
        """GET /figures/{table}.csv?days=30."""
        name, days = visit.request.path_params["table"], _days(visit)
        table = next((one for one in self._figures.tables(days) if one.name == name), None)
        if table is None:
            raise HTTPException(404, "no_such_page")
        headers = {"Content-Disposition": f'attachment; filename="{name}-{days}-days.csv"'}
        return Response(as_csv(table), media_type="text/csv", headers=headers)

    def _named(self, table: Table) -> list[tuple[Any, ...]]:
        """The rows with what staff call things instead of ids."""
        house = self._pages.house
        names = {
            "urgencies": self._pages.urgency,
            "waits": self._pages.urgency,
            "outcomes": lambda one: house.outcomes.get(one, self._pages.words["states"].get(one, one)),
            "channels": lambda one: house.sbar.channels.get(one, one),
            "topics": lambda one: self._topics.get(one, one),
        }
        name = names.get(table.name, str)
        return [(name(first), *rest) for first, *rest in table.rows]

    @staticmethod
    def _plot(table: Table, named: list[tuple[Any, ...]]) -> Plot | None:
        column = _PICTURED.get(table.name)
        if column is None:
            return None
        values = [(str(row[0]), float(row[column])) for row in named if row[column] is not None]
        if not any(value for _, value in values):
            return None
        return columns(values) if table.name == "volumes" else rows(values[:_MOST_BARS])


def _days(visit: Visit) -> int:
    days = visit.request.query_params.get("days", "")
    return int(days) if days in map(str, PERIODS) else _USUAL
