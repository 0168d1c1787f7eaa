"""The danger signs of a case, with what staff want to know about each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from companion.cases import Case
from companion.cases.sbar import SbarWords
from companion.safety import RedFlag, load_rules
from companion.safety.model import RedFlagSource, Urgency
from companion.settings import ROOT

__all__ = ["FlagView", "RedFlags"]

_ORDER = [level.value for level in Urgency]


@dataclass(frozen=True)
class FlagView:
    """One danger sign. `words`: the patient's own. `fresh`: told since the chat was taken over."""

    id: str
    name: str
    urgency: str
    words: str
    looks_for: str
    worse_if: Sequence[str]
    why: str
    sources: Sequence[RedFlagSource]
    fresh: bool


class RedFlags:
    """Knows the rules of content/red_flags.yml."""

    def __init__(self, words: SbarWords) -> None:
        """Raises `ContentError`."""
        self._words = words
        self._rules: Mapping[str, RedFlag] = {flag.id: flag for flag in load_rules(ROOT).rules}

    def of(self, case: Case, timeline: Sequence[Mapping[str, Any]] = ()) -> list[FlagView]:
        """A case's, most urgent first. `timeline`: its audit entries."""
        return self.views(case.red_flags, _since_take_over(timeline))

    def views(self, flags: Sequence[Mapping[str, str]], fresh: int = 0) -> list[FlagView]:
        """These flags (`id`, `urgency`, `text`), most urgent first; the last `fresh` of them are new."""
        old = len(flags) - fresh
        views = [self._view(flag, number >= old) for number, flag in enumerate(flags)]
        return sorted(views, key=lambda view: _ORDER.index(view.urgency) if view.urgency in _ORDER else len(_ORDER))

    def _view(self, flag: Mapping[str, str], fresh: bool) -> FlagView:
        rule = self._rules.get(flag["id"])
        return FlagView(
            id=flag["id"],
            name=self._words.red_flags.get(flag["id"], flag["id"]),
            urgency=flag["urgency"],
            words=flag.get("text") or "",
            looks_for=rule.looks_for if rule else "",
            worse_if=rule.escalate_if if rule else (),
            why=rule.rationale if rule else "",
            sources=rule.sources if rule else (),
            fresh=fresh,
        )


def _since_take_over(timeline: Sequence[Mapping[str, Any]]) -> int:
    """How many were added since the chat was taken over; new ones are added at the end. The audit holds no more."""
    held, fresh = False, 0
    for entry in timeline:
        if entry["action"] == "took over the chat":
            held, fresh = True, 0
        elif entry["action"] == "red flag" and held:
            fresh += entry["details"].get("count", 0)
    return fresh
