"""Sources a reader can trust. (That every answer and medicine has one is part of its shape.)"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from companion.content.checks.project import Project
from companion.content.problems import Problem

__all__ = ["articles", "commercial", "plain_http"]


def plain_http(project: Project) -> Iterator[Problem]:
    """An address without encryption: what is read there could be changed on the way."""
    for name, source in project.library.sources.items():
        if source.address.startswith("http://"):
            message = f"'{name}' has an http address; use https if the page opens with it"
            yield project.file("sources.yml").problem(message, name, "address", warning=True)


def commercial(project: Project) -> Iterator[Problem]:
    """A commercial or user-written site."""
    for name, source in project.library.sources.items():
        host = urlsplit(source.address).hostname or ""
        site = next((site for site in project.house.commercial if host == site or host.endswith(f".{site}")), None)
        if site:
            message = f"'{name}' cites {site}; cite an official body, a charity of standing or a reviewed paper"
            yield project.file("sources.yml").problem(message, name, "address")


def articles(project: Project) -> Iterator[Problem]:
    """One of the five articles that the topics come from: they cannot be checked, and are not evidence."""
    known, file = project.house.articles, project.file("sources.yml")
    titles = {_plain(title) for title in known.titles}
    for name, source in project.library.sources.items():
        if any(article in f"{source.title} {source.address}" for article in known.files):
            message = f"'{name}' is one of the five articles, which are not evidence; cite where the fact comes from"
            yield file.problem(message, name)
        elif _plain(source.title) in titles:
            message = f"'{name}' has the title of one of the five articles; make sure that it is another page"
            yield file.problem(message, name, "title", warning=True)


def _plain(title: str) -> str:
    return " ".join(re.findall(r"\w+", title.casefold()))
