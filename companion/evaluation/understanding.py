"""Scores what the model understood of a set of messages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from companion.evaluation.figures import Figure
from companion.evaluation.intervals import Rate
from companion.evaluation.questions import Question
from companion.evaluation.trained_model import Parse

__all__ = ["FALLBACK", "FIGURES", "Result", "Scores", "buttons_offered", "confusions", "score"]

FALLBACK = "nlu_fallback"
#: As in actions/fallback.py; a test holds the two together.
_MAX_GUESSES, _LEAST_LIKELY, _LONG = 3, 0.1, 1000


#: Goals from the project's issue 3.
FIGURES = {
    "in_scope_accepted": Figure("Right topic, accepted alternatives counted", 0.90),
    "in_scope_strict": Figure("Right topic, strictly", 0.80),
    "in_scope_offered": Figure("Right topic answered or among the buttons offered"),
    "in_scope_fallback": Figure("Topic questions met with 'Did you mean ...?'", None, False),
    "near_scope_answered": Figure("Near-scope questions answered as a topic", 0.25, False),
    "other_disease_answered": Figure("Other diseases answered as a topic", 0.08, False),
    "general_answered": Figure("General out-of-scope answered as a topic", 0.02, False),
    "personal_advice_recall": Figure("Personal advice recognised", 0.95),
    "small_talk_strict": Figure("Small talk recognised"),
    "feelings_strict": Figure("Feelings and symptoms recognised"),
    "articles_strict": Figure("Questions from the source articles: right topic, strictly"),
    "cross_validated_strict": Figure("Cross-validation on the training data: right intent"),
}


@dataclass(frozen=True)
class Result:
    """A message, what was understood of it, and the topics that a "Did you mean ...?" offers."""

    question: Question
    parse: Parse
    offered: tuple[str, ...] = ()

    @property
    def strict(self) -> bool:
        """Whether the label was predicted."""
        return self.parse.intent == self.question.label

    @property
    def accepted(self) -> bool:
        """Whether the label or an accepted alternative was predicted."""
        return self.question.accepts(self.parse.intent)

    @property
    def in_reach(self) -> bool:
        """Whether the person gets the right answer, or a button that leads to it."""
        return self.accepted or any(self.question.accepts(topic) for topic in self.offered)


class Scores:
    """The results of one set."""

    def __init__(self, results: Sequence[Result], topics: Collection[str]) -> None:
        self.results = list(results)
        self._topics = topics

    def part(self, *parts: str) -> Scores:
        """The results of these parts alone."""
        return Scores([one for one in self.results if one.question.part in parts], self._topics)

    def rate(self, counts: Callable[[Result], bool]) -> Rate:
        """How many of the results `counts`."""
        return Rate(sum(map(counts, self.results)), len(self.results))

    @property
    def strict(self) -> Rate:
        """The label was predicted; a fallback is wrong."""
        return self.rate(lambda one: one.strict)

    @property
    def accepted(self) -> Rate:
        """The label or an alternative was predicted; a fallback is wrong."""
        return self.rate(lambda one: one.accepted)

    @property
    def answered(self) -> Rate:
        """Some topic's answer was given."""
        return self.rate(lambda one: one.parse.intent in self._topics)

    @property
    def fallback(self) -> Rate:
        """Not understood: buttons or an honest no."""
        return self.rate(lambda one: one.parse.intent == FALLBACK)

    def figures(self) -> dict[str, Rate]:
        """The headline figures, by their names in `FIGURES`; those of parts without messages are left out."""
        in_scope = self.part("in_scope")
        figures = {
            "in_scope_accepted": in_scope.accepted,
            "in_scope_strict": in_scope.strict,
            "in_scope_offered": in_scope.rate(lambda one: one.in_reach),
            "in_scope_fallback": in_scope.fallback,
            **{f"{part}_answered": self.part(part).answered for part in ("near_scope", "other_disease", "general")},
            "personal_advice_recall": self.part("personal_advice").strict,
            **{f"{part}_strict": self.part(part).strict for part in ("small_talk", "feelings")},
        }
        return {name: rate for name, rate in figures.items() if rate.of}


def score(questions: Iterable[Question], parse: Callable[[str], Parse], topics: Collection[str]) -> Scores:
    """Has each message understood by `parse`, one after the other."""
    results = []
    for question in questions:
        understood = parse(question.text)
        results.append(Result(question, understood, buttons_offered(question.text, understood, topics)))
    return Scores(results, topics)


def buttons_offered(text: str, parse: Parse, topics: Collection[str]) -> tuple[str, ...]:
    """The topics that the reply to a message that was not understood offers as buttons."""
    likely = [(name, confidence) for name, confidence in parse.ranking if name != FALLBACK]
    silent = not any(character.isalpha() for character in text) or len(text) > _LONG
    if parse.intent != FALLBACK or silent or (likely and likely[0][0] == "out_of_scope"):
        return ()
    names = [name for name, confidence in likely if name in topics and confidence >= _LEAST_LIKELY]
    return tuple(names[:_MAX_GUESSES])


def confusions(results: Iterable[Result]) -> Counter[tuple[str, str]]:
    """How often each label was taken for which other intent; accepted alternatives and fallbacks are left out."""
    return Counter(
        (one.question.label, one.parse.intent) for one in results if not one.accepted and one.parse.intent != FALLBACK
    )
