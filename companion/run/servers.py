"""The two servers of the assistant, each in a process of its own."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from companion.core.quiet import hush, hush_warnings
from companion.run.training import MODEL
from companion.settings import ROOT, Settings, SettingsError

__all__ = ["serve_actions", "serve_rasa"]


def serve_rasa(model: Path = MODEL) -> None:
    """Rasa's HTTP server with our channels. Reads RASA_HOST, RASA_PORT, RASA_TOKEN and what endpoints.yml names.

    Raises `SettingsError` without a token, and for settings that cannot be used.
    """
    Settings.from_environment()
    token = os.environ.get("RASA_TOKEN")
    if not token:
        raise SettingsError("RASA_TOKEN is not set; give a long random secret ('make run' writes one to var/local.env)")
    if not model.exists():
        raise SettingsError(f"{model} is missing; train it with 'make train'")
    hush()
    from rasa.core.run import serve_application
    from rasa.core.utils import AvailableEndpoints

    serve_application(
        model_path=str(model),
        interface=os.environ.get("RASA_HOST", "127.0.0.1"),
        port=int(os.environ.get("RASA_PORT", "5005")),
        credentials=str(ROOT / "credentials.yml"),
        auth_token=token,
        enable_api=True,
        endpoints=AvailableEndpoints.read_endpoints(str(ROOT / "endpoints.yml")),
    )


def serve_actions() -> None:
    """The action server. Reads ACTIONS_HOST and ACTIONS_PORT."""
    Settings.from_environment()
    hush_warnings()
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    os.environ["SANIC_HOST"] = os.environ.get("ACTIONS_HOST", "127.0.0.1")
    from rasa_sdk.endpoint import run

    # Nobody's browser talks to the action server.
    run("actions", port=int(os.environ.get("ACTIONS_PORT", "5055")), cors_origins=[])
