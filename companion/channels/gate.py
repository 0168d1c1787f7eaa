"""The gate every message passes on its way to Rasa, whatever channel it came by.

It keeps patients from steering the bot with developers' commands, and from ever meeting silence: whatever fails behind
it, a fixed text with the numbers to call goes out.
"""

from __future__ import annotations

import asyncio
import logging
import unicodedata
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.actions import action as rasa_action
from rasa.core.channels.channel import OutputChannel, UserMessage

from companion.content import Library
from companion.dialogue.replies import Reply, Writer
from companion.settings import Settings

__all__ = ["Gate", "clean"]

_log = logging.getLogger(__name__)

#: Longer than any turn takes when all is well, shorter than a frightened person's patience. Seconds.
_PATIENCE = 8.0
#: Seconds that Rasa waits for the action server. Its own five minutes would hold the conversation's lock all that time.
_ACTION_LIMIT = 6
rasa_action.DEFAULT_REQUEST_TIMEOUT = _ACTION_LIMIT
#: Characters. A message this long is read to here; nobody types more in one go.
_MAX_CHARACTERS = 20_000

Handler = Callable[[UserMessage], Awaitable[Any]]


def clean(text: str | None) -> str:
    """What a person wrote, without control characters and without the leading "/" of a developer's command."""
    kept = "".join(
        character if character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cs", "Co", "Cn") else " "
        for character in (text or "")[:_MAX_CHARACTERS]
    )
    return kept.lstrip("/ \n\t").rstrip()


class Gate:
    """Wraps Rasa's handler of new messages; called in its place."""

    def __init__(self, handle: Handler, *, patience: float = _PATIENCE) -> None:
        """`patience`: seconds after which the turn is given up and the person is told that there is trouble."""
        self._handle = handle
        self._patience = patience
        self._writer = Writer(Library.load(), Settings.from_environment())

    async def __call__(self, message: UserMessage) -> None:
        """Lets `message` through. Never raises, and never ends without something said."""
        message.text = clean(message.text)
        output = _CountingOutput(message.output_channel)
        message.output_channel = output
        if not any(character.isalnum() for character in message.text):
            await self._say(output, message, self._writer.notice("no_words"))
            return
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
        if slow or not output.sent:
            await self._say(output, message, self._writer.notice("trouble"))

    @staticmethod
    def _report(what: str, message: UserMessage) -> None:
        # No text and no conversation id: a log is read by many.
        _log.error("turn failed=%s channel=%s correlation_id=%s", what, message.input_channel, uuid.uuid4().hex[:12])

    async def _say(self, output: _CountingOutput, message: UserMessage, reply: Reply) -> None:
        try:
            await output.send_response(message.sender_id, {"text": reply.text, "buttons": reply.as_buttons()})
        except Exception as error:
            # The channel itself is gone; nobody is there to be told.
            self._report(f"to send {type(error).__name__}", message)


class _CountingOutput(OutputChannel):
    """Passes everything on to the real output channel, and counts what was said."""

    def __init__(self, inner: OutputChannel) -> None:
        self._inner = inner
        self.sent = 0

    def name(self) -> str:  # a class method in Rasa; the inner channel's name is what counts
        return self._inner.name()

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        await self._inner.send_response(recipient_id, message)
        self.sent += 1

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)
