"""Processes under supervisor: started together, stopped together."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Mapping
from pathlib import Path

from companion.settings import ROOT, SettingsError

__all__ = ["require_free", "supervise"]

#: Seconds. Rasa alone takes about 15 to import on a slow machine.
_START_LIMIT = 180


def require_free(name: str, port: str) -> None:
    """Raises `SettingsError` where the setting `name` is no port, or something listens there already."""
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise SettingsError(f"{name} is '{port}'; give a port number, such as 8080")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(port)))
        except OSError:
            message = f"port {port} is in use; stop what uses it, or choose another: {name}=..."
            raise SettingsError(message) from None


def supervise(config: Path, environment: Mapping[str, str], addresses: Iterable[str], greeting: str) -> None:
    """Runs supervisor with `config` until somebody ends it; prints `greeting` once all `addresses` answer."""
    supervisord = Path(sys.executable).with_name("supervisord")
    # One port cannot be everybody's; who is to have one gets it by `config`.
    shared = {name: value for name, value in environment.items() if name != "STATUS_PORT"}
    process = subprocess.Popen([supervisord, "-c", str(config)], env=shared, cwd=ROOT)
    # Whoever ends this ends everything: Ctrl-C in a terminal, `kill`, or a service manager.
    for asked_to_stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(asked_to_stop, lambda *_: process.terminate())
    if _answer(process, addresses):
        print(greeting, flush=True)
    process.wait()
    print("Stopped.", flush=True)


def _answer(process: subprocess.Popen[bytes], addresses: Iterable[str]) -> bool:
    waiting = list(addresses)
    limit = time.monotonic() + _START_LIMIT
    while waiting and process.poll() is None and time.monotonic() < limit:
        waiting = [address for address in waiting if not _is_up(address)]
        time.sleep(0.5)
    return not waiting


def _is_up(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2):
            return True
    except (urllib.error.URLError, OSError):
        return False
