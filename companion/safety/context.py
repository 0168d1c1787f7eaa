"""Whether a sentence tells of a danger, or only speaks about it: questions, negation, the past, quotes, idioms.

In doubt the danger counts. Every excuse must be found close to the words it excuses, and ends where the person goes
back to telling ("no fever, but ...", "what should I do, I have ...").
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from companion.safety.lexicon import Place, stand_alone
from companion.safety.model import Context, RedFlag, Urgency
from companion.safety.pattern import PatternBook
from companion.safety.text import Message

__all__ = ["ContextWords", "Scene"]

_OWNER_REACH = 2
_RIGHT_NOW_REACH = 5
_NEGATION_REACH = 16
_CONDITION_REACH = 2
_OVER_REACH = 6
_FEARS = {"frightened", "scared", "afraid", "terrified", "anxious", "nervous", "dread", "dreading", "worry", "fear"}
_CONDITIONS = {"in", "suppose", "supposing", "imagine", "imagining", "lets"}


class ContextWords:
    """The context lists of the rule file as slots of `book`."""

    def __init__(self, context: Context, book: PatternBook) -> None:
        self.slots = {name: book.list_slot(getattr(context, name)) for name in Context.__fields__}


class Scene:
    """One message, read for its context. `masked` are the tokens of idioms: no pattern may use them."""

    def __init__(self, words: ContextWords, message: Message, places: Mapping[int, list[Place]]) -> None:
        found = {name: places.get(slot, []) for name, slot in words.slots.items()}
        self._message = message
        self._found = found
        self.masked = _tokens(found["idioms"])
        self._negations = stand_alone(found["negations"], _tokens(found["not_negations"]) | self.masked)
        self._hypotheses = stand_alone(found["hypotheses"], _tokens(found["not_hypotheses"]))
        asked = stand_alone(found["questions"] + self._openers(), _tokens(found["not_questions"]))
        self._questions = sorted(asked)
        told = stand_alone(found["assertions"], _tokens(self._hypotheses + self._questions))
        self._assertions = [place for place in told if not self._supposed(place[0])]
        self._now = stand_alone(found["now"], _tokens(found["not_now"]))
        self._fillers = _tokens(found["negation_fillers"])
        self._list_words = _tokens(found["list_words"])
        self._owners = _tokens(found["owners"])
        self._turns = _tokens(found["turns"])
        self._over = found["over"]
        dated = [place for place in found["long_ago"] if not _small_number(message.tokens[place[1]].word)]
        self._long_ago = stand_alone(dated + self._ages(), _tokens(found["not_long_ago"]))
        self.softeners = found["softeners"]

    def excuse(self, chain: Sequence[Place], flag: RedFlag) -> str | None:
        """Why the matched words are no danger to act on by `flag` ("negated", "general", ...), or None."""
        first, last = min(place[0] for place in chain), max(place[1] for place in chain)
        used = _tokens(chain)
        readers = {
            "negated": lambda: self.negated(first, last, used),
            "animal": lambda: self._led_by(self._found["animals"], first),
            "quoted": lambda: self._led_by(self._found["quotes"], first),
            "general": lambda: self.general(first, last) or self._looked_up(first, flag.urgency),
            "past": lambda: self._past(first, last),
        }
        if flag.unless_known and self._known(first):
            return "known"
        if ("past" in flag.even_if and self._recovered(first)) or self._elsewhere(first, flag.urgency):
            return "past"
        return next((name for name, reads in readers.items() if name not in flag.even_if and reads()), None)

    def telling(self, first: int, last: int) -> bool:
        """Whether the sentence from token `first` to `last` tells something, as far as its words of context show."""
        return not (
            self.general(last, last)
            or self._led_by(self._found["quotes"], last)
            or self._led_by(self._found["animals"], last)
            or self._past(first, last)
        )

    def _supposed(self, start: int) -> bool:
        """Whether the words at `start` belong to a condition before them: "in case my mum has a seizure"."""
        return any(
            0 < start - last <= _CONDITION_REACH
            and self._message.tokens[first].word in _CONDITIONS
            and not any(sign in self._message.signs for sign in range(last + 1, start + 1))
            for first, last in self._within(self._hypotheses, start)
        )

    def doubtful(self, index: int) -> bool:
        """Whether the sentence of token `index` denies, asks, supposes or looks back: its vector may mislead."""
        signs = (self._negations, self._questions, self._hypotheses, self._long_ago)
        lists = (self._found["idioms"], self._found["quotes"], self._found["known"])
        return any(self._within(places, index) for places in (*signs, *lists))

    def personal(self, index: int) -> bool:
        """Whether somebody is spoken of in the sentence of token `index`."""
        return bool(self._within(self._found["persons"], index))

    def negated(self, first: int, last: int, used: set[int]) -> bool:
        """Whether the words `used` between `first` and `last` are denied."""
        near = (place for place in self._negations if first - _NEGATION_REACH <= place[0] <= last)
        for start, end in self._within(near, first):
            target = min((index for index in used if index > end), default=None)
            if start > last or target is None or used & set(range(start, end + 1)):
                continue
            if self._reaches(end + 1, target):
                return True
        after = [place for place in self._within(self._found["denials"], first) if place[0] == last + 1]
        # "chest pain no fever" has chest pain: a denial must end its clause.
        return any(self._message.tokens[end].ends or end + 1 == len(self._message.tokens) for _, end in after)

    def _reaches(self, start: int, target: int) -> bool:
        """Whether a negation before `start` still governs `target`: through fillers, or along a list that "or" ends."""
        between = range(start, target)
        if any(index in self._turns for index in between):
            return False
        commas = [index for index in range(start, target + 1) if index in self._message.signs]
        if not commas and all(index in self._fillers for index in between):
            return True
        links = [index for index in between if index in self._list_words]
        return bool(links) and not any(comma > links[-1] for comma in commas) and target - start <= 12

    def general(self, first: int, last: int) -> bool:
        """Whether the words from `first` to `last` stand in a general or hypothetical question."""
        if self._claimed(first):
            return False
        told = max((place[0] for place in self._within(self._assertions, first) if place[0] <= last), default=-1)
        supposed = self._within(self._hypotheses, first)
        if any(told < place[0] <= first or self._feared(place, told, last) for place in supposed):
            return True
        if not any(told < place[0] and place[0] <= first for place in self._within(self._questions, first)):
            return False
        owned = any(index in self._owners for index in range(first - _OWNER_REACH, last))
        right_now = self._within(self._found["right_now"], first)
        return not (owned or any(place[0] <= last + _RIGHT_NOW_REACH for place in right_now))

    def _feared(self, place: Place, told: int, last: int) -> bool:
        """Whether a fear stands among the words themselves: "I am frightened of being in agony"."""
        return told <= place[0] < last and self._message.tokens[place[0]].word in _FEARS

    def _claimed(self, first: int) -> bool:
        """Whether the next sentence says that it is so here: "Is a swollen calf a clot? Mine is tender"."""
        following = self._message.tokens[first].sentence + 1
        return any(self._message.tokens[place[0]].sentence == following for place in self._found["claims"])

    def _looked_up(self, first: int, urgency: Urgency) -> bool:
        """Whether the sentence is a search ("slurred speech brain mets sign") without anybody in it."""
        if self.personal(first) or self._within(self._found["right_now"], first):
            return False
        if self._within(self._found["topics"], first):
            return True
        # "vomiting blood liver mets" may be somebody in need of help; "dry cough lung mets" waits for the answer.
        return not urgency.at_least(Urgency.safeguarding) and bool(self._within(self._found["places"], first))

    def _openers(self) -> list[Place]:
        """Question words that begin a sentence ("is ...", "can ..."), greetings before them aside."""
        fillers = _tokens(self._found["opener_fillers"])
        openers = {place[0] for place in stand_alone(self._found["openers"], _tokens(self._found["not_openers"]))}
        found = []
        for first, last in self._message.sentences():
            start = next((index for index in range(first, last + 1) if index not in fillers), last)
            # "is 38.2 a fever": somebody took a temperature.
            if start in openers and start < last and not self._message.tokens[start + 1].word[0].isdigit():
                found.append((start, start))
        return found

    def _led_by(self, places: Sequence[Place], first: int) -> bool:
        first = min(first, len(self._message.tokens) - 1)
        before = [place for place in self._within(places, first) if place[0] <= first]
        if not before:
            return False
        told = [place for place in self._within(self._assertions, first) if before[-1][1] < place[0] <= first]
        return not told

    def _past(self, first: int, last: int) -> bool:
        if self._within(self._now, first):
            return False
        for start, end in self._within(self._long_ago, first):
            between = range(end + 1, first) if end < first else range(last + 1, start)
            # "..., but that was years ago": what is said to be over is over behind a "but" too.
            over = any(last < place[0] < start <= place[1] + _OVER_REACH for place in self._within(self._over, first))
            if over or not any(index in self._turns for index in between):
                return True
        return False

    def _recovered(self, first: int) -> bool:
        """Whether the sentence is about long ago and the message says that life is good since then.

        Strong enough to excuse what the past alone does not: "in my twenties I took an overdose, I love life now".
        """
        return bool(self._found["recovered"] and self._within(self._long_ago, first)) and not self._found["relapse"]

    def _elsewhere(self, first: int, urgency: Urgency) -> bool:
        """Whether this is the story of somebody far off or of another disease, told to ask about it or long over.

        Anything of the present, the first person and, in an emergency, anybody who may be the patient count as ever.
        """
        if self._within(self._now, first) or self._within(self._found["right_now"], first) or self._found["urge"]:
            return False
        if self._within(self._found["first_person"], first):
            return False
        grave = urgency.at_least(Urgency.safeguarding)
        far = self._led_by(self._found["distant"], first + _OWNER_REACH)
        if far and (self._within(self._long_ago, first) or self._within(self._found["news"], first)):
            return True
        if not self._questions or urgency is Urgency.crisis or self._found["places"]:
            return False
        near = bool(self._within(self._found["close"], first))
        return (bool(self._found["other_diseases"]) and (far or not near or not grave)) or (far and not grave)

    def _ages(self) -> list[Place]:
        """ "when I was 30": as long ago as a year."""
        tokens = self._message.tokens
        return [
            (first, last + 1)
            for first, last in self._found["at_age"]
            if last + 1 < len(tokens) and tokens[last + 1].word.isdecimal()
        ]

    def _known(self, first: int) -> bool:
        steady = _tokens(self._found["known"]) | _tokens(self._found["steady"])
        now = stand_alone(self._now, steady)
        return bool(self._within(self._found["known"], first)) and not self._within(now, first)

    def _within(self, places: Iterable[Place], index: int) -> list[Place]:
        """The places in the sentence of token `index`."""
        tokens = self._message.tokens
        return [place for place in places if tokens[place[0]].sentence == tokens[index].sentence]


def _tokens(places: Sequence[Place]) -> set[int]:
    return {index for first, last in places for index in range(first, last + 1)}


def _small_number(word: str) -> bool:
    """Whether `word` is a number but no year: "in 20 hours" is not "in 2010"."""
    return word[0].isdigit() and len(word) < 4
