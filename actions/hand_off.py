"""A person is wanted: asks what the team needs to know, and opens the case. What is asked, and what an answer means, is
decided in companion/dialogue/hand_off.py."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime, timezone

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import Events, SafeAction, country, library, say, writer
from actions.stores import cases, sbar_words, service
from companion.cases import OPEN, Case, CaseConflictError, CaseRequest, CaseState, Staff, UnknownCaseError
from companion.cases.sbar import sbar
from companion.content.contacts import ELSEWHERE
from companion.core.conversation import (
    before_the_last_message,
    flagged_words,
    last_offer,
    own_words,
    worst_urgency,
)
from companion.dialogue.hand_off import Outcome, settle, step
from companion.dialogue.hand_off_state import (
    CALL_FIRST,
    Add,
    Discard,
    Effect,
    HandOff,
    Open,
    Withdraw,
    World,
    request_of,
)
from companion.dialogue.said import Said
from companion.settings import Settings
from companion.store import StoreError

__all__ = ["ActionHandOff"]

_SLOT = "hand_off"
#: Of a shorter message that asks for a person nothing is learnt of why.
_TELLS_WHY_WORDS = 9
#: Intents whose messages stay without an answer of their own: what a person is asked for instead.
_LEFT_OPEN = {"nlu_fallback", "out_of_scope", "personal_medical_advice", "report_symptom", "express_distress"}
_MOST_OWN_WORDS = 500


class ActionHandOff(SafeAction):
    """One message of the talk that leads to a request for a person."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_hand_off"

    def respond(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        """Says what follows; stores only what was agreed to, and says plainly where that did not work."""
        said = Said.of(tracker.latest_message or {}, last_offer(before_the_last_message(tracker.events)), library())
        slot = tracker.get_slot(_SLOT)
        known = HandOff.read(slot)
        world, case = _world(tracker, said, begins=known is None), None
        if known is None or known.step == "sent":
            try:
                case = cases().open_of(tracker.sender_id)
            except StoreError:
                failed = "not_withdrawn" if said.withdraws else "no_requests_now"
                say(dispatcher, writer().hand_off(failed, {}, country=country(tracker)))
                return []
        world = replace(world, case=case)
        result = step(slot, said, world)
        replies, state = list(result.replies), result.state
        stated = country(tracker)
        where = (state or known or world).region if stated is None else stated
        if result.effect is not None:
            outcome, changed = _perform(result.effect, world, where)
            case = changed or case
            ended = settle(state, result.effect, outcome, case)
            replies, state = [*replies, *ended.replies], ended.state
        facts = _facts(state, world, case, where)
        for reply in replies:
            say(dispatcher, writer().hand_off(reply.name, facts, country=where))
        return [SlotSet(_SLOT, state.slot() if state else None)]


def _world(tracker: Tracker, said: Said, *, begins: bool) -> World:
    """What is known beside the person's last message."""
    events = tracker.events
    flags = {flag["id"]: flag for flag in reversed(_red_flags(tracker))}
    stated = country(tracker)
    words = flagged_words(events) or (_why(tracker, said) if begins else [])
    return World(
        now=_moment(tracker),
        conversation=tracker.sender_id,
        channel=tracker.get_latest_input_channel() or "rest",
        region=Settings.from_environment().country if stated is None else (stated if stated != ELSEWHERE else None),
        urgency=worst_urgency(events),
        red_flags=tuple(flags.values()),
        told_at=_told_at(tracker),
        own_words=" ".join(dict.fromkeys(words))[:_MOST_OWN_WORDS],
        case=None,
    )


def _red_flags(tracker: Tracker) -> list[dict[str, str]]:
    users = [event for event in tracker.events if event.get("event") == "user"]
    found = [flag for event in users for flag in (event.get("parse_data") or {}).get("red_flags") or ()]
    return [{name: flag[name] for name in ("id", "urgency", "text") if name in flag} for flag in found]


def _told_at(tracker: Tracker) -> float:
    """When the person last told of what calls for a call at once; 0 where they did not."""
    users = [event for event in tracker.events if event.get("event") == "user"]
    told = [event for event in users if (event.get("parse_data") or {}).get("urgency") in CALL_FIRST]
    return float(told[-1].get("timestamp") or 0.0) if told else 0.0


def _why(tracker: Tracker, said: Said) -> list[str]:
    """In their own words, why they want a person: told with the request itself, or asked before and not answered."""
    if said.button is None and len(said.text.split()) >= _TELLS_WHY_WORDS:
        return [said.text]
    users = [event for event in tracker.events if event.get("event") == "user"][:-1]
    last = (users[-1].get("parse_data") or {}) if users else {}
    open_question = (last.get("intent") or {}).get("name") in _LEFT_OPEN
    return own_words(users)[-1:] if open_question else []


def _moment(tracker: Tracker) -> datetime:
    """When the last message came: what decides whose message it is reads the same clock."""
    at = next((event.get("timestamp") for event in reversed(tracker.events) if event.get("event") == "user"), None)
    return datetime.fromtimestamp(at, timezone.utc) if at else datetime.now(timezone.utc)


def _perform(effect: Effect, world: World, where: str | None) -> tuple[Outcome, Case | None]:
    """Does what was decided; how it ended, and the case as it is now."""
    try:
        if isinstance(effect, Open):
            return _open(effect.request, where)
        if isinstance(effect, Add):
            return _add(effect)
        if isinstance(effect, Withdraw):
            return Outcome.DONE, cases().withdraw(effect.case)
        return _discard(effect, world)
    except StoreError:
        return Outcome.FAILED, None
    except (CaseConflictError, UnknownCaseError):
        return Outcome.OVER, None


def _open(request: CaseRequest, where: str | None) -> tuple[Outcome, Case | None]:
    shown = library().hand_off.texts[request.consent["wording"]].text
    # So that it can be told later which words exactly were agreed to.
    wording = f"{request.consent['wording']}-{hashlib.sha256(shown.encode()).hexdigest()[:12]}"
    told = writer().first_words(request.urgency, country=where)
    about = {**request.about, **({"told": told} if told else {})}
    request = replace(request, consent={**request.consent, "wording": wording}, about=about)
    there = cases().anybody_there(request.urgency)
    case = cases().open(request, told=there)
    return (Outcome.NOBODY if case.state is CaseState.REQUESTED and not there else Outcome.DONE), case


def _add(effect: Add) -> tuple[Outcome, Case | None]:
    case = cases().get(effect.case)
    if case.state not in OPEN:
        return Outcome.OVER, case
    if effect.text:
        words = library().hand_off.texts
        patient = Staff("patient", words["author_name"].text, words["author_title"].text)
        cases().add_note(case.id, patient, effect.text)
    if effect.red_flags:
        case = cases().red_flags_raised(case.id, effect.red_flags)
    return Outcome.DONE, case


def _discard(effect: Discard, world: World) -> tuple[Outcome, Case | None]:
    case = cases().open_of(world.conversation)
    if case is None or case.created_at < datetime.fromisoformat(effect.started):
        return Outcome.OVER, None
    return Outcome.DONE, cases().withdraw(case.id)


def _facts(state: HandOff | None, world: World, case: Case | None, where: str | None) -> dict[str, str]:
    """What the texts may name."""
    urgency = state.urgency if state else world.urgency
    wait = service().expectation(case.urgency if case else urgency, datetime.now(timezone.utc))
    facts = {
        "urgency": urgency,
        "first": writer().first_words(urgency, country=where),
        "wait": wait,
        "kept_cases": service().in_words(service().retention.cases),
    }
    if urgency in CALL_FIRST:
        facts["again"] = writer().escalation(urgency, None, again=True, country=where).text
    if state is not None:
        facts |= {
            "name": state.name or "",
            "contact": state.contact or "",
            "contact_unsure": "yes" if state.unsure else "",
            "contact_when": state.when or "",
            "reason": state.reason or "",
            "note": sbar(request_of(state, world), sbar_words()).as_text(),
        }
    if case is not None:
        facts["reference"] = case.reference
        if case.state in OPEN:
            name = f"standing_{case.state.value}"
            facts["standing"] = writer().hand_off(name, {"wait": wait}, country=where).text
    return facts
