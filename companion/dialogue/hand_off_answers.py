"""What an answer to each question of the hand-off means, and which question comes next."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from companion.dialogue.contact_details import Contact, find_contact
from companion.dialogue.details import as_name, find_name, find_time
from companion.dialogue.hand_off_state import Add, HandOff, Open, Say, Step, World, request_of
from companion.dialogue.said import Said

__all__ = ["ANSWERS", "ask", "collect", "next_question", "unclear"]

#: In this order; where the call comes first, only the short one. `when` only for those who gave a number or an address.
_QUESTIONS = ("name", "contact", "when", "reason")
_SHORT = ("contact",)
#: After so many answers that were not understood, a question is left (or, where a yes is needed, the whole request).
_PATIENCE, _PATIENCE_AT_THE_END = 2, 3
#: A note is read by somebody with little time. Characters.
_MOST_REASON, _MOST_WHEN = 1000, 200
#: A longer answer to "how can the team reach you?" is kept in the person's own words, where one of these is in it.
_MATTERS = re.compile(
    r"\b(?:don'?t|do not|not|never|only|ask for|voice ?mail|answer ?phone|message|text me|whatsapp|land ?line|husband|"
    r"wife|partner|son|daughter|sister|brother|mum|mom|mother|dad|father|friend|work|office|if|because)\b",
    re.IGNORECASE,
)
_MOST_OWN_WORDS = 40
_IN_CHAT = re.compile(
    r"\b(?:in|on|by|via|through|over) (?:this|the|here|chat)\b|\bhere\b|\bchat\b|\b(?:this|that) (?:is|will be) fine\b",
    re.IGNORECASE,
)
_BY_PHONE = re.compile(r"\b(?:phone|call|ring|telephone|mobile|cell|landline|text|sms|number)\b", re.IGNORECASE)
_BY_EMAIL = re.compile(r"\be-?mail\b", re.IGNORECASE)
_FIELDS = {
    "change_name": ("name", re.compile(r"\bname\b", re.IGNORECASE)),
    "change_contact": ("contact", re.compile(r"\b(?:number|phone|e-?mail|address|reach|contact)\b", re.IGNORECASE)),
    "change_when": ("when", re.compile(r"\b(?:when|time|day|hour)\b", re.IGNORECASE)),
    "change_chat": ("consent", re.compile(r"\b(?:chat|transcript|consent|conversation)\b", re.IGNORECASE)),
    "change_reason": (
        "reason",
        re.compile(r"\b(?:reason|about|words|why|question|problem|text|rest)\b", re.IGNORECASE),
    ),
}
#: Above so many words a number belongs to what is told, not to who tells it.
_FEW_WORDS = 15
#: In so few words there is nothing but the number or the address.
_BARE_WORDS = 7


def ask(state: HandOff, *, again: bool = False) -> Say:
    """The question of the state's step; `again`: the person has seen it before."""
    if state.step == "consent":
        return Say("ask_consent" if again else state.wording)
    if state.step == "review":
        return Say("ask_to_send" if again else "review")
    if state.step == "reason":
        return Say("ask_reason_more" if state.reason else "ask_reason")
    return Say("ask_addition" if state.step == "adding" else f"ask_{state.step}")


def next_question(state: HandOff, world: World) -> Step:
    """The next question that is open; the note, once none is; at once the request, where the call comes first."""
    state = replace(state, unclear=0, asides=0, resuming=False)
    if "case" not in state.given:
        state = replace(state, step="consent")
        return Step((ask(state, again=True),), state)
    for name in _SHORT if state.urgent else _QUESTIONS:
        if name not in state.done and not (name == "when" and state.contact is None):
            state = replace(state, step=name)
            return Step((ask(state),), state)
    state = replace(state, step="review")
    if state.wording == "begin_urgent":
        return Step((), state, Open(request_of(state, world)))
    # Who was told that they see the note before it goes out sees it, whatever came in between.
    return Step((Say("review"),), state)


