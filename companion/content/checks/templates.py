"""Templates that a patient would not see filled in."""

from __future__ import annotations

from collections.abc import Iterator

from jinja2 import Environment, TemplateError, TemplateSyntaxError, UndefinedError, meta

from companion.content.checks.project import Project
from companion.content.checks.texts import button_texts, texts
from companion.content.problems import Problem
from companion.content.wording import render

__all__ = ["in_button_text", "not_rendering", "unknown_names"]

_SIGNS = ("{{", "}}", "{%", "%}")


def unknown_names(project: Project) -> Iterator[Problem]:
    """A name in a template that nothing fills, also in a branch that no country takes today."""
    environment = Environment()
    for text in texts(project):
        known = list(project.names(text.file))
        try:
            names = meta.find_undeclared_variables(environment.parse(text.text))
        except TemplateSyntaxError:
            continue  # `not_rendering` tells it.
        for name in sorted(names - set(known)):
            yield text.problem(f"names '{name}', which is not known; known are {', '.join(known)}")


def not_rendering(project: Project) -> Iterator[Problem]:
    """A template that cannot be filled in, for some country or for none."""
    for text in texts(project):
        for country in project.phrases:
            reason = _reason(text.text, project.names(text.file, country))
            if reason:
                where = f" for {country}" if country else ""
                yield text.problem(f"does not render{where} ({reason}); write it like {{{{ care_line }}}}")
                break


def in_button_text(project: Project) -> Iterator[Problem]:
    """A template on a button, where none is filled in."""
    for text in button_texts(project):
        if any(sign in text.text for sign in _SIGNS):
            yield text.problem("holds a template, which is not filled in on a button; write plain words")


def _reason(text: str, phrases: dict[str, str]) -> str | None:
    try:
        render(text, phrases)
    except UndefinedError:
        return None  # `unknown_names` tells it.
    except TemplateError as error:
        return str(error).splitlines()[0]
    except Exception as error:  # a template may raise anything, such as {{ 1 / 0 }}
        return str(error)
    return None
