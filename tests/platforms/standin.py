"""A server on this machine in the place of a platform's. It takes every call by real HTTP, checks it against the
platform's published rules, and answers as the platform does, or as a test tells it to.

`python -m tests.platforms.standin` starts both until Ctrl-C and prints every call (docs/telegram.md, docs/slack.md).
"""

from __future__ import annotations

import contextlib
import functools
import json
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.platforms import slack_rules, telegram_rules

TELEGRAM_TOKEN = "123456789:TESTtestTESTtestTESTtestTESTtest_00"
SLACK_TOKEN = "xoxb-000000000000-test"

Reply = tuple[int, dict[str, Any], dict[str, str]]


@dataclass
class StandIn:
    """`calls`: (method, arguments) in the order they came. `faults`: broken rules. `next`: answers to the next calls
    that are not the usual one. `show`: is told of each call."""

    answer: Callable[[str, Mapping[str, Any]], dict[str, Any]]
    check: Callable[[str, str, Mapping[str, str], Mapping[str, Any]], Iterator[str]]
    address: str = ""
    show: Callable[[str], None] | None = None
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    next: deque[Reply] = field(default_factory=deque)

    def made(self, method: str) -> list[dict[str, Any]]:
        """The arguments of every call of `method` that was accepted."""
        return [arguments for name, arguments in self.calls if name == method]

    def refuse(self, status: int, body: dict[str, Any], **headers: str) -> None:
        """The next call that has no such answer yet gets this one."""
        self.next.append((status, body, {name.replace("_", "-"): value for name, value in headers.items()}))

    def take(self, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """One call."""
        method = path.rpartition("/")[2]
        arguments = json.loads(body)
        faults = list(self.check(path, method, headers, arguments))
        self.faults += faults
        if self.show is not None:
            self.show("\n".join([f"{method} {json.dumps(arguments, ensure_ascii=False, indent=2)}", *faults]))
        if self.next:
            return self.next.popleft()
        self.calls.append((method, arguments))
        return 200, self.answer(method, arguments), {}


def telegram() -> StandIn:
    """In the place of api.telegram.org."""

    def check(path: str, method: str, headers: Mapping[str, str], arguments: Mapping[str, Any]) -> Iterator[str]:
        if path != f"/bot{TELEGRAM_TOKEN}/{method}":
            yield "the path is /bot<token>/METHOD_NAME"
        if not headers["content-type"].startswith("application/json"):
            yield "arguments come as JSON"
        yield from telegram_rules.faults(method, arguments)

    def answer(method: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        if method == "getWebhookInfo":
            return {"ok": True, "result": {"url": "", "has_custom_certificate": False, "pending_update_count": 0}}
        return {"ok": True, "result": True}

    return StandIn(answer, check)


def slack() -> StandIn:
    """In the place of slack.com/api."""

    def check(path: str, method: str, headers: Mapping[str, str], arguments: Mapping[str, Any]) -> Iterator[str]:
        if headers.get("authorization") != f"Bearer {SLACK_TOKEN}":
            yield "the token goes into the Authorization header"
        if headers["content-type"] != "application/json; charset=utf-8":
            yield "JSON needs its charset"
        yield from slack_rules.faults(method, arguments)

    return StandIn(lambda method, arguments: {"ok": True, "ts": "1700000000.000100"}, check)


def serve(standin: StandIn, port: int = 0) -> Callable[[], None]:
    """Starts it on `port` (0: any that is free); its `address` is set. Gives back what stops it."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, answer, more = standin.take(self.path, headers, body)
            data = json.dumps(answer).encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", "Content-Length": str(len(data)), **more}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    standin.address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def stop() -> None:
        server.shutdown()
        server.server_close()

    return stop


def main() -> None:
    """Both stand-ins, until Ctrl-C."""
    for name, standin, port in (("Telegram", telegram(), 8181), ("Slack", slack(), 8182)):
        standin.show = functools.partial(print, f"\n{name}:", flush=True)
        serve(standin, port)
        print(f"{name}'s stand-in: {standin.address}", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        threading.Event().wait()


if __name__ == "__main__":
    main()