def collect(state: HandOff, text: str, world: World) -> HandOff:
    """With what `text` tells in passing: how to reach the person, when, their name."""
    contact = find_contact(text, world.region)
    if contact is not None:
        state = _reach(state, contact)
        time = find_time(text)
        if time is not None:
            state = _answered(replace(state, when=time), "when")
    name = find_name(text)
    return state if name is None else _answered(replace(state, name=name), "name")


def _consent(state: HandOff, said: Said, world: World) -> Step:
    known = state
    if said.button is None:
        state = collect(state, said.text, world)
    if said.yes:
        given = ("case", "transcript") if said.with_chat else ("case",)
        state = replace(state, given=given, agreed_at=world.now.isoformat())
        return next_question(_answered(state, "consent"), world)
    if said.no:
        return Step((Say("refused"),), None)
    if state != known:
        return Step((Say("consent_first"),), state)
    return unclear(state, "consent_unclear", lambda left: Step((Say("left_open"),), None))


def _name(state: HandOff, said: Said, world: World) -> Step:
    skipped = _answered(state, "name")
    if said.skips or said.no:
        return next_question(skipped, world)
    told = collect(state, said.text, world)
    if told.contact != state.contact and told.name == state.name:
        # "Ann, 020 7946 0123"
        name = as_name(re.split(r"[,;:]|\band\b", said.text)[0])
        return next_question(_answered(replace(told, name=name or told.name), "name"), world)
    name = None if said.says_nothing or said.button or said.wants_person else find_name(said.text) or as_name(said.text)
    if name is None:
        return unclear(state, "name_unclear", lambda left: next_question(_answered(left, "name"), world))
    return next_question(_answered(replace(told, name=name), "name"), world)


def _contact(state: HandOff, said: Said, world: World) -> Step:
    found = find_contact(said.text, world.region) if said.button is None else None
    if found is not None:
        text, words = " ".join(said.text.split()), len(said.text.split())
        if words <= _MOST_OWN_WORDS and _MATTERS.search(said.text):
            found = replace(found, text=f"{found.text} ({text})")
        state = _reach(state, found)
        time, name = find_time(said.text), find_name(said.text)
        if time is not None:
            state = _answered(replace(state, when=time), "when")
        return next_question(replace(state, name=state.name or name), world)
    in_chat = _answered(replace(state, contact=None, unsure=False, when=None), "contact")
    if said.button == "in_this_chat":
        return next_question(in_chat, world)
    if said.skips or said.no:
        return _said_first("contact_in_chat", next_question(in_chat, world))
    if said.button is None and _BY_EMAIL.search(said.text):
        return unclear(state, "ask_email", lambda left: _in_chat_after_all(in_chat, world))
    if said.button is None and _BY_PHONE.search(said.text):
        return unclear(state, "ask_number", lambda left: _in_chat_after_all(in_chat, world))
    if said.button is None and _IN_CHAT.search(said.text):
        return next_question(in_chat, world)
    return unclear(state, "contact_unclear", lambda left: _in_chat_after_all(in_chat, world))


def _when(state: HandOff, said: Said, world: World) -> Step:
    found = find_contact(said.text, world.region) if said.button is None else None
    time = find_time(said.text)
    if found is not None:
        state = _reach(state, found)
        if time is None:
            return Step((ask(state),), state)
    elif said.is_wrong:
        state = replace(state, step="contact", contact=None, done=tuple(one for one in state.done if one != "contact"))
        return Step((Say("ask_number"),), state)
    if found is None and (said.skips or said.no):
        return next_question(_answered(replace(state, when=None), "when"), world)
    if found is None and time is None and said.button is None and (said.says_nothing or said.yes):
        return unclear(state, "ask_when", lambda left: next_question(_answered(left, "when"), world))
    told = " ".join(said.text.split())
    short = time if time is not None and (found is not None or len(told) > _MOST_WHEN) else told[:_MOST_WHEN]
    return next_question(_answered(replace(state, when=short), "when"), world)


