"""The inner port of every process: /metrics for Prometheus, /live and /ready for whoever watches over it.

Never open it to the outside: it needs no password.
"""

from __future__ import annotations

import os
import threading
import urllib.request
from collections.abc import Callable, Mapping
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import sqlalchemy as sa
from prometheus_client import make_wsgi_app

from companion.settings import SettingsError
from companion.store import Database
from companion.store.database import utc_now
from companion.store.tables import outbox

__all__ = ["Check", "Status", "answers", "database_answers", "outbox_drains", "own_address"]

#: Gives None where all is well, else one word or two about what is not. May raise: that is a fault too.
Check = Callable[[], str | None]

#: Seconds for a question to another process.
_PATIENCE = 3.0
#: Seconds that a message or notification may wait before the outbox counts as stuck.
_OUTBOX_LIMIT = 300.0


class Status:
    """What one process says about itself. `live` fails: start it again. `ready` fails: send it nothing for now."""

    def __init__(self, *, live: Mapping[str, Check] | None = None, ready: Mapping[str, Check] | None = None) -> None:
        """The checks by their names."""
        self._checks = {"/live": live or {}, "/ready": ready or {}}
        self._metrics = make_wsgi_app()

    def serve(self, environment: Mapping[str, str] = os.environ) -> int | None:
        """Listens on STATUS_HOST (this machine only, if not set) and STATUS_PORT in a thread; gives the port, or None
        where STATUS_PORT is not set. Raises `SettingsError` for a port that cannot be used."""
        port = environment.get("STATUS_PORT")
        if not port:
            return None
        if not (port.isascii() and port.isdigit() and int(port) < 65536):
            raise SettingsError(f"STATUS_PORT is '{port}'; use a number from 1 to 65535")
        host = environment.get("STATUS_HOST") or "127.0.0.1"
        try:
            server = make_server(host, int(port), self, server_class=_Server, handler_class=_Silent)
        except OSError as error:
            raise SettingsError(f"STATUS_PORT {port} on {host} cannot be used: {error.strerror}") from None
        threading.Thread(target=server.serve_forever, name="status", daemon=True).start()
        return int(server.server_port)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        """WSGI."""
        path = environ.get("PATH_INFO", "/")
        if path == "/metrics":
            return self._metrics(environ, start_response)
        checks = self._checks.get(path)
        if checks is None:
            start_response("404 Not Found", [("Content-Type", "text/plain")])
            return [b"/metrics, /live, /ready\n"]
        found = {name: _outcome(check) for name, check in checks.items()}
        well = all(fault is None for fault in found.values())
        start_response("200 OK" if well else "503 Service Unavailable", [("Content-Type", "text/plain")])
        return ["".join(f"{name}: {fault or 'ok'}\n" for name, fault in found.items()).encode() or b"ok\n"]


def _outcome(check: Check) -> str | None:
    try:
        return check()
    except Exception as error:
        # The kind alone: the text may name a host or quote a row.
        return type(error).__name__


class _Server(ThreadingMixIn, WSGIServer):
    """A check that waits keeps nobody else waiting; a caller that goes away is no news."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing is printed."""


class _Silent(WSGIRequestHandler):
    timeout = _PATIENCE

    def log_message(self, format: str, *args: Any) -> None:
        """No access log."""


def database_answers(database: Database) -> Check:
    """The tables are there and can be read."""

    def check() -> str | None:
        with database.reading() as connection:
            connection.execute(sa.select(outbox.c.id).limit(1))
        return None

    return check


def outbox_drains(database: Database, *, limit: float = _OUTBOX_LIMIT) -> Check:
    """Nothing that is due has waited longer than `limit` seconds."""

    def check() -> str | None:
        # Due, not made: what is tried again later by plan is no sign of a worker that does nothing.
        query = sa.select(sa.func.min(outbox.c.next_at)).where(outbox.c.state == "waiting")
        with database.reading() as connection:
            oldest = connection.execute(query).scalar_one()
        late = 0.0 if oldest is None else (utc_now() - oldest).total_seconds()
        return f"{late:.0f} s behind" if late > limit else None

    return check


def own_address(host: str, port: int) -> str:
    """Where a server that listens on `host` and `port` reaches itself."""
    return f"http://{'127.0.0.1' if host in ('0.0.0.0', '::', '') else host}:{port}"


def answers(address: str) -> Check:
    """An HTTP request to `address` is answered with success: for a server's own address, its event loop turns."""
    # A proxy set for the outside world has no place between our own processes.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def check() -> str | None:
        with opener.open(address, timeout=_PATIENCE):
            return None

    return check
