"""Talks through a request for a person without Rasa and without a database; shared by the hand-off's tests."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from typing import Any

from companion.cases.model import Case, CaseRequest, CaseState
from companion.content import Library
from companion.dialogue.hand_off import Claim, Outcome, claim, settle, step
from companion.dialogue.hand_off_state import CALL_FIRST, Add, Discard, Effect, HandOff, Open, Withdraw, World
from companion.dialogue.said import Said

NOON = datetime(2026, 11, 23, 12, tzinfo=timezone.utc)
LIBRARY = Library.load()


def case_of(request: CaseRequest, number: int = 1, state: CaseState = CaseState.QUEUED) -> Case:
    """The case that a request becomes."""
    nothing: Any = None
    return Case(
        id=f"case-{number}",
        reference=f"REF{number}",
        conversation=request.conversation,
        channel=request.channel,
        state=state,
        urgency=request.urgency,
        red_flags=[dict(flag) for flag in request.red_flags],
        reason=request.reason,
        name=request.name,
        contact=request.contact,
        contact_when=request.contact_when,
        about={},
        consent=dict(request.consent),
        language=request.language,
        country=request.country,
        assignee=None,
        outcome=None,
        version=1,
        created_at=NOON,
        changed_at=NOON,
        due_at=NOON,
        **{name: nothing for name in Case.__dataclass_fields__ if name.endswith("_at") and name not in _SET},
    )


_SET = {"created_at", "changed_at", "due_at"}


@dataclass
class Talk:
    """One chat: what it remembers, what was stored, and how the store behaves."""

    region: str | None = "GB"
    store: Outcome = Outcome.DONE
    slot: Any = None
    now: datetime = NOON
    urgency: str = "none"
    flags: list[dict[str, str]] = field(default_factory=list)
    told_at: float = 0.0
    words: str = ""
    offered: tuple[str, ...] = ()
    opened: list[CaseRequest] = field(default_factory=list)
    added: list[Add] = field(default_factory=list)
    case: Case | None = None

    def hears(self, text: str, intent: str = "nlu_fallback", confidence: float = 0.9, **parsed: Any) -> list[str]:
        """The names of the texts that answer `text`; ["…"] where the assistant answers it as always, alone."""
        typed = LIBRARY.typed_buttons.get(text.lower())
        parse = {
            "text": text,
            "intent": {"name": typed or intent, "confidence": 1.0 if typed else confidence},
            **parsed,
        }
        said = Said.of(parse, self.offered, LIBRARY)
        whose = claim(self.slot, said, self.now)
        if whose is Claim.NOT_OURS and (typed or intent) != "talk_to_human":
            return ["…"]
        result = step(self.slot, said, self.world())
        replies, state = list(result.replies), result.state
        if result.effect is not None:
            outcome, case = self._perform(result.effect)
            ended = settle(state, result.effect, outcome, case or self.case)
            replies, state = [*replies, *ended.replies], ended.state
        self.slot = state.slot() if state else None
        if replies:
            self.offered = self.buttons(replies[-1].name)
        return [reply.name for reply in replies]

    def danger(self, text: str, urgency: str = "emergency", flag: str = "chest_pain") -> None:
        """Danger was told; the assistant has answered with the escalation alone where the call comes first."""
        self.flags.append({"id": flag, "urgency": urgency, "text": text})
        self.urgency = urgency
        self.waits(seconds=1)
        if urgency in CALL_FIRST:
            self.told_at = self.now.timestamp()

    def waits(self, **time: float) -> None:
        """Time goes by."""
        self.now += timedelta(**time)

    @property
    def state(self) -> HandOff:
        """What is remembered."""
        state = HandOff.read(self.slot)
        assert state is not None, "nothing is remembered"
        return state

    def world(self) -> World:
        return World(
            now=self.now,
            conversation="chat-1",
            channel="web",
            region=self.region,
            urgency=self.urgency,
            red_flags=tuple(self.flags),
            told_at=self.told_at,
            own_words=self.words,
            case=self.case,
        )

    @staticmethod
    def buttons(name: str) -> tuple[str, ...]:
        return tuple(LIBRARY.buttons[button].text for button in LIBRARY.hand_off.texts[name].buttons)

    def _perform(self, effect: Effect) -> tuple[Outcome, Case | None]:
        if self.store is Outcome.FAILED:
            return self.store, None
        if isinstance(effect, Open):
            if effect.request.key not in [request.key for request in self.opened]:
                self.opened.append(effect.request)
            state = CaseState.REQUESTED if self.store is Outcome.NOBODY else CaseState.QUEUED
            self.case = case_of(effect.request, len(self.opened), state)
            return self.store, self.case
        if isinstance(effect, Add):
            self.added.append(effect)
            return Outcome.DONE, self.case
        if isinstance(effect, Withdraw | Discard):
            if self.case is None:
                return Outcome.OVER, None
            gone, self.case = replace(self.case, state=CaseState.WITHDRAWN), None
            return Outcome.DONE, gone
        raise AssertionError(effect)


def asked_for_person(**known: Any) -> Talk:
    """Somebody has just asked for a person."""
    talk = Talk(**known)
    talk.hears("I want to talk to a nurse", "talk_to_human")
    return talk
