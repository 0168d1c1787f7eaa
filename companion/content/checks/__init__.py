"""The rules of the content checker: one function a rule, each giving `Problem` objects for a `Project`."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from companion.content.checks import channels, ids, language, lengths, review, sources, spelling, templates, topics
from companion.content.checks.project import Project
from companion.content.problems import Problem

__all__ = ["RULES", "Project", "Rule"]

Rule = Callable[[Project], Iterable[Problem]]

#: Every rule. A new one is written in the module it belongs to, added here, and tested in tests/content/.
RULES: tuple[Rule, ...] = (
    ids.unknown_sources,
    ids.unknown_topics,
    ids.unknown_buttons,
    ids.unknown_intents,
    ids.unknown_sides,
    ids.unknown_terms,
    ids.red_flags_without_reply,
    ids.urgencies_without_reply,
    ids.missing_notices,
    ids.changed_by_yaml,
    ids.unused_sources,
    ids.unused_buttons,
    ids.unused_notices,
    topics.contract_topics,
    topics.answers_and_intents,
    topics.training_examples,
    topics.test_questions,
    lengths.too_long,
    lengths.too_hard,
    lengths.differs_opening,
    channels.same_button_text,
    channels.long_button_text,
    channels.long_messages,
    templates.unknown_names,
    templates.not_rendering,
    templates.in_button_text,
    language.survival_figures,
    language.words_not_used,
    language.women_alone,
    language.doses,
    review.overdue,
    review.signed_later,
    review.stale_sources,
    sources.plain_http,
    sources.commercial,
    sources.articles,
    spelling.mapped_twice,
    spelling.american_words,
)
