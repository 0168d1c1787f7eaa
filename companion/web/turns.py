"""Has Rasa answer what patients wrote, and makes sure that something is said where Rasa does not."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random

import httpx

from companion import metrics
from companion.dialogue.replies import Writer
from companion.store import Journal, StoreError

__all__ = ["Turns"]

#: Seconds for a whole turn; longer than the gate's own patience, which then says itself that there is trouble.
_PATIENCE = 12.0
#: Seconds after which a message without an answer is started again: the turn's patience, and time to say so.
_FORGOTTEN = 20.0
#: Seconds between two looks for such messages.
_SWEEP = 5.0
#: Seconds that turns get to end when the server stops.
_FAREWELL = 5.0
_HEALTH_PATIENCE = 2.0
_STATES = {"answered", "elsewhere", "gone"}
_log = logging.getLogger(__name__)


class Turns:
    """Starts turns of the Rasa server at `address`. What is stored is the truth: a turn that nobody finished, because
    this process or Rasa went away, is started again by whichever process sweeps next."""

    def __init__(
        self,
        journal: Journal,
        writer: Writer,
        *,
        address: str,
        token: str,
        patience: float = _PATIENCE,
        forgotten: float = _FORGOTTEN,
        sweep_every: float = _SWEEP,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """`patience`: seconds for a turn; `forgotten`: seconds until one without an end is started again."""
        # trust_env off: a proxy set for the outside world must not see what patients write.
        self._client = httpx.AsyncClient(
            base_url=address,
            timeout=patience,
            trust_env=False,
            transport=transport,
            headers={"Authorization": f"Bearer {token}"},
        )
        self._journal = journal
        self._writer = writer
        self._patience = patience
        self._forgotten = forgotten
        self._sweep_every = sweep_every
        self._running: dict[tuple[str, int], asyncio.Task[None]] = {}

    def start(self, conversation: str, seq: int) -> None:
        """Has the message at place `seq` answered; returns at once. Needs a running event loop."""
        turn = (conversation, seq)
        if turn not in self._running:
            task = asyncio.create_task(self._run(conversation, seq))
            self._running[turn] = task
            task.add_done_callback(lambda _: self._running.pop(turn, None))

    async def sweep(self) -> None:
        """Starts forgotten turns again, for as long as the server runs."""
        while True:
            # Not all processes at once.
            await asyncio.sleep(self._sweep_every * random.uniform(0.7, 1.3))
            try:
                found = await asyncio.to_thread(self._journal.unanswered, older_than=self._forgotten)
            except StoreError as error:
                _log.error("sweep failed=%s", error)
                continue
            for one in found:
                metrics.turn_started_again()
                self.start(one.conversation, one.seq)

    async def rasa_answers(self) -> bool:
        """Whether the Rasa server is up."""
        try:
            return (await asyncio.wait_for(self._client.get("/"), _HEALTH_PATIENCE)).is_success
        except (httpx.HTTPError, asyncio.TimeoutError):
            return False

    async def close(self) -> None:
        """Lets running turns end for a few seconds; what then still runs is started again after the restart."""
        running = list(self._running.values())
        if running:
            _, late = await asyncio.wait(running, timeout=_FAREWELL)
            for task in late:
                task.cancel()
        await self._client.aclose()

    async def _run(self, conversation: str, seq: int) -> None:
        fault = await self._ask(conversation, seq)
        if fault is None:
            return
        # No text and no conversation id: a log is read by many.
        _log.error("no answer from Rasa: %s", fault)
        metrics.channel_failed("turn", fault)
        with contextlib.suppress(StoreError):  # swept later
            await asyncio.to_thread(self._say_trouble, conversation, seq)

    async def _ask(self, conversation: str, seq: int) -> str | None:
        """The kind of fault; None where the turn is over or somebody else has it."""
        turn = self._client.post("/webhooks/turn/webhook", json={"conversation": conversation, "seq": seq})
        try:
            # httpx counts from byte to byte; only this bounds the whole turn.
            answer = (await asyncio.wait_for(turn, self._patience)).raise_for_status().json()
        except (httpx.HTTPError, asyncio.TimeoutError, ValueError, RecursionError) as error:
            return type(error).__name__
        state = answer.get("state") if isinstance(answer, dict) else None
        return None if state in _STATES else "not an answer of a turn"

    def _say_trouble(self, conversation: str, seq: int) -> None:
        trouble = self._writer.notice("trouble")
        content = {"trouble": seq, "buttons": trouble.as_buttons()}
        self._journal.say(conversation, "assistant", trouble.text, content=content, key=f"trouble-{seq}", send=True)
        self._journal.answered(conversation, seq)
