"""The check that every message goes through: which danger it describes, and how urgent that is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from companion.safety.context import ContextWords, Scene
from companion.safety.detector import NONE, Detector, Guess
from companion.safety.lexicon import Place, stand_alone
from companion.safety.model import Assessment, Hit, RedFlag, RuleFile, Urgency
from companion.safety.pattern import Pattern, PatternBook
from companion.safety.pieces import Piece, cut
from companion.safety.readings import find_readings
from companion.safety.rule_file import load_rules
from companion.safety.spelling import Speller
from companion.safety.text import Message, read, words

__all__ = ["Triage"]

# UKONS: one red, or two or more ambers, mean an urgent assessment.
_AMBERS = 2
# How sure the detector must be of danger, in logarithms of odds; less where a miss costs a life or silences somebody
# afraid, more beside words that were denied or asked about and in a part of a message alone. Where a sentence denies,
# asks, supposes or looks back, a rule's words are taken for no danger if the detector is very sure of none. All chosen
# by cross-validation with each author's messages held out in turn.
_SURE, _EXCUSED, _PART, _SURELY_NONE = -1.0, 1.0, 3.0, -7.0
_EASIER = {Urgency.crisis: 1.0, Urgency.safeguarding: 1.0}
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

    def sentences(self) -> list[tuple[str, str]]:
        """The rules' own sentences with their label, for training: examples by id, near misses as "none"."""
        dangers = [(flag.id, text) for flag in self._rules.values() for text in flag.examples]
        return dangers + [(NONE, text) for flag in self._rules.values() for text in flag.near_misses]

    def pieces(self, text: str) -> list[str]:
        """What to encode for `assess`: the message, then its few sentences that may hide in a long one."""
        message, scene, _ = self._open(text)
        return [piece.text for piece in cut(message, scene)]

    def assess(self, text: str, vectors: np.ndarray | None = None) -> Assessment:
        """The danger that `text` describes.

        `vectors` are the sentence vectors (n, 1152) of `pieces(text)` or of its first entry alone; None leaves the
        detector out. Never raises for any text.
        """
        message, scene, places = self._open(text)
        hits, excused = self._by_rules(message, scene, places)
        # Of equally urgent signs the one named first is what the person came for; sorting below keeps that order.
        hits.sort(key=lambda hit: text.find(hit.text))
        if self._detector is not None and vectors is not None and message.tokens:
            rows = np.atleast_2d(vectors)
            pieces = cut(message, scene)[: len(rows)]
            guesses = self._detector.guess([piece.text for piece in pieces], rows[: len(pieces)])
            if max(guess.score for guess in guesses) < _SURELY_NONE:
                hits = [hit for hit in hits if not _in_doubt(hit, text, message, scene)]
            hits += self._by_detector(message, scene, pieces, guesses, hits, excused)
        hits.sort(key=lambda hit: hit.urgency.rank)
        return Assessment(_overall(hits), hits)

    def _open(self, text: str) -> tuple[Message, Scene, dict[int, list[Place]]]:
        """The message, its context, and where the words of every pattern stand."""
        message = read(text[:_MOST_CHARACTERS], self._speller.respell)
        places = self._book.lexicon.scan(message.tokens)
        scene = Scene(self._context, message, places)
        if scene.masked:
            places = {slot: stand_alone(found, scene.masked) for slot, found in places.items()}
        for slot, found in self._book.readings(find_readings(message, self._durations)).items():
            places[slot] = sorted([*places.get(slot, []), *stand_alone(found, scene.masked)])
        return message, scene, places

    def _by_rules(self, message: Message, scene: Scene, places: dict[int, list[Place]]) -> tuple[list[Hit], set[int]]:
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
        self,
        message: Message,
        scene: Scene,
        pieces: Sequence[Piece],
        guesses: Sequence[Guess],
        known: Sequence[Hit],
        excused: set[int],
    ) -> list[Hit]:
        hits: dict[str, Hit] = {}
        for piece, guess in zip(pieces, guesses, strict=True):
            sentences = [span for span in message.sentences() if piece.first <= span[0] and span[1] <= piece.last]
            telling = [span for span in sentences if scene.telling(*span)]
            flags = [self._rules[one] for one in guess.ids if one in self._rules]
            # What the rules found already needs no second name.
            if not telling or not flags or {hit.id for hit in known} & set(guess.ids):
                continue
            worst = _most_urgent_first(flags)[0]
            part = piece.last - piece.first + 1 < len(message.tokens) or len(telling) < len(sentences)
            beside = any(message.tokens[first].sentence in excused for first, _ in sentences)
            least = _SURE - _EASIER.get(flags[0].urgency, 0.0) + _PART * part + _EXCUSED * beside
            if guess.score >= least:
                why = f"reads like {worst.id} ({guess.probability:.2f})"
                hits.setdefault(worst.id, Hit(worst.id, worst.urgency, message.span(piece.first, piece.last), why))
        return list(hits.values())


def _in_doubt(hit: Hit, text: str, message: Message, scene: Scene) -> bool:
    """Whether the sentence that a rule's words stand in denies, asks, supposes or looks back."""
    place = text.find(hit.text)
    tokens = message.tokens
    inside = (first for first, last in message.sentences() if tokens[first].start <= place < tokens[last].end)
    return any(scene.doubtful(first) for first in inside)


def _most_urgent_first(flags: Sequence[RedFlag]) -> list[RedFlag]:
    return sorted(flags, key=lambda flag: flag.urgency.rank)


def _judge(scene: Scene, message: Message, flag: RedFlag, excused: set[int]) -> Callable[[list[Place], int], bool]:
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
