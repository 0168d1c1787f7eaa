"""The whole of `make run-production`, for real: its own database, ports of its own, two of everything."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from companion.run.training import MODEL
from companion.settings import ROOT
from companion.store import Database
from tests.conftest import missing
from tests.stack import TOKEN, wait_for

POSTGRES = os.environ.get("COMPANION_TEST_POSTGRES") or "postgresql://postgres@127.0.0.1:5432/postgres"
REDIS = os.environ.get("COMPANION_TEST_REDIS") or "redis://127.0.0.1:6379/9"
RABBITMQ = os.environ.get("COMPANION_TEST_RABBITMQ") or "amqp://guest:guest@127.0.0.1:5672/"


@dataclass(frozen=True)
class Production:
    """What runs. `statuses`: each process's inner address; `webs`: the pages' own addresses, without nginx."""

    page: str
    desk: str
    rasa: str
    statuses: dict[str, str]
    webs: list[str]
    environment: dict[str, str]
    output: Path
    process: int

    @property
    def database(self) -> Database:
        """Its database."""
        return Database.from_environment(self.environment)

    def turns(self, worker: str) -> float:
        """How many turns this Rasa worker has ended."""
        text = httpx.get(f"{self.statuses[worker]}/metrics").text
        return sum(float(count) for count in re.findall(r"^companion_turns_total\{[^}]*\} ([\d.e+]+)$", text, re.M))

    def say(self, sender: str, text: str) -> list[dict[str, object]]:
        """By the REST channel, through nginx, to whichever worker."""
        headers = {"Authorization": f"Bearer {TOKEN}"}
        body = {"sender": sender, "message": text}
        answer = httpx.post(f"{self.rasa}/webhooks/rest/webhook", json=body, headers=headers, timeout=30)
        return list(answer.raise_for_status().json())


@pytest.fixture(scope="session")
def database_address() -> Iterator[str]:
    """A new PostgreSQL database."""
    name = f"companion_test_{uuid.uuid4().hex[:12]}"
    server = sa.create_engine(POSTGRES, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 3})
    try:
        with server.connect() as connection:
            connection.execute(sa.text(f"CREATE DATABASE {name}"))
    except sa.exc.OperationalError:
        missing("PostgreSQL does not answer; install postgresql, or set COMPANION_TEST_POSTGRES to a server's address")
    yield str(server.url.set(database=name).render_as_string(hide_password=False))
    with server.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


@pytest.fixture(scope="session")
def start(
    database_address: str, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., contextlib.AbstractContextManager[Production]]:
    """`with start(WORKERS="2") as production:`."""
    for address, what in ((REDIS, "redis-server"), (RABBITMQ, "rabbitmq-server")):
        _require_service(address, what)
    if shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin") is None:
        missing("nginx is missing; install nginx-light")
    if not MODEL.exists():
        pytest.fail(f"{MODEL} is missing; run 'make train'")
    folder = tmp_path_factory.mktemp("production")
    return lambda **settings: _running(database_address, folder, settings)


@pytest.fixture(scope="module")
def production(start: Callable[..., contextlib.AbstractContextManager[Production]]) -> Iterator[Production]:
    """Two Rasa workers, two action servers, two pages."""
    with start(WORKERS="2", WEB_SERVERS="2") as found:
        yield found


@contextlib.contextmanager
def _running(database: str, folder: Path, settings: dict[str, str]) -> Iterator[Production]:
    ports = {name: str(port) for name, port in zip(("WEB", "DESK", "RASA", "ACTIONS"), _free_ports(4), strict=True)}
    prefixes = ("COMPANION_", "WEB_", "RASA_", "DESK_", "TELEGRAM_", "SLACK_", "STATUS_")
    environment = {
        **{
            name: value
            for name, value in os.environ.items()
            if name == "COMPANION_MODEL" or not name.startswith(prefixes)
        },
        **{f"{name}_PORT": port for name, port in ports.items()},
        "INNER_PORTS": str(_free_ports(1)[0] // 2 + 10_000),
        "COMPANION_VAR": str(folder),
        "COMPANION_DATABASE": database,
        "COMPANION_CARE_LINE": "020 7946 0000",
        "COMPANION_COUNTRY": "GB",
        "COMPANION_EVENTS": "private",
        "REDIS_URL": REDIS,
        "RABBITMQ_URL": RABBITMQ,
        "RASA_TOKEN": TOKEN,
        "WEB_SECRET": "a-secret-of-the-tests-alone",
        "DESK_SECRET": "another-secret-of-the-tests",
        "OMP_NUM_THREADS": "1",
        "PYTHONPATH": str(ROOT),
        **settings,
    }
    output = folder / "output.log"
    with output.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "companion", "run-production"], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
    try:
        text = wait_for(lambda: _greeting(process, output), seconds=240)
        statuses = dict(re.findall(r"^ +([\w-]+) +(http://\S+)/metrics", text, re.M))
        plan = (folder / "production" / "supervisord.conf").read_text(encoding="utf-8")
        webs = [f"http://127.0.0.1:{port}" for port in re.findall(r'WEB_PORT="(\d+)"', plan)]
        inner = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
        yield Production(inner["WEB"], inner["DESK"], inner["RASA"], statuses, webs, environment, output, process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def _greeting(process: subprocess.Popen[bytes], output: Path) -> str:
    text = output.read_text(encoding="utf-8", errors="replace")
    assert process.poll() is None, f"it ended:\n{text[-3000:]}"
    return text if "The assistant is up" in text and "worker-1 " in text else ""


def _require_service(address: str, what: str) -> None:
    url = httpx.URL(address)
    try:
        socket.create_connection((url.host, url.port or 0), timeout=2).close()
    except OSError:
        missing(f"nobody answers on {url.host}:{url.port}; install {what}")


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
