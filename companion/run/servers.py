"""The two servers of the assistant, each in a process of its own."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

from companion.core.quiet import hush, hush_warnings
from companion.run.logs import configure, patients_may_write
from companion.run.status import Status, answers, database_answers, own_address
from companion.run.training import MODEL
from companion.settings import ROOT, Settings, SettingsError
from companion.store import Database

__all__ = ["serve_actions", "serve_rasa"]


def serve_rasa() -> None:
    """Rasa's HTTP server with our channels. Reads RASA_HOST, RASA_PORT, RASA_TOKEN, COMPANION_MODEL (the trained
    model's file), COMPANION_ENDPOINTS (endpoints.yml, if not set) and what that file names.

    Raises `SettingsError` without a token, and for settings that cannot be used.
    """
    Settings.from_environment()
    token = os.environ.get("RASA_TOKEN")
    if not token:
        raise SettingsError("RASA_TOKEN is not set; give a long random secret ('make run' writes one to var/local.env)")
    model = Path(os.environ.get("COMPANION_MODEL") or MODEL)
    if not model.exists():
        raise SettingsError(f"{model} is missing; train it with 'make train'")
    endpoints = ROOT / (os.environ.get("COMPANION_ENDPOINTS") or "endpoints.yml")
    if not endpoints.exists():
        raise SettingsError(
            f"COMPANION_ENDPOINTS: there is no {endpoints}; use endpoints.yml or endpoints.production.yml"
        )
    lines = configure("rasa", level=logging.ERROR)
    hush()
    from rasa.core.run import serve_application
    from rasa.core.utils import AvailableEndpoints

    host, port = os.environ.get("RASA_HOST", "127.0.0.1"), int(os.environ.get("RASA_PORT", "5005"))
    own = own_address(host, port)
    # Rasa starts without a model too, and answers every request but this one.
    model_loaded = answers(f"{own}/status?token={token}")
    ready = {"model": model_loaded, "database": database_answers(Database.from_environment())}
    Status(live={"server": answers(own)}, ready=ready).serve()

    async def begin(*_: Any) -> None:
        patients_may_write(lines)

    serve_application(
        model_path=str(model),
        interface=host,
        port=port,
        credentials=str(ROOT / "credentials.yml"),
        auth_token=token,
        enable_api=True,
        endpoints=AvailableEndpoints.read_endpoints(str(endpoints)),
        server_listeners=[(begin, "after_server_start")],
    )


def serve_actions() -> None:
    """The action server. Reads ACTIONS_HOST and ACTIONS_PORT. Raises `ContentError` and `SettingsError`."""
    Settings.from_environment()
    lines = configure("actions")
    hush_warnings()
    host, port = os.environ.get("ACTIONS_HOST", "127.0.0.1"), int(os.environ.get("ACTIONS_PORT", "5055"))
    os.environ["SANIC_HOST"] = host
    from rasa_sdk.endpoint import run

    from actions.base import writer

    # Content that cannot be used stops the start, not the first patient's turn.
    writer()
    own = {"server": answers(f"{own_address(host, port)}/health")}
    Status(live=own, ready={**own, "database": database_answers(Database.from_environment())}).serve()
    patients_may_write(lines)
    # Nobody's browser talks to the action server.
    run("actions", port=port, cors_origins=[])
