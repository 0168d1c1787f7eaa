"""The demonstration page, and the page with the numbers to call for those who have no JavaScript."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from companion.content import Library, contact_phrases, render, spell
from companion.content.model import Contact
from companion.settings import Settings

__all__ = ["Pages"]

_HERE = Path(__file__).parent


class Pages:
    """Rendered once, when the server starts."""

    def __init__(self, library: Library, settings: Settings) -> None:
        """Raises `ContentError` for words that cannot be rendered."""
        self._library = library
        self._settings = settings
        words = yaml.safe_load((_HERE / "words.yml").read_text(encoding="utf-8"))
        templates = Environment(
            loader=FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )
        shared = {"language": settings.locale, "numbers": self._numbers(), **self._filled(words["shared"])}
        self._demo = templates.get_template("demo.html").render(**shared, **self._filled(words["demo"]))
        self._help = templates.get_template("numbers.html").render(**shared, **self._filled(words["help"]))

    def routes(self) -> list[BaseRoute]:
        """To be mounted by the application."""
        return [
            Route("/", self._show_demo),
            Route("/numbers", self._show_numbers),
            Mount("/static", StaticFiles(directory=_HERE / "static")),
        ]

    async def _show_demo(self, request: Request) -> Response:
        return HTMLResponse(self._demo)

    async def _show_numbers(self, request: Request) -> Response:
        return HTMLResponse(self._help)

    def _numbers(self) -> dict[str, Any]:
        """Every number there is for the deployer's country, ready to be shown."""
        place = self._library.helplines.countries.get(self._settings.country or "", self._library.helplines.general)
        silent = place.emergency.silent
        return {
            "emergency": _dialled(place.emergency.number),
            "silent": silent["how"] if silent else None,
            "care": _dialled(self._settings.care_line) if self._settings.care_line else None,
            "crisis": [_shown(contact) for contact in place.crisis],
            "abuse": [_shown(contact) for contact in place.abuse],
            "support": [_shown(contact) for contact in place.cancer_support],
        }

    def _filled(self, texts: Any) -> Any:
        """The texts with phrases filled in, in the deployer's spelling, however deeply they are nested."""
        if isinstance(texts, dict):
            return {name: self._filled(text) for name, text in texts.items()}
        if isinstance(texts, list):
            return [self._filled(text) for text in texts]
        phrases = contact_phrases(self._library.helplines, self._settings)
        return spell(render(texts, phrases), self._library.american, self._settings.locale)


def _dialled(number: str) -> dict[str, str | None]:
    """`link` is what a telephone can dial; None where the number is a phrase."""
    digits = "".join(sign for sign in number if sign not in " -()")
    return {"number": number, "link": f"tel:{digits}" if digits.lstrip("+").isdigit() else None}


def _shown(contact: Contact) -> dict[str, str | None]:
    """`how` is empty where the number is simply called, or the page simply opened."""
    called, web = contact.how in ("call", "call or text"), contact.how == "web"
    dialled = _dialled(contact.number) if called else {"number": contact.number, "link": None}
    how = "" if called or web else contact.how
    opened = {"link": f"https://{contact.number}"} if web else {}
    return {"name": contact.name, "how": how, "hours": contact.hours, **dialled, **opened}