def _reason(state: HandOff, said: Said, world: World) -> Step:
    answered = _answered(state, "reason")
    if said.skips or (said.no and len(said.text.split()) <= 3):
        return next_question(answered, world)
    found = find_contact(said.text, world.region)
    words = len(said.text.split())
    if found is not None and (words <= _BARE_WORDS or (said.names_contact and words <= _FEW_WORDS)):
        state = _reach(state, found)
        return Step((ask(state),), state)
    if said.says_nothing or said.yes:
        return unclear(state, "ask_reason", lambda left: next_question(_answered(left, "reason"), world))
    told = " ".join(part for part in (state.reason, said.text.strip()) if part)
    if len(told) > _MOST_REASON:
        told = told[:_MOST_REASON].rstrip() + " …"
    return next_question(replace(answered, reason=told), world)


def _review(state: HandOff, said: Said, world: World) -> Step:
    if said.yes or said.button == "send_again":
        return Step((), state, Open(request_of(state, world)))
    if said.button == "change_it":
        return _to_change(state)
    changed = collect(state, said.text, world) if said.button is None else state
    if changed != state:
        return Step((Say("review"),), changed)
    if re.search(r"\b(?:try|send) (?:it )?again\b|\bresend\b|\bretry\b", said.text, re.IGNORECASE):
        return Step((), state, Open(request_of(state, world)))
    if said.corrects or said.is_wrong:
        return _change(state, said, world)
    if said.no:
        return _to_change(state)
    return unclear(state, "ask_to_send", lambda left: Step((Say("left_open"),), None))


def _change(state: HandOff, said: Said, world: World) -> Step:
    changed = collect(state, said.text, world) if said.button is None else state
    if changed != state:
        state = replace(changed, step="review")
        return Step((Say("review"),), state)
    for button, (name, words) in _FIELDS.items():
        if said.button == button or (said.button is None and words.search(said.text)):
            return _ask_again(state, name)
    if said.skips or said.no or said.yes:
        return Step((Say("review"),), replace(state, step="review", unclear=0))
    if state.step != "change":
        return _to_change(state)
    return unclear(state, "ask_change", lambda left: Step((Say("review"),), replace(left, step="review", unclear=0)))


def _adding(state: HandOff, said: Said, world: World) -> Step:
    if state.case is None or said.says_nothing:
        return unclear(state, "ask_addition", lambda left: Step((Say("left_as_it_is"),), replace(left, step="sent")))
    return Step((), replace(state, step="sent"), Add(state.case, said.text[:_MOST_REASON]))


ANSWERS: dict[str, Callable[[HandOff, Said, World], Step]] = {
    "consent": _consent,
    "name": _name,
    "contact": _contact,
    "when": _when,
    "reason": _reason,
    "review": _review,
    "change": _change,
    "adding": _adding,
}


def _answered(state: HandOff, question: str) -> HandOff:
    return state if question in state.done else replace(state, done=(*state.done, question))


def _reach(state: HandOff, contact: Contact) -> HandOff:
    return _answered(replace(state, contact=contact.text, unsure=not contact.sure), "contact")


def unclear(state: HandOff, say: str, give_up: Callable[[HandOff], Step]) -> Step:
    """Asks once more, then gives up."""
    state = replace(state, unclear=state.unclear + 1)
    if state.unclear >= (_PATIENCE_AT_THE_END if state.step == "review" else _PATIENCE):
        return give_up(state)
    return Step((Say(say),), state)


def _said_first(name: str, step: Step) -> Step:
    return replace(step, replies=(Say(name), *step.replies))


def _in_chat_after_all(state: HandOff, world: World) -> Step:
    return _said_first("contact_in_chat", next_question(state, world))


def _to_change(state: HandOff) -> Step:
    state = replace(state, step="change", unclear=0)
    return Step((Say("ask_change"),), state)


def _ask_again(state: HandOff, question: str) -> Step:
    """One question anew; the others stay answered, so that the note comes next."""
    state = replace(state, step=question, unclear=0, done=tuple(one for one in state.done if one != question))
    if question == "reason":
        state = replace(state, reason=None)
    if question == "when" and state.contact is None:
        # They asked to be answered in this chat; a time means a way.
        state = replace(state, step="contact", done=tuple(one for one in state.done if one not in ("contact", "when")))
    if question == "consent":
        state = replace(state, given=())
    return Step((ask(state, again=question == "consent"),), state)
