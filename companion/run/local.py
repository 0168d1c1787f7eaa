"""Everything on one machine: `make run`."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from companion.content import Library, require_country
from companion.run.training import MODEL
from companion.settings import ROOT, Settings, SettingsError

__all__ = ["local_environment", "run"]

_ENV_FILE = ROOT / "var" / "local.env"
_SUPERVISOR_CONFIG = ROOT / "deploy" / "supervisord.conf"
_SECRETS = ("RASA_TOKEN", "WEB_SECRET")
_SETTINGS_HELP = """\
# Settings of this machine. The secrets were made at the first start; keep this file to yourself.
# Say where you are and whom to call, for example:
#   COMPANION_COUNTRY=GB              US, CA, GB, IE, AU or NZ
#   COMPANION_CARE_LINE=020 7946 0000 the care team's 24-hour telephone number
#   COMPANION_LOCALE=en-GB            or en-US
"""
#: Seconds. Rasa alone takes about 15 to import on a slow machine.
_START_LIMIT = 180


def local_environment(file: Path = _ENV_FILE) -> dict[str, str]:
    """The process environment, with what `file` sets; the environment wins. Makes `file` with new secrets if missing.

    Raises `SettingsError` for a line that is not NAME=value.
    """
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        lines = [f"{name}={secrets.token_urlsafe(32)}\n" for name in _SECRETS]
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as handle:
            handle.write(_SETTINGS_HELP + "".join(lines))
    stored: dict[str, str] = {}
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, sign, value = line.partition("=")
        if not sign or not name.strip().isidentifier():
            raise SettingsError(f"{file}:{number}: '{line}' is not a setting; write NAME=value")
        stored[name.strip()] = value.strip()
    var = ROOT / "var"
    defaults = {
        "RASA_PORT": "5005",
        "WEB_PORT": "8080",
        "ACTIONS_PORT": "5055",
        "TRACKER_DATABASE": str(var / "tracker.db"),
        "COMPANION_PYTHON": sys.executable,
        "COMPANION_VAR": str(var),
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "ignore",
        "PYTHONUNBUFFERED": "1",
    }
    environment = {**defaults, **stored, **os.environ}
    environment.setdefault("RASA_URL", f"http://localhost:{environment['RASA_PORT']}")
    environment.setdefault("ACTION_SERVER_URL", f"http://localhost:{environment['ACTIONS_PORT']}/webhook")
    return environment


def run() -> int:
    """Starts every process, prints the addresses when they answer, and stops everything at Ctrl-C.

    Raises `SettingsError` for settings that cannot be used, a missing model, or a port that is taken.
    """
    environment = local_environment()
    require_country(Library.load().helplines, Settings.from_environment(environment))
    if not MODEL.exists():
        raise SettingsError(f"{MODEL} is missing; train it with 'make train'")
    for name in ("RASA_PORT", "WEB_PORT", "ACTIONS_PORT"):
        _require_free(name, environment[name])
    print("Starting the assistant (Ctrl-C stops it) ...", flush=True)
    supervisord = Path(sys.executable).with_name("supervisord")
    process = subprocess.Popen([supervisord, "-c", str(_SUPERVISOR_CONFIG)], env=environment, cwd=ROOT)
    # Whoever ends this ends everything: Ctrl-C in a terminal, `kill`, or a service manager.
    for asked_to_stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(asked_to_stop, lambda *_: process.terminate())
    if _answers(process, environment):
        print(_addresses(environment), flush=True)
    process.wait()
    print("Stopped.", flush=True)
    return 0


def _require_free(name: str, port: str) -> None:
    if not port.isdigit():
        raise SettingsError(f"{name} is '{port}'; give a port number, such as 8080")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(port)))
        except OSError:
            message = f"port {port} is in use; stop what uses it, or choose another: {name}=... make run"
            raise SettingsError(message) from None


def _answers(process: subprocess.Popen[bytes], environment: dict[str, str]) -> bool:
    waiting = [
        f"http://localhost:{environment['RASA_PORT']}/",
        f"http://localhost:{environment['ACTIONS_PORT']}/health",
        f"http://localhost:{environment['WEB_PORT']}/",
    ]
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


def _addresses(environment: dict[str, str]) -> str:
    return (
        "\nThe assistant is up:\n"
        f"  page to chat on   http://localhost:{environment['WEB_PORT']}/\n"
        f"  REST channel      http://localhost:{environment['RASA_PORT']}/webhooks/rest/webhook\n"
        f"  Rasa HTTP API     http://localhost:{environment['RASA_PORT']}/  (token: RASA_TOKEN in var/local.env)\n"
    )
