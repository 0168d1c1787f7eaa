"""The gate every message passes on its way to Rasa, whatever channel it came by.

It writes down what comes in and goes out, so that nothing is lost or said twice; keeps patients from steering the bot
with developers' commands; leaves the word to a person who holds the chat; and never lets a patient meet silence:
whatever fails behind it, a fixed text with the numbers to call goes out.
"""

from __future__ import annotations

import asyncio
import logging
import time
import unicodedata
import uuid
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from rasa.core.actions import action as rasa_action
from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.nlu.classifiers.regex_message_handler import RegexMessageHandler

from companion import metrics
from companion.cases import Cases, UnknownCaseError
from companion.cases.rights import Rights
from companion.cases.service import Service
from companion.content import Library
from companion.core.safety_policy import HELD
from companion.dialogue.replies import Writer
from companion.settings import Settings
from companion.store import Database, Holder, Journal, StoreError

__all__ = ["SEQ", "Gate", "Handler", "clean"]

_log = logging.getLogger(__name__)

#: Longer than any turn takes when all is well, shorter than a frightened person's patience. Seconds.
_PATIENCE = 8.0
#: Seconds that Rasa waits for the action server. Its own five minutes would hold the conversation's lock all that time.
_ACTION_LIMIT = 6
rasa_action.DEFAULT_REQUEST_TIMEOUT = _ACTION_LIMIT
# Nobody steers this assistant with "/intent{...}": such a message is read like any other, for danger too. It reaches
# Rasa only by POST /model/parse, the channels take the slash away.
RegexMessageHandler.process = lambda self, messages, domain=None: messages
#: Seconds in which nobody else takes up the same message: longer than a turn.
_LEASE = 15.0
#: Characters. A message this long is read to here; nobody types more in one go.
_MAX_CHARACTERS = 20_000
#: Where a channel that has stored the message already puts its place in the chat, in `UserMessage.metadata`.
SEQ = "seq"
#: Where it puts the platform's id of the message otherwise.
KEY = "key"
#: In a reply: what has to be done before it is true. `_ERASE`: deleting the chat. `_ERASED`: that it is done.
_EFFECT, _ERASE, _ERASED = "effect", "erase", "erased"
#: What of a reply a channel can show beside its text.
_SHOWN = ("buttons", "parts", "urgency", "red_flags", "topic", _ERASED)

Handler = Callable[[UserMessage], Awaitable[Any]]
_T = TypeVar("_T")


def clean(text: str | None) -> str:
    """What a person wrote, without control characters and without the leading "/" of a developer's command."""
    kept = "".join(
        character if character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cs", "Co", "Cn") else " "
        for character in (text or "")[:_MAX_CHARACTERS]
    )
    return kept.lstrip("/ \n\t").rstrip()


