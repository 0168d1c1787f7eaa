"""Ids that lead nowhere, and entries nothing leads to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from companion.content.checks.project import Project
from companion.content.problems import Problem
from companion.content.yaml_file import Place, YamlFile
from companion.safety.model import Urgency

__all__ = [
    "changed_by_yaml",
    "missing_notices",
    "red_flags_without_reply",
    "unknown_buttons",
    "unknown_intents",
    "unknown_sides",
    "unknown_sources",
    "unknown_terms",
    "unknown_topics",
    "unused_buttons",
    "unused_notices",
    "unused_sources",
    "urgencies_without_reply",
]

#: An id of one of our files, and the file and place that name it.
Reference = tuple[str, YamlFile, Place]

#: Put together by the program, from content/escalations.yml and content/languages.yml.
_COMPOSED = ("escalation", "other_language")
#: The group of `by_term` that holds for every subject.
_ANY = "any"
_PUT_TOGETHER = ("ask_", "standing_")


def unknown_sources(project: Project) -> Iterator[Problem]:
    """A source that content/sources.yml does not have."""
    return _unknown("source", _source_references(project), project.library.sources, "content/sources.yml")


def unknown_topics(project: Project) -> Iterator[Problem]:
    """A topic without an answer, named by an answer, a medicine or a follow-up."""
    return _unknown("topic", _topic_references(project), project.library.answers, "content/answers/")


def unknown_buttons(project: Project) -> Iterator[Problem]:
    """A quick reply of a notice that is neither a button nor a topic."""
    known = [*project.library.buttons, *project.library.answers]
    return _unknown("button or topic", _button_references(project), known, "content/buttons.yml")


def unknown_intents(project: Project) -> Iterator[Problem]:
    """A button that means an intent which domain.yml does not have."""
    file = project.file("buttons.yml")
    references = [(button.intent, file, (name, "intent")) for name, button in project.library.buttons.items()]
    return _unknown("intent", references, project.domain.intent_names, "domain.yml")


def unknown_sides(project: Project) -> Iterator[Problem]:
    """A side of a subject (`aspects` of an answer) that nobody can ask for."""
    references = [
        (aspect, project.answer_file(topic), ("aspects", aspect))
        for topic, answer in project.library.answers.items()
        for aspect in answer.aspects
    ]
    return _unknown("aspect", references, project.library.follow_ups.aspects, "content/follow_ups.yml")


def unknown_terms(project: Project) -> Iterator[Problem]:
    """A family, kind of term or term of content/follow_ups.yml that does not exist."""
    file, follow_ups, terms = project.file("follow_ups.yml"), project.library.follow_ups, project.library.named_terms
    for family, kinds in follow_ups.by_term.items():
        place: Place = ("by_term", family)
        yield from _unknown("family", [(family, file, place)], [*follow_ups.families, _ANY], "families")
        for kind, topics in kinds.items():
            yield from _unknown("kind of term", [(kind, file, (*place, kind))], terms, "content/terms.yml")
            references = [(term, file, (*place, kind, term)) for term in topics]
            yield from _unknown("term", references, terms.get(kind, topics), "content/terms.yml")


def red_flags_without_reply(project: Project) -> Iterator[Problem]:
    """A red flag without words of its own, and words for a red flag that does not exist."""
    file = project.file("escalations.yml")
    replies = project.library.escalations.red_flags
    references = [(flag, file, ("red_flags", flag)) for flag in replies]
    yield from _unknown("red flag", references, project.urgencies, "content/red_flags.yml")
    for flag in project.urgencies:
        if flag not in replies:
            yield file.problem(f"the red flag '{flag}' of red_flags.yml has no reply here; add it", "red_flags")


def urgencies_without_reply(project: Project) -> Iterator[Problem]:
    """A level of urgency without words, and words for a level that does not exist."""
    file, levels = project.file("escalations.yml"), [level.value for level in Urgency if level is not Urgency.none]
    said = project.library.escalations.urgency
    yield from _unknown("urgency", [(name, file, ("urgency", name)) for name in said], levels, "the levels")
    for level in levels:
        if level not in said:
            yield file.problem(f"the urgency '{level}' has no reply; add it with first, then and again", "urgency")


def missing_notices(project: Project) -> Iterator[Problem]:
    """A notice that domain.yml or the program says and that does not exist."""
    known, where = [*project.library.notices, *_COMPOSED], "content/notices.yml"
    utterances = [
        (name.removeprefix("utter_"), project.domain_file, ("responses", name)) for name in project.domain.responses
    ]
    yield from _unknown("notice", utterances, known, where)
    for name in sorted(set(re.findall(r"\bnotice\(\"(\w+)\"", project.code)) - set(known)):
        yield Problem(where, 0, f"the notice '{name}' is missing, and the program says it; add it")
    for name in sorted(
        set(re.findall(r"\b(?:Say|hand_off)\(\"(\w+)\"", project.code)) - set(project.library.hand_off.texts)
    ):
        yield Problem("content/hand_off.yml", 0, f"the text '{name}' is missing, and the program says it; add it")


def changed_by_yaml(project: Project) -> Iterator[Problem]:
    """An id that YAML takes for something else: the code of Norway and of Norwegian is a "no" without quotes."""
    for file in project.library.files.values():
        for key, place in _keys(file.data, ()):
            if not isinstance(key, str):
                yield file.problem(f"YAML reads this id as '{key}', not as a word; put it in quotes", *place)


def unused_sources(project: Project) -> Iterator[Problem]:
    """A source nothing cites."""
    used = {name for name, _, _ in _source_references(project)}
    return _unused("source", project.library.sources, used, project.file("sources.yml"))


def unused_buttons(project: Project) -> Iterator[Problem]:
    """A button that no notice shows and the program does not name."""
    used = {name for name, _, _ in _button_references(project)} | project.quoted
    return _unused("button", project.library.buttons, used, project.file("buttons.yml"))


def unused_notices(project: Project) -> Iterator[Problem]:
    """A notice that nothing says."""
    used = {name.removeprefix("utter_") for name in project.domain.responses} | project.quoted
    yield from _unused("notice", project.library.notices, used, project.file("notices.yml"))
    file = project.file("hand_off.yml")
    for name in project.library.hand_off.texts:
        # Some names are put together: "ask_" and the question, "standing_" and the state of the case.
        if name not in project.quoted and name.partition("_")[0] + "_" not in _PUT_TOGETHER:
            message = f"the text '{name}' is used nowhere; use it or take it out"
            yield file.problem(message, "texts", name, warning=True)


def _unknown(what: str, references: Iterable[Reference], known: Iterable[str], where: str) -> Iterator[Problem]:
    names = list(known)
    for name, file, place in references:
        if name not in names:
            near = get_close_matches(name, names, n=1)
            hint = f"; is '{near[0]}' meant?" if near else f"; correct it, or add it to {where}"
            yield file.problem(f"there is no {what} '{name}'{hint}", *place)


def _unused(what: str, known: Iterable[str], used: set[str], file: YamlFile) -> Iterator[Problem]:
    for name in known:
        if name not in used:
            yield file.problem(f"the {what} '{name}' is used nowhere; use it or take it out", name, warning=True)


def _source_references(project: Project) -> list[Reference]:
    library, medicines = project.library, project.file("medicines.yml")
    found: list[Reference] = []
    for topic, answer in library.answers.items():
        file = project.answer_file(topic)
        found += [(source, file, ("sources", number)) for number, source in enumerate(answer.sources)]
    for name, medicine in library.medicines.items():
        found += [(source, medicines, (name, "sources", number)) for number, source in enumerate(medicine.sources)]
    file = project.file("helplines.yml")
    return found + [(file_source, file, place) for file_source, place in _named_sources(file.data, ())]


def _named_sources(data: object, place: Place) -> Iterator[tuple[str, Place]]:
    """The values of every `source`, at any depth."""
    entries = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in entries:
        if key == "source" and isinstance(value, str):
            yield value, (*place, key)
        yield from _named_sources(value, (*place, key))


def _keys(data: object, place: Place) -> Iterator[tuple[object, Place]]:
    """Every key with the place that holds it, at any depth."""
    for key, value in data.items() if isinstance(data, dict) else ():
        yield key, place
        yield from _keys(value, (*place, key))


def _topic_references(project: Project) -> list[Reference]:
    library, medicines, follow_ups = project.library, project.file("medicines.yml"), project.file("follow_ups.yml")
    found: list[Reference] = []
    for topic, answer in library.answers.items():
        file = project.answer_file(topic)
        found += [(name, file, ("related", number)) for number, name in enumerate(answer.related)]
    found += [(medicine.topic, medicines, (name, "topic")) for name, medicine in library.medicines.items()]
    for family, topics in library.follow_ups.families.items():
        found += [(name, follow_ups, ("families", family, number)) for number, name in enumerate(topics)]
    for aspect, entry in library.follow_ups.aspects.items():
        found += [(topic, follow_ups, ("aspects", aspect, "topics", family)) for family, topic in entry.topics.items()]
    for family, kinds in library.follow_ups.by_term.items():
        for kind, by_term in kinds.items():
            found += [(topic, follow_ups, ("by_term", family, kind, term)) for term, topic in by_term.items()]
    return found


def _button_references(project: Project) -> list[Reference]:
    file = project.file("notices.yml")
    found: list[Reference] = [
        (button, file, (name, "buttons", number))
        for name, notice in project.library.notices.items()
        for number, button in enumerate(notice.buttons)
    ]
    file = project.file("hand_off.yml")
    for name, text in project.library.hand_off.texts.items():
        found += [(button, file, ("texts", name, "buttons", number)) for number, button in enumerate(text.buttons)]
    return found
