"""British in the texts, American by the table."""

from __future__ import annotations

from collections.abc import Iterator

from companion.content.checks.house import whole_words
from companion.content.checks.project import Project
from companion.content.checks.texts import button_texts, texts
from companion.content.problems import Problem

__all__ = ["american_words", "mapped_twice"]


def mapped_twice(project: Project) -> Iterator[Problem]:
    """A word that the table gives twice, in capitals, or on both sides."""
    file, table = project.file("spelling.yml"), project.library.american
    seen: set[str] = set()
    for word, american in table.items():
        if word.lower() in seen:
            yield file.problem(f"'{word}' is mapped twice; keep one", word)
        elif word != word.lower():
            yield file.problem(f"'{word}' has capitals; write it in lower case, capitals are kept", word)
        seen.add(word.lower())
        if american.lower() in table:
            yield file.problem(f"'{american}' is mapped itself; give the last word at once", word)


def american_words(project: Project) -> Iterator[Problem]:
    """An American word in a text: it would stay for British readers."""
    british = {american.lower(): word for word, american in project.library.american.items()}
    if not british:
        return
    pattern, allowed = whole_words(list(british)), whole_words(project.house.also_british)
    for text in (*texts(project), *button_texts(project)):
        found = pattern.search(allowed.sub("", text.text))
        if found:
            word = british[" ".join(found.group().lower().split())]
            message = f"has the American '{found.group()}'; write '{word}', the table changes it for US readers"
            yield text.problem(message)
