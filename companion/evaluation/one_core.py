"""Times are those of one core, whatever the machine has."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

__all__ = ["one_core"]

_THREADS = Path("/proc/self/task")


@contextmanager
def one_core() -> Iterator[None]:
    """Keeps all threads of this process on one core; where the system cannot (it is no Linux), nothing happens."""
    if not _THREADS.exists():
        yield
        return
    cores = os.sched_getaffinity(0)
    _keep_to({max(cores)})
    try:
        yield
    finally:
        _keep_to(cores)


def _keep_to(cores: set[int]) -> None:
    for thread in os.listdir(_THREADS):
        with suppress(ProcessLookupError):
            os.sched_setaffinity(int(thread), cores)
