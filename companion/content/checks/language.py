"""Words that hurt, mislead or may not be said: figures of survival without consent, doses, war talk."""

from __future__ import annotations

import re
from collections.abc import Iterator

from companion.content.checks.project import Project
from companion.content.checks.texts import Text, button_texts, texts
from companion.content.problems import Problem

__all__ = ["doses", "survival_figures", "women_alone", "words_not_used"]

#: Told only to somebody who was asked and said yes. (`ask` and `declined` are read by everybody.)
_CONSENTED = "numbers.figures"

_NUMBER = (
    r"(?:\d[\d,.]*\d|\d|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty"
    r"|sixty|seventy|eighty|ninety|hundred)"
)
_FIGURE = re.compile(
    rf"""
    \d[\d.,]*\s?(?:%|per\s?cent)
    | \b{_NUMBER}\s+(?:in|out\s+of|of)\s+(?:every\s+)?{_NUMBER}\b
    | \b{_NUMBER}(?:\s+(?:to|or|and)\s+{_NUMBER})?[\s-]+(?:years?|months?|weeks?|days?|decades?)\b
    | \b(?:half|(?:a|one|two)[\s-]thirds?|(?:a|one|three)[\s-]quarters?|a\s+decade)\b
    | (?<![\w/.-])(?<!stage\s)(?<!phase\s)(?!(?:19|20)\d\d\b)\d[\d,.]*(?![\w/-])
    """,
    re.IGNORECASE | re.VERBOSE,
)
_SURVIVAL = re.compile(
    rf"\b(?:lives?|lived|surviv(?:e|es|ed|al|ing)|alive|die|dies|died|deaths?|mortality|life\s+expectancy"
    rf"|living(?=\s+(?:(?:for|at|least|more|than|over|about)\s+)*{_NUMBER}))\b",
    re.IGNORECASE,
)
#: Where somebody lives is no survival.
_PLACE = re.compile(
    r"\b(?:where|place|country|area)\s+(?:that\s+)?(?:you|they|people|somebody|someone)\s+lives?\b", re.IGNORECASE
)
#: Words between a figure and a word of survival that still make them one statement; more where no comma divides them.
_NEAR = 5
_NEAR_UNDIVIDED = 10

_DOSE = re.compile(
    r"\d[\d.,]*[\s-]?(?:mg|mcg|µg|μg|ml|milligrams?|micrograms?|millilit(?:re|er)s?)\b|\d[\d.,]*\s?(?:g|grams?)\s+per\b",
    re.IGNORECASE,
)
_WOMEN = re.compile(r"\b(?:women|woman)\b", re.IGNORECASE)
_EVERYBODY = re.compile(r"\b(?:men|man|people|person|persons|everybody|anybody|gender)\b", re.IGNORECASE)
#: How many words on either side are still "nearby".
_NEARBY = 30


def survival_figures(project: Project) -> Iterator[Problem]:
    """A figure of survival outside the figures that are told on consent only."""
    for text in texts(project):
        found = _survival_figure(text.text) if text.field != _CONSENTED else None
        if found:
            yield text.problem(
                f"holds a figure of survival ('{found}'); figures stand under numbers.figures only, as they are told "
                "on consent; say it without a number, such as 'many people live for years'"
            )


def words_not_used(project: Project) -> Iterator[Problem]:
    """A word of the house's list."""
    for text in _all(project):
        for avoided in project.house.avoid:
            found = avoided.pattern.search(text.text)
            if found:
                yield text.problem(f"uses '{' '.join(found.group().split())}'; {avoided.instead}")


def women_alone(project: Project) -> Iterator[Problem]:
    """Women without men or people nearby: men have this cancer too."""
    for text in texts(project):
        if any(not _EVERYBODY.search(_around(text.text, found)) for found in _WOMEN.finditer(text.text)):
            message = "speaks of women without men or people nearby; write 'people' where it fits"
            yield text.problem(message, warning=True)


def doses(project: Project) -> Iterator[Problem]:
    """A dose: it depends on the person, and only their team may say it."""
    for text in _all(project):
        found = _DOSE.search(text.text)
        if found:
            yield text.problem(f"holds a dose ('{found.group()}'); take it out, only the care team may say one")


def _all(project: Project) -> Iterator[Text]:
    yield from texts(project)
    yield from button_texts(project)


def _survival_figure(text: str) -> str | None:
    """The words from a figure to a word of survival near it, or None."""
    for sentence in re.split(r"(?<=[.!?:])\s+(?=[A-Z\"])|\n", _PLACE.sub("", " ".join(text.split(" ")))):
        for figure in _FIGURE.finditer(sentence):
            for word in _SURVIVAL.finditer(sentence):
                first, last = sorted((figure.span(), word.span()))
                between = sentence[first[1] : last[0]]
                distance = len(re.findall(r"\w[\w'-]*", between))
                divided = re.search(r"[,;]", between)
                if distance <= _NEAR or (distance <= _NEAR_UNDIVIDED and not divided):
                    return sentence[first[0] : max(first[1], last[1])]
    return None


def _around(text: str, found: re.Match[str]) -> str:
    before, after = text[: found.start()].split(), text[found.end() :].split()
    return " ".join([*before[-_NEARBY:], *after[:_NEARBY]])
