"""The talk that leads to a request for a person: what is asked next, and what an answer means. No Rasa, no database.

`claim` says whose message it is, `step` answers it, `settle` says how it ended what was to be stored. Each step can be
skipped, each can be left, and nothing is stored without a yes.

```mermaid
stateDiagram-v2
    [*] --> consent: asks for a person
    consent --> name: yes
    consent --> contact: yes, and the call comes first
    consent --> [*]: no
    name --> contact
    contact --> when: a number or an address
    contact --> reason: answer in this chat
    contact --> sent: the call comes first
    when --> reason
    reason --> review
    review --> change: something is wrong
    change --> review
    review --> sent: yes
    review --> [*]: no
    sent --> adding: something to add
    adding --> sent
```
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from enum import Enum

from companion.cases.model import Case
from companion.dialogue.contact_details import find_contact
from companion.dialogue.details import find_name
from companion.dialogue.hand_off_answers import ANSWERS, ask, collect, next_question, unclear
from companion.dialogue.hand_off_state import (
    CALL_FIRST,
    Add,
    Discard,
    Effect,
    HandOff,
    Open,
    Say,
    Step,
    Withdraw,
    World,
)
from companion.dialogue.said import Said

__all__ = ["Claim", "Outcome", "claim", "settle", "step"]

#: Questions that want words of the person's own: only a clear question is none of these.
_FREE = frozenset({"name", "contact", "when", "reason", "adding"})
#: Somebody who asks about other things twice, before they agreed to anything, is not asked again.
_MOST_ASIDES = 2
#: A correction after the request was sent is a short message.
_CORRECTION_WORDS = 15
#: So few words with a number in them are about the number.
_BARE_WORDS = 5


class Claim(Enum):
    """Whose a message is: not the hand-off's, the hand-off's, or answered as always and then the question is asked
    again."""

    NOT_OURS = "not ours"
    OURS = "ours"
    AFTER = "after"


class Outcome(Enum):
    """How an effect ended. `NOBODY`: stored, but nobody could be told. `OVER`: the case was over already, or there was
    none."""

    DONE = "done"
    NOBODY = "nobody"
    OVER = "over"
    FAILED = "failed"


def claim(slot: object, said: Said, now: datetime) -> Claim:
    """Whose message this is, by the state in the slot alone."""
    state = HandOff.read(slot)
    if state is None or state.step == "sent":
        asks = said.withdraws or said.asks_after or said.button in {"add_more", "leave_it"}
        return Claim.OURS if asks or _adds(state, said) else Claim.NOT_OURS
    if state.is_old(now):
        return Claim.AFTER
    if said.cancels and not said.answers_another_offer:
        return Claim.OURS
    if state.step not in _FREE and (said.yes or said.no) and not said.answers_another_offer:
        return Claim.OURS
    if not said.asks and said.button is None and (find_name(said.text) or find_contact(said.text, state.region)):
        # "I'm Ann, ring me on …" is for us, whatever the classifier makes of it.
        return Claim.OURS
    return Claim.AFTER if said.is_aside(free=state.step in _FREE) else Claim.OURS


def step(slot: object, said: Said, world: World) -> Step:
    """What follows `said`. Never raises, whatever was said and whatever the slot holds."""
    state = HandOff.read(slot)
    if state is None or state.step == "sent":
        return _with_no_open_question(state, said, world)
    if state.is_old(world.now):
        if said.wants_person or said.button == "go_on":
            begun = _with_no_open_question(None, said, world)
            return replace(begun, replies=(Say("expired_before"), *begun.replies))
        return Step((Say("expired"),), None)
    whose = claim(slot, said, world.now)
    told_again = world.told_at > state.told_at
    state = replace(state.with_world(world), language=said.language or state.language)
    if whose is Claim.AFTER:
        return _after_aside(state, said, world, told_again=told_again)
    if said.cancels or (state.step in ("consent", "contact") and said.cancels_surely and not said.no):
        return _leave(state)
    if told_again and not _is_detail(state, said, world):
        return Step((Say("danger_again"), Say("resume")), replace(state, resuming=True))
    if state.resuming and not _is_detail(state, said, world):
        return _resume(state, said, world)
    state = replace(state, resuming=False)
    own = _own_question(state, said)
    if own is not None:
        return Step((Say(own), ask(state, again=True)), state)
    if said.goes_back:
        return _back(state)
    return ANSWERS[state.step](state, said, world)


def settle(state: HandOff | None, effect: Effect, outcome: Outcome, case: Case | None) -> Step:
    """What is said of how an effect ended; `state` is the one that came with it, `case` the one it was about."""
    if isinstance(effect, Open):
        assert state is not None, "a request is opened out of a state"
        if outcome is Outcome.FAILED or case is None:
            return Step((Say("not_sent"),), replace(state, step="review", failed=True))
        sent = replace(state, step="sent", case=case.id, reference=case.reference, failed=False)
        if outcome is Outcome.NOBODY:
            return Step((Say("reached_nobody"),), sent)
        return Step((Say("sent_urgent" if state.urgent else "sent"),), sent)
    if isinstance(effect, Add):
        if outcome is Outcome.FAILED:
            return Step((Say("not_added"),), state)
        if outcome is Outcome.OVER:
            return Step((Say("over_already"),), None)
        return Step((Say("added_urgent" if effect.red_flags else "added"),), state)
    if isinstance(effect, Discard):
        if outcome is Outcome.FAILED:
            return Step((Say("cancelled_unsure" if state and state.failed else "cancelled"),), None)
        return Step((Say("withdrawn" if outcome is Outcome.DONE else "cancelled"),), None)
    if outcome is Outcome.FAILED:
        return Step((Say("not_withdrawn"),), state)
    return Step((Say("withdrawn" if outcome is Outcome.DONE else "over_already"),), None)


def _with_no_open_question(state: HandOff | None, said: Said, world: World) -> Step:
    """Nothing is being asked: a request begins, or there is one already."""
    case = world.case
    if case is None:
        if said.withdraws or said.asks_after or said.button in {"add_more", "leave_it"}:
            return Step((Say("nothing_open"),), None)
        return _begin(said, world)
    sent = _of_case(case, world) if state is None else replace(state, case=case.id, reference=case.reference)
    if said.withdraws:
        return Step((), sent, Withdraw(case.id))
    if said.button == "leave_it":
        return Step((Say("left_as_it_is"),), sent)
    if said.button == "add_more":
        return Step((Say("ask_addition"),), replace(sent, step="adding", touched=world.now.isoformat()))
    if _adds(state, said):
        return Step((), sent, Add(case.id, said.text))
    known = {flag.get("id") for flag in case.red_flags}
    new = tuple(flag for flag in world.red_flags if flag.get("id") not in known)
    if new and world.urgency in CALL_FIRST and not said.asks_after:
        return Step((), sent, Add(case.id, red_flags=new))
    return Step((Say("existing"),), sent)


def _begin(said: Said, world: World) -> Step:
    now = world.now.isoformat()
    wording = "begin_urgent" if world.urgency in CALL_FIRST else "begin"
    state = HandOff(step="consent", started=now, touched=now, wording=wording, reason=world.own_words or None)
    state = replace(state.with_world(world), language=said.language or "en")
    if said.button is None:
        state = collect(state, said.text, world)
    return Step((Say(state.wording),), state)


def _of_case(case: Case, world: World) -> HandOff:
    now = world.now.isoformat()
    state = HandOff(step="sent", started=now, touched=now, case=case.id, reference=case.reference)
    return state.with_world(world)


def _adds(state: HandOff | None, said: Said) -> bool:
    """Whether somebody whose request was sent has something to add: "tell them …", or another number."""
    if state is None or state.step != "sent" or said.button is not None or said.asks:
        return False
    words = len(said.text.split())
    number = words <= _CORRECTION_WORDS and find_contact(said.text, None) is not None
    return said.tells_them or (number and (words <= _BARE_WORDS or said.corrects or said.names_contact))


def _after_aside(state: HandOff, said: Said, world: World, *, told_again: bool) -> Step:
    """The message was answered as always; now our own question again."""
    if told_again or state.resuming:
        return Step((Say("resume"),), replace(state, resuming=True))
    if state.step == "consent" and said.intent == "thank":
        # The numbers were all they wanted.
        return Step((), None)
    if state.step == "reason" and not said.asks_first and not said.about_rights and not said.answers_another_offer:
        # A question is what they want to talk about, too.
        return ANSWERS["reason"](state, said, world)
    state = replace(state, asides=state.asides + 1)
    if state.step == "consent" and not state.given and state.asides >= _MOST_ASIDES:
        return Step((), None)
    return Step((ask(state, again=True),), state)


def _resume(state: HandOff, said: Said, world: World) -> Step:
    """Danger was told in between, and we had asked whether to go on."""
    if said.no:
        return _leave(state)
    if not (said.yes or said.wants_person):
        return unclear(state, "resume", lambda left: Step((Say("left_open"),), None))
    state = replace(state, resuming=False, unclear=0)
    if state.step in ("consent", "review", "adding"):
        return Step((ask(state, again=state.step == "consent"),), state)
    return next_question(state, world)


def _own_question(state: HandOff, said: Said) -> str | None:
    """The text that answers a question about the request itself. Where free words are asked for, only what is surely
    one: "why am I so tired?" is what somebody wants to talk about."""
    own = said.own_question() if said.button is None else None
    if (
        state.step in ("reason", "adding")
        and not said.asks_first
        and said.intent not in ("ask_privacy", "bot_challenge")
    ):
        return own if own == "how_long" else None
    return own


def _is_detail(state: HandOff, said: Said, world: World) -> bool:
    """Whether it plainly answers our question, though danger was told in between."""
    if state.step == "contact":
        return said.button == "in_this_chat" or find_contact(said.text, world.region) is not None
    return said.button in {"skip", "any_time", "go_on_with_chat", "send_it", "pass_nothing_on", "change_it"}


def _leave(state: HandOff) -> Step:
    if state.step == "adding":
        return Step((Say("left_as_it_is"),), replace(state, step="sent"))
    if state.step in ("review", "change"):
        # The last "send it" may have been stored while we were cut off.
        return Step((), state, Discard(state.started))
    return Step((Say("cancelled"),), None)


def _back(state: HandOff) -> Step:
    """The question before this one, asked again."""
    if state.step != "review" and "reason" in state.done:
        # They came from the note, to change this one thing.
        return Step((Say("review"),), replace(state, step="review", done=(*state.done, state.step)))
    before = [name for name in state.done if name != "consent"]
    if state.step in ("consent", "adding") or not before:
        return Step((ask(state, again=True),), state)
    last = before[-1]
    state = replace(state, step=last, done=tuple(name for name in state.done if name != last))
    return Step((ask(state, again=True),), state)
