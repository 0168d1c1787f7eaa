"""Keeps libraries' chatter from the person who runs this."""

from __future__ import annotations

import logging
import os
import warnings

__all__ = ["hush", "hush_warnings"]


def hush_warnings() -> None:
    """Libraries warn of their own innards, which nobody here can act on. Call before importing them.

    Filters alone do not hold (Sanic sets its own), hence the silent printer.
    """
    warnings.showwarning = lambda *_, **__: None


def hush() -> None:
    """Call before importing Rasa: no warnings, no telemetry, no debug log. Errors still show."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    hush_warnings()
    logging.basicConfig(level=logging.ERROR)
    from rasa.utils.log_utils import configure_structlog

    # Rasa's debug log quotes patients; it must not be on by accident.
    configure_structlog(logging.ERROR)
