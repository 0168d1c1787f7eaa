"""A real worker in a process of its own, with a platform that writes down what it is given.

Arguments: the database's address, the file to write to, seconds that a delivery takes, seconds of the lease.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
import time
from collections.abc import Mapping
from typing import Any

from companion.cases.outbox import Outbox
from companion.cases.worker import Worker
from companion.store import Database, Entry


class Recorder:
    """Writes each message to a file before it says that it has it."""

    def __init__(self, path: str, seconds: float) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._seconds = seconds

    def deliver(self, address: Mapping[str, Any], entry: Entry) -> None:
        """Slowly."""
        time.sleep(self._seconds / 2)
        line = json.dumps([entry.conversation, entry.text, address.get("chat_id"), os.getpid()])
        os.write(self._file, f"{line}\n".encode())
        os.fsync(self._file)
        time.sleep(self._seconds / 2)


def main() -> None:
    """Works until SIGTERM."""
    url, path, seconds, lease = sys.argv[1:]
    logging.basicConfig(level=logging.DEBUG)
    database = Database(url)
    outbox = Outbox(database, lease=float(lease))
    channels = {"telegram": Recorder(path, float(seconds))}
    worker = Worker(database, outbox=outbox, environment={}, channels=channels)
    signal.signal(signal.SIGTERM, worker.stop)
    worker.run()


if __name__ == "__main__":
    main()
