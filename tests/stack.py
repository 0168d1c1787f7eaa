"""All processes of the assistant, for tests that kill them: free ports, a database of their own, no supervisor."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx

from companion.settings import ROOT
from companion.store import Database

__all__ = ["Stack", "WidgetClient", "wait_for"]

TOKEN = "a-token-of-the-tests"
#: Seconds for a process to answer; Rasa imports for ten of them on a busy machine.
_START = 120.0
_COMMANDS = {
    "actions": ["-m", "companion", "serve-actions"],
    "rasa": ["-m", "companion", "serve-rasa"],
    "web": ["-m", "companion.web"],
    "worker": ["-m", "companion", "work"],
}


def wait_for(what: Any, *, seconds: float = _START, every: float = 0.1) -> Any:
    """What `what()` gives once it is true. Fails with the last value after `seconds`."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        found = what()
        if found:
            return found
        time.sleep(every)
    raise AssertionError(f"not within {seconds} s")


class Stack:
    """`with Stack(folder) as stack:` starts all of it; `stop`, `kill`, `freeze` and `start` act on one process."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        ports = {name: _free_port() for name in ("RASA_PORT", "ACTIONS_PORT", "WEB_PORT")}
        self.rasa = f"http://127.0.0.1:{ports['RASA_PORT']}"
        self.actions = f"http://127.0.0.1:{ports['ACTIONS_PORT']}"
        self.web = f"http://127.0.0.1:{ports['WEB_PORT']}"
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("COMPANION_", "WEB_", "RASA_"))
        }
        self.environment = {
            **kept,
            **{name: str(port) for name, port in ports.items()},
            "COMPANION_DATABASE": f"sqlite:///{folder}/companion.db",
            "RASA_TOKEN": TOKEN,
            "RASA_URL": self.rasa,
            "ACTION_SERVER_URL": f"{self.actions}/webhook",
            "WEB_SECRET": "a-secret-of-the-tests-alone",
            "PYTHONPATH": str(ROOT),
            "PYTHONWARNINGS": "ignore",
            **environment,
        }
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def database(self) -> Database:
        """The stack's database."""
        return Database.from_environment(self.environment)

    def __enter__(self) -> Stack:
        self.database.migrate()
        for name in _COMMANDS:
            self.start(name, wait=False)
        self.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for name in list(self._processes):
            self.kill(name)

    def start(self, name: str, *, wait: bool = True, environment: Mapping[str, str] | None = None) -> None:
        """Starts one process."""
        with open(self.folder / f"{name}.log", "ab") as log:
            self._processes[name] = subprocess.Popen(
                [sys.executable, *_COMMANDS[name]],
                env={**self.environment, **(environment or {})},
                cwd=ROOT,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        if wait:
            self.wait()

    def wait(self) -> None:
        """Until every process that is running answers."""
        addresses = {"rasa": f"{self.rasa}/", "actions": f"{self.actions}/health", "web": f"{self.web}/health"}
        for name, address in addresses.items():
            if name in self._processes:
                wait_for(lambda name=name, address=address: self._is_up(name, address))

    def _is_up(self, name: str, address: str) -> bool:
        assert self._processes[name].poll() is None, f"{name} ended:\n{self.log(name)[-2000:]}"
        return _answers(address)

    def kill(self, name: str) -> None:
        """No time to say goodbye."""
        process = self._processes.pop(name)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def freeze(self, name: str) -> None:
        """It neither answers nor refuses."""
        os.killpg(self._processes[name].pid, signal.SIGSTOP)

    def thaw(self, name: str) -> None:
        """It goes on."""
        os.killpg(self._processes[name].pid, signal.SIGCONT)

    def log(self, name: str) -> str:
        """What the process has printed."""
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def memory(self, name: str) -> int:
        """Bytes that the process occupies."""
        status = Path(f"/proc/{self._processes[name].pid}/status").read_text()
        return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))) * 1024

    def rest(self, sender: str, text: str, **more: str) -> list[dict[str, Any]]:
        """What somebody who writes by the REST channel sees."""
        body = {"sender": sender, "message": text, **more}
        response = httpx.post(f"{self.rasa}/webhooks/rest/webhook", json=body, timeout=30)
        return list(response.raise_for_status().json())

    def replies(self, sender: str, text: str) -> str:
        """The words of `rest`, together."""
        return "\n\n".join(message.get("text", "") for message in self.rest(sender, text))


class WidgetClient:
    """A browser's side of the widget's API, without a browser."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._token = httpx.post(f"{address}/api/session").raise_for_status().json()["token"]

    def send(self, text: str, key: str) -> int:
        """The status of the answer."""
        body = {"id": key, "text": text}
        return httpx.post(f"{self._address}/api/messages", json=body, headers=self._headers, timeout=30).status_code

    def messages(self, after: int = 0, *, seconds: float = 1.0) -> list[dict[str, Any]]:
        """What the stream brings within `seconds`, from place `after` on."""
        found = []
        limit = time.monotonic() + seconds
        try:
            with httpx.stream(
                "GET", f"{self._address}/api/events", params={"after": after}, headers=self._headers, timeout=seconds
            ) as response:
                kind = ""
                for line in response.iter_lines():
                    if line.startswith("event: "):
                        kind = line.removeprefix("event: ")
                    elif line.startswith("data: ") and kind == "message":
                        found.append(json.loads(line.removeprefix("data: ")))
                    if time.monotonic() > limit:
                        break
        except httpx.ReadTimeout:
            pass
        return found

    def answers(self, count: int, *, seconds: float = 60.0) -> list[dict[str, Any]]:
        """The chat, once it has `count` replies of the assistant after its greeting."""

        def enough() -> list[dict[str, Any]]:
            chat = self.messages()
            told = [one for one in chat if one["sender"] == "assistant" and not one["content"].get("greeting")]
            return chat if len(told) >= count else []

        return list(wait_for(enough, seconds=seconds))

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}"}


def _answers(address: str) -> bool:
    try:
        return httpx.get(address, timeout=2).status_code < 500
    except httpx.HTTPError:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
