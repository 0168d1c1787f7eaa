"""What is known of a request for a person that is being put together in the chat. No Rasa, no database."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any

from companion.cases.model import Case, CaseRequest
from companion.safety.model import Urgency

__all__ = [
    "CALL_FIRST",
    "Add",
    "Discard",
    "Effect",
    "HandOff",
    "Open",
    "Say",
    "Step",
    "Withdraw",
    "World",
    "request_of",
]

#: A request that lay still for so long is not taken up again: the person begins anew.
_LIFE = timedelta(hours=24)
#: After these the call comes first; the request is then made with as few questions as can be.
CALL_FIRST = frozenset({"emergency", "crisis", "safeguarding", "urgent"})
_LISTS = ("given", "done", "red_flags")
_STEPS = frozenset({"consent", "name", "contact", "when", "reason", "review", "change", "adding", "sent"})


@dataclass(frozen=True)
class HandOff:
    """The state between two messages; the slot `hand_off` holds it as a plain dict.

    `step`: what is being asked (`sent`: nothing more). `done`: the questions that are answered or skipped. `given`:
    what the person agreed to ("case", "transcript"), `agreed_at` when and `wording` to which text. `urgent`: the call
    comes first. `urgency`, `red_flags`, `words`: what danger they told of in all, and why they want a person;
    `told_at`: when they last told what calls for a call at once, in seconds since 1970. `resuming`: we asked whether to
    go on. `failed`: it could not be stored. `unclear`, `asides`: how often in a row we did not understand, or were
    asked something else. Times in ISO form with their zone.
    """

    step: str
    started: str
    touched: str
    wording: str = "begin"
    given: tuple[str, ...] = ()
    agreed_at: str | None = None
    name: str | None = None
    contact: str | None = None
    unsure: bool = False
    when: str | None = None
    reason: str | None = None
    done: tuple[str, ...] = ()
    urgent: bool = False
    urgency: str = "none"
    red_flags: tuple[Mapping[str, str], ...] = ()
    words: str = ""
    region: str | None = None
    told_at: float = 0.0
    resuming: bool = False
    failed: bool = False
    unclear: int = 0
    asides: int = 0
    language: str = "en"
    case: str | None = None
    reference: str | None = None

    @classmethod
    def read(cls, slot: object) -> HandOff | None:
        """From the slot; None where there is nothing in it that can be read."""
        if not isinstance(slot, Mapping):
            return None
        known = {field.name: slot[field.name] for field in fields(cls) if field.name in slot}
        try:
            state = cls(**{**known, **{name: tuple(known.get(name, ())) for name in _LISTS}})
            datetime.fromisoformat(state.started)
            datetime.fromisoformat(state.touched)
            Urgency(state.urgency)
        except (TypeError, ValueError):
            return None
        return state if state.step in _STEPS else None

    def slot(self) -> dict[str, Any]:
        """For the slot."""
        return {**asdict(self), **{name: [*getattr(self, name)] for name in _LISTS}}

    def with_world(self, world: World) -> HandOff:
        """With what was told since we last spoke. A long chat is not remembered whole; this is."""
        known = {flag.get("id") for flag in self.red_flags}
        levels = [level.value for level in Urgency]
        urgency = min(self.urgency, world.urgency, key=levels.index)
        return replace(
            self,
            touched=world.now.isoformat(),
            urgent=self.urgent or urgency in CALL_FIRST,
            urgency=urgency,
            red_flags=(*self.red_flags, *(flag for flag in world.red_flags if flag.get("id") not in known)),
            words=self.words or world.own_words,
            region=world.region or self.region,
            told_at=max(self.told_at, world.told_at),
        )

    def is_old(self, now: datetime) -> bool:
        """Whether it lay still for too long."""
        return now - datetime.fromisoformat(self.touched) > _LIFE


@dataclass(frozen=True)
class World:
    """What is known beside the person's words. `urgency` and `red_flags`: of what they told in this chat of late;
    `told_at`: when they last told what calls for a call at once, in seconds since 1970, 0 where they did not;
    `own_words`: why they want a person, as far as they said; `region`: whose telephone numbers; `case`: their open
    request, looked up where it matters."""

    now: datetime
    conversation: str = "somebody"
    channel: str = "rest"
    region: str | None = None
    urgency: str = "none"
    red_flags: tuple[Mapping[str, str], ...] = ()
    told_at: float = 0.0
    own_words: str = ""
    case: Case | None = None


@dataclass(frozen=True)
class Say:
    """A text of content/hand_off.yml, by its name."""

    name: str


@dataclass(frozen=True)
class Open:
    """Store this request and have the team told."""

    request: CaseRequest


@dataclass(frozen=True)
class Withdraw:
    """Cancel this case."""

    case: str


@dataclass(frozen=True)
class Add:
    """Add words or red flags to a case."""

    case: str
    text: str = ""
    red_flags: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True)
class Discard:
    """Nothing is wanted any more: cancel what may have been stored since `started` without our hearing of it."""

    started: str


Effect = Open | Withdraw | Add | Discard


@dataclass(frozen=True)
class Step:
    """What is said, what is remembered (None: nothing), and what is to be done first, if anything: then
    `companion.dialogue.hand_off.settle` says how it ended."""

    replies: tuple[Say, ...]
    state: HandOff | None
    effect: Effect | None = None


def request_of(state: HandOff, world: World) -> CaseRequest:
    """The request as it would be stored now. The same one twice has the same key, which tells nothing of the chat."""
    return CaseRequest(
        key=hashlib.sha256(f"{world.conversation}:{state.started}".encode()).hexdigest(),
        channel=world.channel,
        urgency=state.urgency,
        conversation=world.conversation,
        red_flags=[dict(flag) for flag in state.red_flags],
        reason=state.reason or state.words,
        name=state.name,
        contact=state.contact,
        contact_when=state.when,
        consent={"given": list(state.given), "at": state.agreed_at, "wording": state.wording},
        language=state.language,
        country=state.region,
    )
