"""What tests share: the trained assistant, in this process, without servers."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from companion.core.quiet import hush
from companion.run.training import MODEL

REQUIRE_ALL = bool(os.environ.get("REQUIRE_ALL"))


def missing(what: str) -> None:
    """Skips a test for something this machine lacks; with REQUIRE_ALL=1 fails it instead."""
    if REQUIRE_ALL:
        pytest.fail(what)
    pytest.skip(what)


class Chat:
    """One conversation with the assistant, as a patient has it."""

    def __init__(self, assistant: Any, loop: asyncio.AbstractEventLoop, name: str) -> None:
        self._assistant = assistant
        self._loop = loop
        self.name = name

    def say(self, text: str) -> list[dict[str, Any]]:
        """The messages that answer `text`, each with `text` and mostly `buttons`."""
        return self._loop.run_until_complete(self._assistant.say(text, conversation=self.name))

    def reply(self, text: str) -> str:
        """The words that answer `text`, all messages together."""
        return "\n\n".join(message.get("text", "") for message in self.say(text))

    def goes_silent(self, time: timedelta) -> None:
        """The person writes nothing for `time`: all that was said is that much older."""
        store = self._assistant._agent.tracker_store
        with store.session_scope() as session:
            for row in session.query(store.SQLEvent).filter(store.SQLEvent.sender_id == self.name):
                event = json.loads(row.data)
                row.timestamp = event["timestamp"] = event["timestamp"] - time.total_seconds()
                row.data = json.dumps(event)
            session.commit()

    def cases(self) -> list[Any]:
        """What was passed on to staff, oldest first."""
        return self._assistant._gate._cases.all_of(self.name)

    def messages(self) -> list[str]:
        """What is stored of the chat, both ways."""
        return [entry.text for entry in self._assistant._gate._journal.since(self.name)]

    def understand(self, text: str) -> dict[str, Any]:
        """The parse of `text`, as POST /model/parse gives it."""
        return self._loop.run_until_complete(self._assistant.understand(text))


class Chats:
    """Starts conversations that know nothing of each other."""

    def __init__(self, assistant: Any, loop: asyncio.AbstractEventLoop) -> None:
        self._assistant = assistant
        self._loop = loop
        self._numbers = itertools.count()

    def new(self) -> Chat:
        """A fresh conversation."""
        return Chat(self._assistant, self._loop, f"chat-{next(self._numbers)}")


@pytest.fixture(scope="session")
def chats() -> Iterator[Chats]:
    """The trained assistant. Needs the model: `make train`."""
    if not MODEL.exists():
        pytest.fail(f"{MODEL} is missing; run 'make train'")
    hush()
    from companion.core.assistant import Assistant

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield Chats(loop.run_until_complete(Assistant.load(MODEL)), loop)
    loop.close()


@pytest.fixture
def chat(chats: Chats) -> Chat:
    """One fresh conversation."""
    return chats.new()
