"""Trains the model, and puts it in place only when it is whole."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import re
import sys
import tempfile
import time
from pathlib import Path

from companion.content import Library
from companion.core.quiet import hush
from companion.safety import load_rules
from companion.settings import ROOT

__all__ = ["MODEL", "TrainingError", "train"]

MODEL = ROOT / "var" / "models" / "companion.tar.gz"


class _Progress(logging.Handler):
    """Shows which component is being trained."""

    def emit(self, record: logging.LogRecord) -> None:
        component = re.search(r"Starting to train component '(\w+)'", record.getMessage())
        if component:
            print(f"  {component.group(1)} ...", file=sys.__stdout__, flush=True)


class TrainingError(RuntimeError):
    """The model could not be trained; the message says why."""


def train(target: Path = MODEL) -> None:
    """Trains on data/ and content/ and writes the model to `target`; the old one serves until then.

    Raises `ContentError` for content that cannot be used, `EncoderMissingError` without the encoder's weights, and
    `TrainingError` where Rasa gives up.
    """
    # Before a minute of training, not after it.
    Library.load()
    load_rules(ROOT)
    print("Training the assistant: about a minute and a half ...", flush=True)
    begun = time.monotonic()
    hush()
    from rasa.model_training import train as rasa_train

    target.parent.mkdir(parents=True, exist_ok=True)
    progress = logging.getLogger("rasa.engine.training.hooks")
    progress.setLevel(logging.INFO)
    progress.addHandler(_Progress())
    progress.propagate = False
    # Rasa draws bars of its inner loops, and names a folder that is gone a moment later.
    with (
        tempfile.TemporaryDirectory(dir=target.parent) as folder,
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
    ):
        result = rasa_train(
            domain=str(ROOT / "domain.yml"),
            config=str(ROOT / "config.yml"),
            training_files=[str(ROOT / "data" / part) for part in ("nlu", "rules", "stories")],
            output=folder,
            # Rasa's cache does not see that content/ has changed.
            force_training=True,
            fixed_model_name="companion",
        )
        if result.model is None:
            raise TrainingError("Rasa could not train the model; run 'make check', it names what is wrong in the data")
        os.replace(result.model, target)
    print(f"Trained in {time.monotonic() - begun:.0f} s: {os.path.relpath(target)}", flush=True)
