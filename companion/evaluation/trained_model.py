"""The understanding half of a trained model, without dialogue and without a server."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from rasa.core.channels.channel import UserMessage
from rasa.engine.constants import PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER
from rasa.engine.loader import load_predict_graph_runner
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.runner.interface import GraphRunner
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.shared.core.trackers import DialogueStateTracker

__all__ = ["Parse", "TrainedModel", "open_model"]


@dataclass(frozen=True)
class Parse:
    """What was understood: the intent, all intents from likeliest to least, the urgency, the ids of the danger signs,
    and how long it took."""

    intent: str
    ranking: tuple[tuple[str, float], ...]
    urgency: str
    red_flags: tuple[str, ...]
    milliseconds: float


@dataclass(frozen=True)
class TrainedModel:
    """A model unpacked into `folder`. `megabytes` is the size of its file."""

    folder: Path
    megabytes: float
    _runner: GraphRunner = field(repr=False)
    _target: str

    def parse(self, text: str) -> Parse:
        """As the server does it, with all components, red flags too.

        The time is processor time: what one core needs, whatever else the machine does meanwhile.
        """
        tracker = DialogueStateTracker.from_events("evaluation", [])
        inputs = {PLACEHOLDER_MESSAGE: [UserMessage(text)], PLACEHOLDER_TRACKER: tracker}
        begun = time.process_time()
        message = self._runner.run(inputs, targets=[self._target])[self._target][0]
        milliseconds = (time.process_time() - begun) * 1000
        ranking = tuple((one["name"], float(one["confidence"])) for one in message.get("intent_ranking") or ())
        intent = (message.get("intent") or {}).get("name") or "nlu_fallback"
        red_flags = tuple(flag["id"] for flag in message.get("red_flags") or ())
        return Parse(intent, ranking, message.get("urgency") or "none", red_flags, milliseconds)

    def file(self, name: str) -> Path:
        """The one file of this name that a component stored. Raises `FileNotFoundError`."""
        for path in sorted(self.folder.rglob(name)):
            return path
        raise FileNotFoundError(f"the model holds no {name}; train it again with 'make train'")

    def kinds(self) -> dict[str, str]:
        """The intents of our own classifier, each with its kind."""
        with np.load(self.file("intents.npz"), allow_pickle=False) as stored:
            names: dict[str, Any] = json.loads(str(stored["names"]))
        return dict(zip(names["intents"], names["kinds"], strict=True))


@contextmanager
def open_model(path: Path) -> Iterator[TrainedModel]:
    """The model in the archive at `path`. Raises `FileNotFoundError` where it is not trained yet."""
    if not path.exists():
        raise FileNotFoundError(f"{path} is missing; train it with 'make train'")
    with tempfile.TemporaryDirectory(prefix="evaluation-") as folder:
        metadata, runner = load_predict_graph_runner(Path(folder), path, LocalModelStorage, DaskGraphRunner)
        yield TrainedModel(Path(folder), path.stat().st_size / 1e6, runner, str(metadata.nlu_target))
