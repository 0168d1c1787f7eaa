"""The whole assistant in one process, without a server: for `make ask`, the terminal chat and tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rasa.core.agent import Agent, load_agent
from rasa.core.channels.channel import UserMessage
from rasa.utils.endpoints import EndpointConfig
from rasa_sdk.executor import ActionExecutor

from companion.channels.gate import Gate, clean
from companion.channels.rest import WholeMessages
from companion.core.content_nlg import ContentNLG

__all__ = ["Assistant"]


class _ActionsInside(EndpointConfig):
    """Runs the custom actions here instead of asking an action server."""

    def __init__(self) -> None:
        super().__init__(url="in-process")
        self._executor = ActionExecutor()
        self._executor.register_package("actions")

    async def request(self, *args: Any, json: dict[str, Any], **kwargs: Any) -> Any:
        return await self._executor.run(json)


class Assistant:
    """Talks as it would on any channel."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent
        self._gate = Gate(agent.handle_message)

    @classmethod
    async def load(cls, model: Path, *, action_endpoint: EndpointConfig | None = None) -> Assistant:
        """The assistant of the trained `model`. Raises `FileNotFoundError` where it is not trained yet."""
        if not model.exists():
            raise FileNotFoundError(f"{model} is missing; train it with 'make train'")
        agent = await load_agent(model_path=str(model))
        agent.action_endpoint = action_endpoint or _ActionsInside()
        agent.nlg = ContentNLG()
        if agent.processor is not None:
            agent.processor.action_endpoint = agent.action_endpoint
            agent.processor.nlg = agent.nlg
        return cls(agent)

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
