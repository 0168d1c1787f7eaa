"""`python -m companion.desk`: serves the staff desk until Ctrl-C."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from types import FrameType

import uvicorn

from companion.cases.service import Service
from companion.content import ContentError
from companion.desk.app import create_app
from companion.desk.live import Pulse
from companion.desk.settings import DeskSettings
from companion.run.logs import configure, patients_may_write
from companion.run.status import Status, answers, database_answers, own_address
from companion.settings import Settings, SettingsError
from companion.store import Database

__all__ = ["main"]

#: Seconds that requests get to end when the desk stops.
_FAREWELL = 5


def main() -> int:
    """0 after Ctrl-C; 2 with one line on standard error for a setting or a text that cannot be used.

    Reads COMPANION_DATABASE, COMPANION_SERVICE, and what `Settings` and `DeskSettings` name.
    """
    lines = configure("desk")
    try:
        server = _server(os.environ)
    except (SettingsError, ContentError) as error:
        print(error, file=sys.stderr)
        return 2
    patients_may_write(lines)
    server.run()
    return 0


class _Server(uvicorn.Server):
    """Ends the live pages' streams when it is asked to stop; it would wait for them otherwise."""

    def __init__(self, config: uvicorn.Config, pulse: Pulse) -> None:
        super().__init__(config)
        self._pulse = pulse

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Called at Ctrl-C and SIGTERM."""
        self._pulse.close()
        super().handle_exit(sig, frame)


def _server(environment: Mapping[str, str]) -> _Server:
    """Raises `SettingsError` and `ContentError`."""
    desk, database = DeskSettings.from_environment(environment), Database.from_environment(environment)
    pulse = Pulse(database)
    app = create_app(
        database=database,
        service=Service.load(environment),
        settings=Settings.from_environment(environment),
        desk=desk,
        pulse=pulse,
    )
    # The sign-in page, not /health: that asks the database, and starting the desk again would not mend it.
    live = {"server": answers(f"{own_address(desk.host, desk.port)}/sign-in")}
    Status(live=live, ready={"database": database_answers(database)}).serve(environment)
    config = uvicorn.Config(
        app,
        host=desk.host,
        port=desk.port,
        # Who looked at what is in the audit.
        access_log=False,
        log_config=None,
        log_level="warning",
        server_header=False,
        # Rasa's release of websockets is too old for uvicorn.
        ws="none",
        # Whom to believe about the client's address is DESK_PROXIES' to say.
        proxy_headers=False,
        timeout_graceful_shutdown=_FAREWELL,
    )
    return _Server(config, pulse)


if __name__ == "__main__":
    sys.exit(main())
