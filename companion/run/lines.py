"""Supervisor's event listener: every process's lines with its name before them, and what becomes of the processes."""

from __future__ import annotations

import sys

from supervisor.childutils import eventdata, get_headers, listener

__all__ = ["main"]


def main() -> None:
    """Reads events from standard input for ever, and writes lines to standard error."""
    pending: dict[str, str] = {}
    while True:
        headers, payload = listener.wait(sys.stdin, sys.stdout)
        event = headers["eventname"]
        if event.startswith("PROCESS_LOG"):
            about, text = eventdata(payload)
            _show_text(about["processname"], text, pending)
        else:
            about = get_headers(payload)
            _show_state(about["processname"], event.removeprefix("PROCESS_STATE_"), about)
        listener.ok(sys.stdout)


def _show_text(name: str, text: str, pending: dict[str, str]) -> None:
    *lines, rest = (pending.pop(name, "") + text).split("\n")
    for line in lines:
        _show(name, line)
    if rest:
        pending[name] = rest


def _show_state(name: str, state: str, about: dict[str, str]) -> None:
    if name == "lines":
        return
    if state == "EXITED" and about.get("expected") == "0":
        _show(name, "stopped unexpectedly; starting it again")
    elif state == "BACKOFF":
        _show(name, f"did not start (try {about.get('tries', '?')}); trying again, each time a little later")
    elif state == "FATAL":
        _show(name, "does not start; given up. Its last lines above say why")


def _show(name: str, line: str) -> None:
    if line.strip():
        print(f"[{name}] {line.rstrip()}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
