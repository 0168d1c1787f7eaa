"""Everything on one machine: `make run`."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path

from companion.content import Library, require_country
from companion.run.supervised import require_free, supervise
from companion.run.training import MODEL
from companion.settings import ROOT, Settings, SettingsError
from companion.store import Database

__all__ = ["local_environment", "run"]

_ENV_FILE = ROOT / "var" / "local.env"
_SUPERVISOR_CONFIG = ROOT / "deploy" / "supervisord.conf"
_SECRETS = ("RASA_TOKEN", "WEB_SECRET", "DESK_SECRET")
_PORTS = ("RASA_PORT", "WEB_PORT", "ACTIONS_PORT", "DESK_PORT")
_SETTINGS_HELP = """\
# Settings of this machine. The secrets were made at the first start; keep this file to yourself.
# Say where you are and whom to call, for example:
#   COMPANION_COUNTRY=GB              US, CA, GB, IE, AU or NZ
#   COMPANION_CARE_LINE=020 7946 0000 the care team's 24-hour telephone number
#   COMPANION_LOCALE=en-GB            or en-US
"""


def local_environment(file: Path = _ENV_FILE) -> dict[str, str]:
    """The process environment, with what `file` sets; the environment wins. New secrets are added to `file`, which is
    made if missing.

    Raises `SettingsError` for a line that is not NAME=value.
    """
    stored = _read(file) if file.exists() else {}
    missing = {name: secrets.token_urlsafe(32) for name in _SECRETS if name not in stored}
    if missing:
        file.parent.mkdir(parents=True, exist_ok=True)
        # A release that needs one more secret adds it to the file of the release before.
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8") as handle:
            handle.write("\n" if stored else _SETTINGS_HELP)
            handle.writelines(f"{name}={value}\n" for name, value in missing.items())
    stored |= missing
    var = ROOT / "var"
    defaults = {
        "RASA_PORT": "5005",
        "WEB_PORT": "8080",
        "ACTIONS_PORT": "5055",
        "DESK_PORT": "8090",
        "COMPANION_PYTHON": sys.executable,
        "COMPANION_VAR": str(var),
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "ignore",
        "PYTHONUNBUFFERED": "1",
    }
    environment = {**defaults, **stored, **os.environ}
    environment.setdefault("RASA_URL", f"http://localhost:{environment['RASA_PORT']}")
    environment.setdefault("DESK_URL", f"http://localhost:{environment['DESK_PORT']}")
    environment.setdefault("ACTION_SERVER_URL", f"http://localhost:{environment['ACTIONS_PORT']}/webhook")
    return environment


def _read(file: Path) -> dict[str, str]:
    """The settings in `file`. Raises `SettingsError` for a line that is not NAME=value."""
    stored: dict[str, str] = {}
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, sign, value = line.partition("=")
        if not sign or not name.strip().isidentifier():
            raise SettingsError(f"{file}:{number}: '{line}' is not a setting; write NAME=value")
        stored[name.strip()] = value.strip()
    return stored


def run() -> int:
    """Starts every process, prints the addresses when they answer, and stops everything at Ctrl-C.

    Raises `SettingsError` for settings that cannot be used, a missing model, or a port that is taken.
    """
    environment = local_environment()
    require_country(Library.load().helplines, Settings.from_environment(environment))
    if not MODEL.exists():
        raise SettingsError(f"{MODEL} is missing; train it with 'make train'")
    for name in _PORTS:
        require_free(name, environment[name])
    Database.from_environment(environment).migrate()
    print("Starting the assistant (Ctrl-C stops it) ...", flush=True)
    waiting = [
        f"http://localhost:{environment['RASA_PORT']}/",
        f"http://localhost:{environment['ACTIONS_PORT']}/health",
        f"http://localhost:{environment['WEB_PORT']}/",
        f"http://localhost:{environment['DESK_PORT']}/health",
    ]
    supervise(_SUPERVISOR_CONFIG, environment, waiting, _addresses(environment))
    return 0


def _addresses(environment: dict[str, str]) -> str:
    return (
        "\nThe assistant is up:\n"
        f"  page to chat on   http://localhost:{environment['WEB_PORT']}/\n"
        f"  staff desk        http://localhost:{environment['DESK_PORT']}/  "
        "(first account: .venv/bin/python -m companion staff add --help)\n"
        f"  REST channel      http://localhost:{environment['RASA_PORT']}/webhooks/rest/webhook\n"
        f"  Rasa HTTP API     http://localhost:{environment['RASA_PORT']}/  (token: RASA_TOKEN in var/local.env)\n"
    )
