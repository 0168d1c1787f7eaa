"""Keeps libraries' chatter from the person who runs this."""

from __future__ import annotations

import logging
import os
import warnings

__all__ = ["hush"]


def hush() -> None:
    """Call before importing Rasa: its libraries warn of their own innards, which nobody here can act on.

    Errors still show. Filters alone do not hold (Sanic sets its own), hence the silent printer.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    warnings.showwarning = lambda *_, **__: None
    logging.basicConfig(level=logging.ERROR)
    from rasa.utils.log_utils import configure_structlog

    # Rasa's debug log quotes patients; it must not be on by accident.
    configure_structlog(logging.ERROR)
