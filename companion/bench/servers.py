"""The two that are compared: each is trained, started on free ports in a folder of its own, asked, and stopped."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from companion.bench.asking import ask
from companion.settings import ROOT
from companion.store import Database

__all__ = ["BenchError", "Ours", "Project", "Stock", "free_port", "resident"]

#: Seconds for a start or a training on a slow machine.
_LIMIT = 900
_PAUSE = 0.05
#: What of the caller's environment would make the two unequal, or lead them to real data.
_DROPPED = (
    "COMPANION_",
    "RASA_",
    "ACTION",
    "WEB_",
    "DESK_",
    "TELEGRAM_",
    "SLACK_",
    "OMP_",
    "REDIS_",
    "RABBITMQ_",
    "STATUS_",
    "PYTHONDONTWRITEBYTECODE",
)


class BenchError(RuntimeError):
    """What was to be measured did not start, train or answer. One line says which."""


def free_port() -> int:
    """A port of this machine that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def resident(roots: Iterable[int], table: str | None = None) -> int:
    """Bytes of memory that these processes and all their children hold. `table`: instead of what `ps`
    says now."""
    if table is None:
        table = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,rss="], capture_output=True, text=True, check=True).stdout
    rows = [tuple(map(int, line.split())) for line in table.splitlines() if line.strip()]
    wanted = set(roots)
    grown = True
    while grown:
        children = {pid for pid, parent, _ in rows if parent in wanted} - wanted
        wanted |= children
        grown = bool(children)
    return sum(size for pid, _, size in rows if pid in wanted) * 1024


class Project(ABC):
    """One of the two. Runs in `folder`, which the caller removes."""

    name: str
    #: A question whose answer needs all of it.
    question: str
    #: Seconds that its processes get to end.
    farewell = 10.0

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = 0
        self._processes: list[subprocess.Popen[bytes]] = []

    @property
    def address(self) -> str:
        """Where its REST channel takes messages."""
        return f"http://127.0.0.1:{self.port}/webhooks/rest/webhook"

    @abstractmethod
    def messages(self) -> list[str]:
        """What people ask it: examples of its own training data."""

    @abstractmethod
    def train(self) -> float:
        """Trains it from nothing; gives the seconds. Raises `BenchError`."""

    @abstractmethod
    def _commands(self) -> list[tuple[list[str], dict[str, str]]]:
        """What to start, with each one's settings."""

    def start(self) -> float:
        """Starts it; gives the seconds until the first answer to a message. Raises `BenchError`."""
        self.port = free_port()
        begun = time.monotonic()
        for command, own in self._commands():
            self._processes.append(self._begin(command, own))
        while time.monotonic() - begun < _LIMIT:
            if any(process.poll() is not None for process in self._processes):
                raise BenchError(f"{self.name} does not start; its last lines: {self._last_lines()}")
            with contextlib.suppress(OSError, ValueError, urllib.error.URLError):
                if ask(self.address, "first", self.question):
                    return time.monotonic() - begun
            time.sleep(_PAUSE)
        raise BenchError(f"{self.name} gives no answer")

    def memory(self) -> int:
        """Bytes that all its processes hold."""
        return resident(process.pid for process in self._processes)

    def stop(self) -> None:
        """Ends all its processes."""
        for process in self._processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
        for process in self._processes:
            try:
                process.wait(self.farewell)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self._processes.clear()

    def _begin(self, command: list[str], own: Mapping[str, str]) -> subprocess.Popen[bytes]:
        with (self.folder / "output.log").open("ab") as output:
            return subprocess.Popen(
                command,
                cwd=self._home(),
                env=self._environment(own),
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def _run(self, command: list[str], own: Mapping[str, str]) -> float:
        begun = time.monotonic()
        process = self._begin(command, own)
        try:
            code = process.wait(_LIMIT)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        if code:
            raise BenchError(f"{self.name}: '{' '.join(command[2:6])}' failed; its last lines: {self._last_lines()}")
        return time.monotonic() - begun

    def _environment(self, own: Mapping[str, str]) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_DROPPED)}
        quiet = {"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONWARNINGS": "ignore"}
        return {**kept, **quiet, **own}

    def _home(self) -> Path:
        return self.folder

    def _last_lines(self) -> str:
        return " | ".join((self.folder / "output.log").read_text("utf-8", "replace").splitlines()[-3:])