class Gate:
    """Wraps Rasa's handler of new messages; called in its place."""

    def __init__(
        self, handle: Handler, journal: Journal, cases: Cases, rights: Rights, *, patience: float = _PATIENCE
    ) -> None:
        """`patience`: seconds after which the turn is given up and the person is told that there is trouble."""
        self._handle = handle
        self._journal = journal
        self._cases = cases
        self._rights = rights
        self._patience = patience
        self._writer = Writer(Library.load(), Settings.from_environment())

    @classmethod
    def from_environment(cls, handle: Handler) -> Gate:
        """The gate of this deployment, with its database and its service's times."""
        database = Database.from_environment()
        return cls(handle, Journal(database), Cases(database, Service.load().targets), Rights(database))

    async def __call__(self, message: UserMessage) -> bool:
        """Lets `message` through. Never raises, and never ends without something said, unless a person holds the chat.

        False, and nothing done, where the message was answered before or somebody else is at it.
        """
        message.text = clean(message.text)
        message.metadata = dict(message.metadata or {})
        seq = await self._receive(message)
        if seq == _NOT_OURS:
            return False
        holder = await self._try(self._journal.holder, message.sender_id)
        output = _Recorder(message, seq, self._journal)
        message.output_channel = output
        if holder is not None:
            message.metadata[HELD] = holder.reference
        begun = time.monotonic()
        outcome = await self._turn(message, output, silent=holder is not None)
        metrics.turn_ended(message.input_channel, outcome, time.monotonic() - begun)
        if output.once_erased is not None:
            await self._erase(message, output)
        if holder is not None:
            await self._tell_holder(holder, output)
        if seq is not None:
            await self._try(self._journal.answered, message.sender_id, seq)
        return True

    async def _receive(self, message: UserMessage) -> int | None:
        """The message's place in the chat; None where the database does not answer: the person is answered even so."""
        seq = message.metadata.get(SEQ)
        if seq is None:
            received = await self._try(
                self._journal.receive,
                message.sender_id,
                message.input_channel,
                message.text,
                key=message.metadata.get(KEY),
            )
            if received is None:
                return None
            if received.state == "answered":
                return _NOT_OURS
            seq = received.seq
        taken = await self._try(self._journal.take, message.sender_id, seq, seconds=_LEASE)
        return _NOT_OURS if taken is False else seq

    async def _turn(self, message: UserMessage, output: _Recorder, *, silent: bool) -> str:
        """How it ended, as `metrics.turn_ended` has it. `silent`: nothing need be said, a person will."""
        if not any(character.isalnum() for character in message.text):
            if not silent:
                await self._say(output, message, "no_words")
            return "held" if silent else "answered"
        slow = False
        try:
            # A turn given up is cancelled: left alone, it would hold the conversation's lock, and the next message may
            # be of danger.
            await asyncio.wait_for(self._handle(message), self._patience)
        except asyncio.TimeoutError:
            slow = True
            self._report("slow", message)
        except Exception as error:
            self._report(type(error).__name__, message)
        if silent:
            return "held"
        if not slow and output.sent:
            return "answered"
        await self._say(output, message, "trouble")
        return "slow" if slow else "trouble"

    async def _erase(self, message: UserMessage, output: _Recorder) -> None:
        """Deletes the chat, now that Rasa has written its turn down, and says so: the one message that is left."""
        if await self._try(self._rights.erase, message.sender_id) is None:
            await self._say(output, message, "not_deleted")
        else:
            await self._send(output, message, output.once_erased or {})

    async def _tell_holder(self, holder: Holder, output: _Recorder) -> None:
        """The case hears that the patient wrote, and what danger they told of."""
        await self._try(self._cases.patient_wrote, holder.case_id)
        if output.red_flags:
            await self._try(self._cases.red_flags_raised, holder.case_id, output.red_flags)

    async def _try(self, work: Callable[..., _T], *arguments: Any, **named: Any) -> _T | None:
        """What the store says; None where it does not answer."""
        try:
            return await asyncio.to_thread(work, *arguments, **named)
        except (StoreError, UnknownCaseError) as error:
            _log.error("store failed=%s correlation_id=%s", error, uuid.uuid4().hex[:12])
            return None

    @staticmethod
    def _report(what: str, message: UserMessage) -> None:
        # No text and no conversation id: a log is read by many.
        _log.error("turn failed=%s channel=%s correlation_id=%s", what, message.input_channel, uuid.uuid4().hex[:12])

    async def _say(self, output: _Recorder, message: UserMessage, notice: str) -> None:
        reply = self._writer.notice(notice)
        await self._send(output, message, {"text": reply.text, "buttons": reply.as_buttons()})

    async def _send(self, output: _Recorder, message: UserMessage, reply: dict[str, Any]) -> None:
        try:
            await output.send_response(message.sender_id, reply)
        except Exception as error:
            # The channel itself is gone; nobody is there to be told.
            self._report(f"to send {type(error).__name__}", message)


#: Instead of a place in the chat: another has answered this message, or is at it.
_NOT_OURS = -1


class _Recorder(OutputChannel):
    """Writes every reply into the journal, passes it on to the real output channel, and counts what was said."""

    def __init__(self, message: UserMessage, seq: int | None, journal: Journal) -> None:
        self._inner = message.output_channel
        self._channel = message.input_channel
        self._seq = seq
        self._journal = journal
        self._written = 0
        self.sent = 0
        self.red_flags: list[dict[str, str]] = []
        #: Said once the chat is deleted; None where nobody asked for that.
        self.once_erased: dict[str, Any] | None = None

    def name(self) -> str:  # a class method in Rasa; the inner channel's name is what counts
        return self._inner.name()

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        if message.get(_EFFECT) == _ERASE:
            self.once_erased = {name: value for name, value in message.items() if name != _EFFECT} | {_ERASED: True}
            self.sent += 1
            return
        content = {name: message[name] for name in _SHOWN if message.get(name)}
        self.red_flags += content.get("red_flags", [])
        if "urgency" in content:
            metrics.urgency_answered(content["urgency"])
        if self._seq is not None:
            try:
                await asyncio.to_thread(
                    self._journal.say,
                    recipient_id,
                    "assistant",
                    message.get("text") or "",
                    # Only the word that it is done begins a chat anew; any other reply to a chat that was deleted
                    # meanwhile is for nobody.
                    channel=self._channel if _ERASED in content else None,
                    content=content,
                    # A turn begun again after a crash says nothing twice.
                    key=f"{self._seq}.{self._written}",
                    send=True,
                )
            except StoreError as error:
                _log.error("store failed=%s correlation_id=%s", error, uuid.uuid4().hex[:12])
            self._written += 1
        await self._inner.send_response(recipient_id, message)
        self.sent += 1

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)
