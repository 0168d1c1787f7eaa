"""`python -m companion.web`: serves the public edge until Ctrl-C."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from types import FrameType

import uvicorn

from companion.content import ContentError, Library
from companion.dialogue.replies import Writer
from companion.run.logs import configure, patients_may_write
from companion.run.status import Status, answers, database_answers, own_address
from companion.settings import Settings, SettingsError
from companion.store import Database, Journal
from companion.web.app import create_app
from companion.web.edge import Edge
from companion.web.limits import Limits, RateLimit
from companion.web.origins import origins_from_environment
from companion.web.sessions import Sessions
from companion.web.turns import Turns
from companion.web.watch import Watch

__all__ = ["main"]

#: Seconds that requests get to end when the server stops.
_FAREWELL = 5


def main() -> int:
    """0 after Ctrl-C; 2 with one line on standard error for a setting or a text that cannot be used.

    Reads WEB_SECRET (signs sessions), WEB_HOST, WEB_PORT, WEB_PROXIES (own proxies in front), WEB_MESSAGES_PER_ADDRESS
    (a minute), WEB_SESSIONS_PER_ADDRESS (in ten minutes), COMPANION_ORIGINS (websites that may show the widget),
    RASA_URL and RASA_TOKEN.
    """
    lines = configure("web")
    try:
        server = _server(os.environ)
    except (SettingsError, ContentError) as error:
        print(error, file=sys.stderr)
        return 2
    patients_may_write(lines)
    server.run()
    return 0


class _Server(uvicorn.Server):
    """Ends the open streams when it is asked to stop; it would wait for them otherwise."""

    def __init__(self, config: uvicorn.Config, watch: Watch) -> None:
        super().__init__(config)
        self._watch = watch

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Called at Ctrl-C and SIGTERM."""
        self._watch.close()
        super().handle_exit(sig, frame)


def _server(environment: Mapping[str, str]) -> _Server:
    """Raises `SettingsError` and `ContentError`."""
    port = _number(environment, "WEB_PORT", 8080, range(1, 65536))
    address = environment.get("RASA_URL") or "http://localhost:5005"
    if not re.fullmatch(r"https?://([\w.-]+|\[[\da-f:]+\])(:\d{1,5})?(/\S*)?", address):
        raise SettingsError(f"RASA_URL is '{address}'; use an address such as http://localhost:5005")
    token = environment.get("RASA_TOKEN") or ""
    if not token:
        raise SettingsError("RASA_TOKEN is not set; give the Rasa server's token, or use 'make run'")
    sessions = Sessions(environment.get("WEB_SECRET") or "")
    limits = Limits(
        messages_by_address=RateLimit(_number(environment, "WEB_MESSAGES_PER_ADDRESS", 300, range(1, 10**6)), 60),
        sessions_by_address=RateLimit(_number(environment, "WEB_SESSIONS_PER_ADDRESS", 120, range(1, 10**6)), 600),
        proxies=_number(environment, "WEB_PROXIES", 0, range(10)),
    )
    settings, library = Settings.from_environment(environment), Library.load()
    database = Database.from_environment(environment)
    writer, journal = Writer(library, settings), Journal(database)
    turns, watch = Turns(journal, writer, address=address, token=token), Watch(journal)
    edge = Edge(journal, turns, writer, library, settings, environment)
    app = create_app(edge, sessions, watch, limits=limits, origins=origins_from_environment(environment))
    host = environment.get("WEB_HOST") or "127.0.0.1"
    # Its page, not its /health: that asks others, and starting this server again would not mend those.
    live = {"server": answers(f"{own_address(host, port)}/")}
    Status(live=live, ready={"database": database_answers(database), "rasa": answers(address)}).serve(environment)
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        # Who asked when is nobody's business.
        access_log=False,
        log_config=None,
        log_level="warning",
        server_header=False,
        # Rasa's release of websockets is too old for uvicorn.
        ws="none",
        # Whom to believe about the client's address is WEB_PROXIES' to say.
        proxy_headers=False,
        timeout_graceful_shutdown=_FAREWELL,
    )
    return _Server(config, watch)


def _number(environment: Mapping[str, str], name: str, default: int, allowed: range) -> int:
    given = environment.get(name) or str(default)
    if not (given.isascii() and given.isdigit() and int(given) in allowed):
        raise SettingsError(f"{name} is '{given}'; use a number from {allowed.start} to {allowed.stop - 1}")
    return int(given)


if __name__ == "__main__":
    sys.exit(main())
