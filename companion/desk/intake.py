"""A call: what to ask next, and which urgency that suggests. The call-taker decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import Field, root_validator

from companion.content.model import Entry
from companion.content.shaped_file import read_shaped
from companion.safety import Assessment
from companion.safety.model import Urgency

__all__ = ["Intake", "IntakeSource", "Question", "Suggestion"]

_FILE = "content/intake_questions.yml"
_YES = "yes"


class IntakeSource(Entry):
    """Where a question's fact comes from; without an address where nothing was found yet."""

    title: str
    address: str | None = Field(None, regex=r"^https?://\S+$")


class Question(Entry):
    """One question. `raises`: a "yes" is at least so urgent."""

    ask: str
    kind: Literal["yes_no", "text"]
    raises: Urgency | None = None
    sources: list[str] = Field(min_items=1)


class Intake(Entry):
    """The whole of content/intake_questions.yml."""

    sources: dict[str, IntakeSource]
    questions: dict[str, Question]
    always: list[str]
    red_flags: dict[str, list[str]]
    urgency: dict[str, str]

    @classmethod
    def load(cls) -> Intake:
        """Raises `ContentError`."""
        return read_shaped(_FILE, cls)

    @root_validator(skip_on_failure=True)
    def _known(cls, values: dict) -> dict:  # noqa: N805
        questions, sources = values["questions"], values["sources"]
        asked = [*values["always"], *(name for names in values["red_flags"].values() for name in names)]
        for name in asked:
            if name not in questions:
                raise ValueError(f"there is no question '{name}'; correct it, or add it under 'questions'")
        for name, question in questions.items():
            if name not in asked:
                raise ValueError(f"the question '{name}' is never asked; name it under 'always' or a red flag")
            for source in question.sources:
                if source not in sources:
                    raise ValueError(f"the question '{name}' names the source '{source}', which is not there")
            if question.raises is not None and question.kind != "yes_no":
                raise ValueError(f"the question '{name}' raises the urgency, so its kind must be yes_no")
        return values

    def next_questions(self, red_flags: Sequence[str]) -> dict[str, Question]:
        """What is asked after these danger signs, each once: what can raise the urgency most comes first."""
        first, rest = self.always[:1], self.always[1:]
        by_sign = dict.fromkeys(name for flag in red_flags for name in self.red_flags.get(flag, ()))
        telling = sorted(by_sign, key=lambda name: (self.questions[name].raises or Urgency.none).rank)
        return {name: self.questions[name] for name in dict.fromkeys([*first, *telling, *rest])}


@dataclass(frozen=True)
class Suggestion:
    """The least urgency that follows from the words and the answers, and what it follows from: ids of red flags and
    of questions answered with yes. `together`: lesser signs that count as urgent because they are several."""

    urgency: Urgency
    red_flags: tuple[str, ...]
    answers: tuple[str, ...]
    together: bool

    @classmethod
    def of(cls, assessment: Assessment, questions: Mapping[str, Question], answers: Mapping[str, str]) -> Suggestion:
        """Triage to the highest found, as COSTaRS and UKONS have it."""
        raised = {
            name: question.raises
            for name, question in questions.items()
            if question.raises is not None and answers.get(name) == _YES
        }
        worst = min([assessment.urgency, *raised.values()], key=lambda level: level.rank)
        ambers = {hit.id for hit in assessment.hits if hit.urgency is Urgency.soon}
        ambers |= {name for name, level in raised.items() if level is Urgency.soon}
        together = worst in (Urgency.soon, Urgency.urgent) and len(ambers) > 1
        if worst is Urgency.soon and together:
            worst = Urgency.urgent
        hits = tuple(hit.id for hit in assessment.hits)
        return cls(worst, hits, tuple(raised), together)
