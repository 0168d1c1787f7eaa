"""The whole assistant in one process, without a server: for `make ask`, the terminal chat and tests."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from rasa.core.agent import Agent, load_agent
from rasa.core.channels.channel import UserMessage
from rasa.utils.endpoints import EndpointConfig
from rasa_sdk.executor import ActionExecutor

from companion.channels.gate import Gate, clean
from companion.channels.rest import WholeMessages
from companion.core.content_nlg import ContentNLG
from companion.core.tracker_store import CompanionTrackerStore
from companion.store import Database

__all__ = ["Assistant"]


class _ActionsInside(EndpointConfig):
    """Runs the custom actions here instead of asking an action server."""

    def __init__(self, database: str) -> None:
        super().__init__(url="in-process")
        self._database = database
        self._executor = ActionExecutor()
        self._executor.register_package("actions")

    async def request(self, *args: Any, json: dict[str, Any], **kwargs: Any) -> Any:
        # Each assistant of a process has a database of its own.
        os.environ["COMPANION_DATABASE"] = self._database
        return await self._executor.run(json)


class Assistant:
    """Talks as it would on any channel."""

    def __init__(self, agent: Agent, scratch: tempfile.TemporaryDirectory[str]) -> None:
        self._agent = agent
        self._gate = Gate.from_environment(agent.handle_message)
        self._scratch = scratch

    @classmethod
    async def load(cls, model: Path, *, action_endpoint: EndpointConfig | None = None) -> Assistant:
        """The assistant of the trained `model`. Raises `FileNotFoundError` where it is not trained yet.

        Its chats and cases go into a database of their own that ends with the assistant: nobody's real ones.
        """
        if not model.exists():
            raise FileNotFoundError(f"{model} is missing; train it with 'make train'")
        scratch = tempfile.TemporaryDirectory(prefix="companion-", ignore_cleanup_errors=True)
        # For the actions too, which run in this process.
        database = os.environ["COMPANION_DATABASE"] = f"sqlite:///{scratch.name}/companion.db"
        Database.from_environment().migrate()
        agent = await load_agent(model_path=str(model))
        agent.action_endpoint = action_endpoint or _ActionsInside(database)
        agent.nlg = ContentNLG()
        agent.tracker_store = CompanionTrackerStore(agent.domain)
        if agent.processor is not None:
            agent.processor.action_endpoint = agent.action_endpoint
            agent.processor.nlg = agent.nlg
            agent.processor.tracker_store = agent.tracker_store
        return cls(agent, scratch)

    async def say(self, text: str, *, conversation: str = "terminal") -> list[dict[str, Any]]:
        """What a patient who writes `text` sees: messages with `text` and, mostly, `buttons`."""
        output = WholeMessages()
        await self._gate(UserMessage(text, output, conversation, input_channel="rest"))
        return [dict(message) for message in output.messages]

    async def understand(self, text: str) -> dict[str, Any]:
        """Rasa's parse of a message that a person writes: behind the gate, without a developer's leading slash."""
        return await self._agent.parse_message(clean(text))

    async def tracker(self, conversation: str = "terminal") -> Any:
        """The tracker of a conversation."""
        return await self._agent.tracker_store.retrieve(conversation)
