"""The hazard log: docs/safety/hazards.yml, rendered as docs/safety/hazards.md by `python -m companion hazards`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import Field, ValidationError

from companion.content.model import Entry
from companion.content.problems import ContentError
from companion.content.yaml_file import read_yaml
from companion.settings import ROOT

__all__ = ["LOG", "PAGE", "Hazard", "HazardLog", "load_hazards", "render", "write_page"]

LOG = Path("docs/safety/hazards.yml")
PAGE = Path("docs/safety/hazards.md")
_NOT_AGREED = "not yet agreed by a clinical safety officer"
_LEVELS = range(1, 6)


class Hazard(Entry):
    """One way in which the assistant could contribute to harm.

    `severity` and the likelihoods are levels from 1 to 5 (`Scales`); they are estimates until `agreed_by` names a
    clinical safety officer. `remains`: what the mitigation leaves open. `tests`: ids of tests as pytest takes them.
    """

    id: str = Field(regex=r"^[a-z][a-z0-9_]*$")
    hazard: str = Field(min_length=1)
    cause: str = Field(min_length=1)
    effect: str = Field(min_length=1)
    severity: int = Field(ge=1, le=5)
    likelihood_before: int = Field(ge=1, le=5)
    likelihood_after: int = Field(ge=1, le=5)
    agreed_by: str | None = Field(...)
    mitigation: str = Field(min_length=1)
    remains: str = Field(min_length=1)
    tests: list[str] = Field(min_items=1)


class Scales(Entry):
    """The names of the levels 1 to 5, and `risk`: one row a likelihood, one column a severity."""

    severity: list[str] = Field(min_items=5, max_items=5)
    likelihood: list[str] = Field(min_items=5, max_items=5)
    risk: list[list[int]] = Field(min_items=5, max_items=5)
    meaning: list[str] = Field(min_items=5, max_items=5)


class HazardLog(Entry):
    """The whole of docs/safety/hazards.yml."""

    scales: Scales
    hazards: list[Hazard] = Field(min_items=1)


def load_hazards(root: Path = ROOT) -> HazardLog:
    """The hazard log of the project at `root`. Raises `ContentError` with one line a problem."""
    file = read_yaml(root / LOG, root=root)
    try:
        log = HazardLog.parse_obj(file.data)
    except ValidationError as error:
        faults = [(".".join(map(str, one["loc"])), one) for one in error.errors()]
        raise ContentError([file.problem(f"'{name}': {one['msg']}", *one["loc"]) for name, one in faults]) from None
    ids = [hazard.id for hazard in log.hazards]
    problems = [
        file.problem(f"the id '{name}' is used twice; ids are unique", "hazards", number, "id")
        for number, name in enumerate(ids)
        if name in ids[:number]
    ]
    if problems:
        raise ContentError(problems)
    return log


def write_page(root: Path = ROOT) -> Path:
    """Renders the log at `root` and gives back the page's path. Raises `ContentError`."""
    page = root / PAGE
    page.write_text(render(load_hazards(root)), encoding="utf-8")
    return page


def render(log: HazardLog) -> str:
    """The log as a Markdown page."""
    return "\n".join([*_head(log), *_table(log), *(line for hazard in log.hazards for line in _section(hazard, log))])


def _head(log: HazardLog) -> Iterator[str]:
    scales = log.scales
    agreed = sum(hazard.agreed_by is not None for hazard in log.hazards)
    yield from (
        "<!-- Written by `python -m companion hazards` from hazards.yml; change that file, not this one. -->",
        "# Hazard log",
        "",
        "**A template to start from. It claims no compliance with DCB0129, DCB0160, ISO 14971 or any other standard.**",
        "No clinical safety officer has taken part in it. Whoever puts the assistant before patients appoints one,",
        "goes through every entry, corrects it, adds what is missing, and keeps a log of their own.",
        "",
        f"{len(log.hazards)} hazards. Severity and likelihood are the authors' estimates: {agreed} of them are agreed,"
        f" the rest are **{_NOT_AGREED}**.",
        "The tests named under each hazard show its mitigation at work on the cases they hold, no more; how often",
        "danger told in other words is missed is measured in [the evaluation](../evaluation/safety.md). What is open",
        'stands under "What remains".',
        "What the assistant is for stands in [intended_purpose.md](intended_purpose.md).",
        "",
        "## How risk is read",
        "",
        "Five levels of severity and of likelihood give a risk from 1 to 5. The scheme has the form of the one in NHS",
        "England's guidance to DCB0129 and DCB0160; an organisation that has its own uses that.",
        "",
        "| likelihood | " + " | ".join(f"{n} {name}" for n, name in enumerate(scales.severity, start=1)) + " |",
        "|---" * 6 + "|",
    )
    for level in reversed(_LEVELS):
        row = " | ".join(str(risk) for risk in scales.risk[level - 1])
        yield f"| {level} {scales.likelihood[level - 1]} | {row} |"
    yield ""
    yield from (f"- Risk {number}: {meaning}" for number, meaning in enumerate(scales.meaning, start=1))
    yield ""


def _table(log: HazardLog) -> Iterator[str]:
    yield from ("## All hazards", "", "| hazard | severity | risk before | risk after |", "|---|---|---|---|")
    for hazard in log.hazards:
        severity = _level(hazard.severity, log.scales.severity)
        before, after = _risk(log, hazard, hazard.likelihood_before), _risk(log, hazard, hazard.likelihood_after)
        yield f"| [{hazard.hazard}](#{hazard.id}) | {severity} | {before} | {after} |"
    yield ""


def _section(hazard: Hazard, log: HazardLog) -> Iterator[str]:
    levels = hazard.likelihood_before, hazard.likelihood_after
    before, after = (_level(level, log.scales.likelihood) for level in levels)
    risk_before, risk_after = (_risk(log, hazard, level) for level in levels)
    estimate = f"agreed by {hazard.agreed_by}" if hazard.agreed_by else f"estimate, {_NOT_AGREED}"
    yield from (
        f'<a id="{hazard.id}"></a>',
        "",
        f"## {hazard.hazard}",
        "",
        f"- **Id:** `{hazard.id}`",
        f"- **Cause:** {hazard.cause}",
        f"- **Effect:** {hazard.effect}",
        f"- **Severity:** {_level(hazard.severity, log.scales.severity)} ({estimate})",
        f"- **Likelihood:** before {before}, after {after} ({estimate})",
        f"- **Risk:** before {risk_before}, after {risk_after}",
        f"- **Mitigation:** {hazard.mitigation}",
        f"- **What remains:** {hazard.remains}",
        "",
        "Shown by:",
        "",
    )
    yield from (_shown_by(test) for test in hazard.tests)
    yield ""


def _level(number: int, names: list[str]) -> str:
    return f"{number} {names[number - 1]}"


def _risk(log: HazardLog, hazard: Hazard, likelihood: int) -> int:
    return log.scales.risk[likelihood - 1][hazard.severity - 1]


def _shown_by(test: str) -> str:
    """A test's name is a sentence; so is the name of a conversation."""
    file, _, name = test.partition("::")
    function, _, case = name.partition("[")
    told = case.removesuffix("]").replace("_", " ") if case else function.removeprefix("test_").replace("_", " ")
    return f"- {told} ([{file}](../../{file}))"
