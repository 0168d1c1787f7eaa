"""`make bench SCALE=1`: turns a second of two Rasa workers against one, on PostgreSQL and Redis, behind nginx."""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from companion.bench.asking import NoAnswerError, crowd
from companion.bench.servers import BenchError, Ours, free_port
from companion.settings import ROOT

__all__ = ["Spread", "bench_workers"]

_ROUNDS = 3
_PEOPLE, _TURNS = 16, 30
_SERVICES = ("COMPANION_DATABASE", "REDIS_URL")


class Spread(Ours):
    """All of `make run-production` with a number of workers. Its database is the one the caller names: an empty one."""

    #: Supervisor has others to stop, and must not be killed before it has.
    farewell = 90.0

    def __init__(self, folder: Path, workers: int) -> None:
        super().__init__(folder)
        self.name = f"{workers} worker{'s' if workers > 1 else ''}"
        self._workers = workers

    def _commands(self) -> list[tuple[list[str], dict[str, str]]]:
        others = {name: str(free_port()) for name in ("WEB_PORT", "DESK_PORT", "ACTIONS_PORT")}
        own = {
            **{name: os.environ[name] for name in _SERVICES},
            **others,
            "RASA_PORT": str(self.port),
            "INNER_PORTS": str(free_port() // 2 + 10_000),
            "WORKERS": str(self._workers),
            "ACTION_SERVERS": str(self._workers),
            "WEB_SERVERS": "1",
            "COMPANION_VAR": str(self.folder),
            # Locally the REST channel needs no token; nothing here listens for others.
            "COMPANION_ENVIRONMENT": "local",
            "OMP_NUM_THREADS": "1",
            "PYTHONPATH": str(ROOT),
        }
        return [([sys.executable, "-m", "companion", "run-production"], own)]


def bench_workers() -> int:
    """Measures and prints, and keeps the figures in docs/benchmark-workers.json. 0 when all was measured, else 2."""
    missing = [name for name in _SERVICES if not os.environ.get(name)]
    if missing:
        print(f"{' and '.join(missing)} not set; name an empty PostgreSQL database and a Redis server", file=sys.stderr)
        return 2
    rates: dict[int, list[float]] = {1: [], 2: []}
    with tempfile.TemporaryDirectory(prefix="companion-bench-") as folder:
        for number in range(_ROUNDS):
            for workers in (1, 2) if number % 2 == 0 else (2, 1):
                print(f"{time.strftime('%H:%M:%S')} round {number + 1} of {_ROUNDS}: {workers} ...", flush=True)
                try:
                    rates[workers].append(_rate(Path(folder), workers, number))
                except (BenchError, NoAnswerError) as error:
                    print(error, file=sys.stderr)
                    return 2
    ratios = [two / one for one, two in zip(rates[1], rates[2], strict=True)]
    print(
        f"\none worker {statistics.median(rates[1]):.1f}, two {statistics.median(rates[2]):.1f} turns a second: "
        f"{statistics.median(ratios):.2f} times ({min(ratios):.2f}–{max(ratios):.2f}), on {os.cpu_count()} cores"
    )
    file = ROOT / "docs" / "benchmark-workers.json"
    file.write_text(json.dumps({"cores": os.cpu_count(), "rates": rates}, indent=1) + "\n", encoding="utf-8")
    print(f"written: {file.relative_to(ROOT)}")
    return 0


def _rate(folder: Path, workers: int, number: int) -> float:
    project = Spread(folder, workers)
    try:
        project.start()
        messages = project.messages()
        crowd(project.address, messages, people=4, turns=5, name=f"warm{workers}-{number}")
        return crowd(project.address, messages, people=_PEOPLE, turns=_TURNS, name=f"w{workers}-{number}").rate
    finally:
        project.stop()
