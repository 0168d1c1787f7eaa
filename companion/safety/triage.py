"""The check that every message goes through: which danger it describes, and how urgent that is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from companion.safety.context import ContextWords, Scene
from companion.safety.detector import Detector
from companion.safety.lexicon import Place, stand_alone
from companion.safety.model import Assessment, Hit, RedFlag, RuleFile, Urgency
from companion.safety.pattern import Pattern, PatternBook
from companion.safety.readings import find_readings
from companion.safety.rule_file import load_rules
from companion.safety.spelling import Speller
from companion.safety.text import Message, read, words

__all__ = ["Triage"]

# UKONS: one red, or two or more ambers, mean an urgent assessment.
_AMBERS = 2
# Longer messages are cut here: ten pages are enough to find a danger, and a check must never hang.
_MOST_CHARACTERS = 20_000


class Triage:
    """Reads messages by the rules of content/red_flags.yml and, if given, a trained `Detector`. Build it once."""

    def __init__(self, rules: RuleFile, detector: Detector | None = None) -> None:
        self._rules = {flag.id: flag for flag in rules.rules}
        self._book = PatternBook(rules.words, rules.spelt())
        self._context = ContextWords(rules.context, self._book)
        self._patterns = [
            (flag, self._book.compile(pattern)) for flag in _most_urgent_first(rules.rules) for pattern in flag.patterns
        ]
        self._durations = {tuple(words(phrase)): hours for phrase, hours in rules.durations.items()}
        self._speller = Speller(self._book.lexicon.words, rules.spelt(), words(rules.real_words))
        self._detector = detector

    @classmethod
    def load(cls, root: Path, detector: Detector | None = None) -> Triage:
        """A `Triage` with the rules of the project at `root`. Raises `ContentError`."""
        return cls(load_rules(root), detector)

    def pieces(self, text: str) -> list[str]:
        """What to encode for `assess`: the message, then its few sentences that may hide in a long one."""
        message = self._read(text)
        sentences = [(first, last) for first, last in message.sentences() if last > first + 1]
        if len(sentences) < 2:
            return [text]
        return [text] + [message.span(first, last) for first, last in _own_words(message, sentences)]

    def assess(self, text: str, vectors: np.ndarray | None = None) -> Assessment:
        """The danger that `text` describes.

        `vectors` are the sentence vectors (n, 384) of `pieces(text)` or of its first entry alone; None leaves the
        detector out. Never raises for any text.
        """
        message = self._read(text)
        places = self._book.lexicon.scan(message.tokens)
        scene = Scene(self._context, message, places)
        if scene.masked:
            places = {slot: stand_alone(found, scene.masked) for slot, found in places.items()}
        places = {**places, **self._book.readings(find_readings(message, self._durations))}
        hits, excused = self._by_rules(message, scene, places)
        if self._detector is not None and vectors is not None:
            hits += self._by_detector(message, scene, np.atleast_2d(vectors), {hit.id for hit in hits}, excused)
        hits.sort(key=lambda hit: hit.urgency.rank)
        return Assessment(_overall(hits), hits)

    def _read(self, text: str) -> Message:
        return read(text[:_MOST_CHARACTERS], self._speller.respell)

    def _by_rules(
        self, message: Message, scene: Scene, places: dict[int, list[Place]]
    ) -> tuple[list[Hit], set[int]]:
        """The hits, and the sentences in which a danger was named but excused."""
        present = {slot for slot, found in places.items() if found}
        hits: dict[str, Hit] = {}
        excused: set[int] = set()
        for flag, pattern in self._patterns:
            if flag.id in hits or not pattern.slots <= present:
                continue
            match = self._book.find(pattern, places, message.tokens, _judge(scene, message, flag, excused))
            if match:
                hits[flag.id] = _hit(message, flag, pattern, match)
        return list(hits.values()), excused

    def _by_detector(
        self, message: Message, scene: Scene, vectors: np.ndarray, known: set[str], excused: set[int]
    ) -> list[Hit]:
        assert self._detector is not None
        sentences = message.sentences()
        spans = [(0, len(message.tokens) - 1)]
        if len(vectors) > 1:
            long = [(first, last) for first, last in sentences if last > first + 1]
            spans += _own_words(message, long)
        hits = []
        for (first, last), guess in zip(spans, self._detector.predict(vectors), strict=False):
            inside = [span for span in sentences if first <= span[0] and span[1] <= last]
            told = [span for span in inside if scene.telling(*span)]
            doubtful = any(message.tokens[span[0]].sentence in excused for span in inside)
            if guess is None or guess.id in known or not told or (doubtful and not guess.certain):
                continue
            flag = self._rules.get(guess.id)
            if flag:
                known.add(flag.id)
                why = f"reads like {flag.id} ({guess.score:.2f})"
                hits.append(Hit(flag.id, flag.urgency, message.span(first, last), why))
        return hits


def _most_urgent_first(flags: Sequence[RedFlag]) -> list[RedFlag]:
    return sorted(flags, key=lambda flag: flag.urgency.rank)


def _own_words(message: Message, sentences: Sequence[Place]) -> list[Place]:
    """At most three sentences to look at alone: the first, and the last two, where people say what they came for."""
    return list(sentences) if len(sentences) <= 3 else [sentences[0], *sentences[-2:]]


def _judge(scene: Scene, message: Message, flag: RedFlag, excused: set[int]):  # type: ignore[no-untyped-def]
    def accepts(chain: list[Place], group: int) -> bool:
        if group:
            # What stands elsewhere in the message (a medicine, a second symptom) must only not be denied.
            first, last = min(chain)[0], max(place[1] for place in chain)
            used = {index for place in chain for index in range(place[0], place[1] + 1)}
            return not scene.negated(first, last, used)
        if scene.excuse(chain, flag) is None:
            return True
        excused.add(message.tokens[chain[0][0]].sentence)
        return False

    return accepts


def _hit(message: Message, flag: RedFlag, pattern: Pattern, match: Sequence[Place]) -> Hit:
    # With `&` the parts may stand pages apart: the first group alone is shown then.
    first = min(place[0] for place in match)
    last = max(place[1] for place in match)
    if message.tokens[first].sentence != message.tokens[last].sentence:
        first, last = match[0]
    return Hit(flag.id, flag.urgency, message.span(first, last), f"rule {flag.id}: {pattern.text}")


def _overall(hits: Sequence[Hit]) -> Urgency:
    if not hits:
        return Urgency.none
    ambers = {hit.id for hit in hits if hit.urgency is Urgency.soon}
    worst = min((hit.urgency for hit in hits), key=lambda urgency: urgency.rank)
    return Urgency.urgent if worst is Urgency.soon and len(ambers) >= _AMBERS else worst
