"""The hand-over note as a PDF, whatever signs people have written."""

from __future__ import annotations

import importlib.util
from functools import lru_cache
from pathlib import Path

from fontTools.ttLib import TTFont
from fpdf import FPDF

from companion.cases.sbar import Sbar

__all__ = ["note_as_pdf"]

#: Brings DejaVu Sans, which knows most alphabets; without it the PDF's own fonts know Western Europe's.
_FONT_PACKAGE = "matplotlib"
_FONTS = {"": "DejaVuSans.ttf", "B": "DejaVuSans-Bold.ttf"}
_LACKING = "\N{WHITE SQUARE}"
_MARGIN, _LINE = 20, 6.2  # mm


class _Note(FPDF):
    """Pages of A4 with who printed them below."""

    def __init__(self, footer: str) -> None:
        super().__init__(format="A4")
        self._footer = footer
        self.set_margins(_MARGIN, _MARGIN)
        self.set_auto_page_break(True, _MARGIN)
        self.family = "Helvetica"
        folder = _font_folder()
        if folder is not None:
            self.family = "DejaVu"
            for style, file in _FONTS.items():
                self.add_font(self.family, style, folder / file)

    def footer(self) -> None:
        """Below every page."""
        self.set_y(-15)
        self.set_font(self.family, "", 8)
        self.cell(0, 5, f"{self._footer}   {self.page_no()}")


def note_as_pdf(note: Sbar, *, title: str, footer: str, lacking: str) -> bytes:
    """The PDF. A sign that the font does not have is printed as a box, and `lacking` (one sentence) says so."""
    parts = [title, footer, *(text for heading, lines in note.sections() for text in (heading, *lines))]
    page = _Note(_printable(footer))
    page.set_title(_printable(title))
    page.add_page()
    page.set_font(page.family, "B", 16)
    page.multi_cell(0, 9, _printable(title), new_x="LMARGIN", new_y="NEXT")
    for heading, lines in note.sections():
        page.ln(3)
        page.set_font(page.family, "B", 12)
        page.multi_cell(0, 7, _printable(heading), new_x="LMARGIN", new_y="NEXT")
        page.set_font(page.family, "", 10.5)
        for line in lines:
            page.multi_cell(0, _LINE, _printable(line), new_x="LMARGIN", new_y="NEXT")
    if any(_printable(text) != text for text in parts):
        page.ln(3)
        page.set_font(page.family, "", 9)
        page.multi_cell(0, 5, _printable(lacking), new_x="LMARGIN", new_y="NEXT")
    return bytes(page.output())


def _printable(text: str) -> str:
    known = _known_signs()
    if known is None:
        return text.encode("latin-1", "replace").decode("latin-1")
    return "".join(sign if ord(sign) in known else _LACKING for sign in text)


@lru_cache(maxsize=1)
def _font_folder() -> Path | None:
    found = importlib.util.find_spec(_FONT_PACKAGE)
    if found is None or found.origin is None:
        return None
    folder = Path(found.origin).parent / "mpl-data" / "fonts" / "ttf"
    return folder if all((folder / file).exists() for file in _FONTS.values()) else None


@lru_cache(maxsize=1)
def _known_signs() -> frozenset[int] | None:
    """What both styles of the font can print; None without it."""
    folder = _font_folder()
    if folder is None:
        return None
    return frozenset.intersection(
        *(frozenset(TTFont(folder / file, lazy=True).getBestCmap()) for file in _FONTS.values())
    )