class Ours(Project):
    """The whole assistant: real content, encoder, red flags, action server, SQLite, messages through the gate."""

    name = "companion"
    question = "What is hormone therapy?"

    def messages(self) -> list[str]:
        """Examples of all topics, and of danger."""
        files = [*sorted((ROOT / "data" / "nlu").glob("*.yml")), *sorted((ROOT / "data" / "safety").glob("*.yml"))]
        return [text for file in files for text in _texts(yaml.safe_load(file.read_text(encoding="utf-8")))]

    def train(self) -> float:
        """As `make train`, with as many threads."""
        code = (
            "import sys; from pathlib import Path; from companion.run.training import train; train(Path(sys.argv[1]))"
        )
        own = {"OMP_NUM_THREADS": str(os.cpu_count() or 1), "PYTHONPATH": str(ROOT)}
        return self._run([sys.executable, "-c", code, str(self._model)], own)

    @property
    def _model(self) -> Path:
        return self.folder / "companion.tar.gz"

    def _commands(self) -> list[tuple[list[str], dict[str, str]]]:
        actions = free_port()
        own = {
            "COMPANION_DATABASE": f"sqlite:///{self.folder}/companion.db",
            "RASA_PORT": str(self.port),
            "RASA_TOKEN": "only-for-this-run",
            "ACTIONS_PORT": str(actions),
            "ACTION_SERVER_URL": f"http://127.0.0.1:{actions}/webhook",
            # As the Makefile has it.
            "OMP_NUM_THREADS": "1",
            "PYTHONPATH": str(ROOT),
        }
        Database.from_environment(own).migrate()
        if self._model.exists():
            own["COMPANION_MODEL"] = str(self._model)
        python = [sys.executable, "-m", "companion"]
        return [([*python, "serve-actions"], own), ([*python, "serve-rasa"], own)]

    def _home(self) -> Path:
        return ROOT


class Stock(Project):
    """What `rasa init` makes, as it is: its own settings, trackers in memory, no action server."""

    name = "rasa init"
    question = "hello"

    def messages(self) -> list[str]:
        """The examples it comes with."""
        data = yaml.safe_load((self._project / "data" / "nlu.yml").read_text(encoding="utf-8"))
        return list(_texts(data))

    def make(self) -> None:
        """Has Rasa write the project. Raises `BenchError`."""
        self._project.mkdir(exist_ok=True)
        code = "import sys; from rasa.cli.scaffold import create_initial_project; create_initial_project(sys.argv[1])"
        self._run([sys.executable, "-c", code, str(self._project)], {})

    def train(self) -> float:
        """As `rasa train`, with its cache out of the way."""
        return self._run([sys.executable, "-m", "rasa", "train", "--force", "--fixed-model-name", "stock"], {})

    def _commands(self) -> list[tuple[list[str], dict[str, str]]]:
        command = [sys.executable, "-m", "rasa", "run", "--port", str(self.port), "--interface", "127.0.0.1"]
        return [([*command, "--model", "models/stock.tar.gz"], {})]

    @property
    def _project(self) -> Path:
        return self.folder / "project"

    def _home(self) -> Path:
        self._project.mkdir(exist_ok=True)
        return self._project


def _texts(data: Mapping[str, Any]) -> Iterable[str]:
    """The examples of a training file of Rasa's or of the danger detector's; not those with marks of entities."""
    parts = [part.get("examples") for part in data["nlu"]] if "nlu" in data else list(data.values())
    for lines in parts:
        for line in (lines or "").splitlines():
            text = line.strip().removeprefix("- ").strip()
            if text and "[" not in text:
                yield text
