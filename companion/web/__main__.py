"""`python -m companion.web`: serves the page until Ctrl-C."""

from __future__ import annotations

import os
import re
import sys

import uvicorn

from companion.content import ContentError
from companion.settings import Settings, SettingsError
from companion.web.app import create_app
from companion.web.rasa import Rasa

__all__ = ["main"]


def main() -> int:
    """0 after Ctrl-C; 2 with one line on standard error for a setting or a text that cannot be used.

    Reads WEB_SECRET (signs the conversation's cookie), WEB_HOST, WEB_PORT and RASA_URL.
    """
    try:
        port = os.environ.get("WEB_PORT") or "8080"
        if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
            raise SettingsError(f"WEB_PORT is '{port}'; use a number from 1 to 65535")
        address = os.environ.get("RASA_URL") or "http://localhost:5005"
        if not re.fullmatch(r"https?://([\w.-]+|\[[\da-f:]+\])(:\d{1,5})?(/\S*)?", address):
            raise SettingsError(f"RASA_URL is '{address}'; use an address such as http://localhost:5005")
        secret = os.environ.get("WEB_SECRET") or ""
        app = create_app(secret=secret, settings=Settings.from_environment(), rasa=Rasa(address))
    except (SettingsError, ContentError) as error:
        print(error, file=sys.stderr)
        return 2
    host = os.environ.get("WEB_HOST") or "127.0.0.1"
    # No access log: who asked when is nobody's business. No websockets: Rasa's release of them is too old for uvicorn.
    uvicorn.run(app, host=host, port=int(port), access_log=False, log_level="warning", server_header=False, ws="none")
    return 0


if __name__ == "__main__":
    sys.exit(main())
