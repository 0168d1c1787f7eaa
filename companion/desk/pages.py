"""Renders the desk's pages: templates/, with the words of words.yml."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse

from companion.desk.house import House
from companion.desk.roles import MAY, Permission

__all__ = ["Pages"]

_HERE = Path(__file__).parent


class Pages:
    """`words`: the interface's words, by page."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.words: dict[str, dict[str, Any]] = yaml.safe_load((_HERE / "words.yml").read_text(encoding="utf-8"))
        self._environment = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters.update(
            day=self.day,
            clock=self.clock,
            moment=self.moment,
            span=self.span,
            paragraphs=_paragraphs,
            urgency=self.urgency,
        )
        self._environment.globals.update(w=self.words, Permission=Permission, MAY=MAY, version=_version())

    def page(self, name: str, values: Mapping[str, Any], status: int = 200) -> HTMLResponse:
        """A whole page of templates/."""
        return HTMLResponse(self.html(name, values), status)

    def html(self, name: str, values: Mapping[str, Any]) -> str:
        """A page or a part of one, as text."""
        return self._environment.get_template(name).render({"sign_in": None, "live": None, **values})

    def message(self, name: str, status: int) -> HTMLResponse:
        """A page that says one thing: `name` of the words' `messages`, or what the status means."""
        usual = "no_such_page" if status == 404 else "other"
        known = name if name in self.words["messages"] else usual
        return self.page("message.html", {"text": self.words["messages"][known]}, status)

    # -- how times are told --------------------------------------------------------------------------------------------

    def day(self, at: datetime) -> str:
        """22 November 2026."""
        local = self.house.local(at)
        return f"{local.day} {local:%B %Y}"

    def clock(self, at: datetime) -> str:
        """14:05, on the staff's clocks."""
        return f"{self.house.local(at):%H:%M}"

    def moment(self, at: datetime) -> str:
        """22 November 2026, 14:05."""
        return f"{self.day(at)}, {self.clock(at)}"

    def span(self, length: timedelta) -> str:
        """How long something takes, in the largest two units that say something: "2 h 5 min"."""
        units = self.words["units"]
        minutes = max(0, int(length.total_seconds() // 60))
        days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
        if days:
            return f"{days} {units['days']} {hours} {units['hours']}" if hours else f"{days} {units['days']}"
        if hours:
            return f"{hours} {units['hours']} {rest} {units['minutes']}" if rest else f"{hours} {units['hours']}"
        return f"{rest} {units['minutes']}"

    def urgency(self, level: str) -> str:
        """What a level is called."""
        words = self.house.sbar.urgency.get(level)
        return words.label if words else level


def _paragraphs(text: str) -> Markup:
    """A message as it was written, with its line breaks, and nothing in it taken for HTML."""
    return Markup("<br>").join(escape(line) for line in text.splitlines())


def _version() -> str:
    """Changes with every change of script or style, so that no browser keeps an old one."""
    files = sorted((_HERE / "static").iterdir())
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]
