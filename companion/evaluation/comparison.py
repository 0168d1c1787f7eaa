"""Trains other pipelines on the same data and scores them on the same sets: `make evaluate COMPARE=1`."""

from __future__ import annotations

import json
import os
import statistics
import tempfile
import time
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from companion.evaluation.progress import shown
from companion.evaluation.questions import Question
from companion.evaluation.trained_model import open_model
from companion.evaluation.understanding import score
from companion.settings import ROOT

__all__ = ["CONFIGS", "compare", "read_comparison"]

_PIPELINES = Path(__file__).with_name("pipelines")
#: The quickest first: what is measured is written at once, and DIET takes an hour.
CONFIGS = {
    "Rasa's logistic regression": _PIPELINES / "logistic_regression.yml",
    "Rasa's default pipeline (DIET, 30 epochs)": _PIPELINES / "diet.yml",
}
_COMMAND = "make evaluate COMPARE=1"


def compare(file: Path, questions: Sequence[Question], articles: Sequence[Question], topics: Collection[str]) -> None:
    """Trains each of `CONFIGS` on data/nlu into a temporary folder, scores it, and writes the figures to `file`."""
    rows: dict[str, Any] = {}
    for name, config in CONFIGS.items():
        print(f"Training for comparison: {name} ...", flush=True)
        with tempfile.TemporaryDirectory(prefix="comparison-") as folder:
            model, seconds, cpu_seconds = _train(config, Path(folder))
            print(f"... trained in {seconds:.0f} s, of which {cpu_seconds:.0f} s of computing", flush=True)
            times = {"training_seconds": round(seconds), "training_cpu_seconds": round(cpu_seconds)}
            rows[name] = {**_measure(model, questions, articles, topics), **times}
        found = {"date": date.today().isoformat(), "command": _COMMAND, "cores": os.cpu_count(), "pipelines": rows}
        file.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def read_comparison(file: Path) -> Mapping[str, Any] | None:
    """What `compare` wrote, or None where it has not run."""
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else None


def _train(config: Path, folder: Path) -> tuple[Path, float, float]:
    """The model's file, and the seconds of wall clock and of processor time that it took."""
    from rasa.model_training import train_nlu

    # Rasa's cache would give back a part trained earlier, in no time.
    os.environ["RASA_CACHE_DIRECTORY"] = str(folder / "cache")
    begun, begun_cpu = time.monotonic(), time.process_time()
    model = train_nlu(str(config), str(ROOT / "data" / "nlu"), str(folder), fixed_model_name="comparison")
    if model is None:
        raise RuntimeError(f"Rasa could not train {config}; run 'make check', it names what is wrong in the data")
    return Path(model), time.monotonic() - begun, time.process_time() - begun_cpu


def _measure(
    path: Path, questions: Sequence[Question], articles: Sequence[Question], topics: Collection[str]
) -> dict[str, Any]:
    with open_model(path) as model:
        model.parse("warm up")
        scores = score(shown(questions, "messages"), model.parse, topics)
        figures = scores.figures()
        figures["articles_strict"] = score(shown(articles, "articles"), model.parse, topics).strict
        return {
            "figures": {name: [rate.hits, rate.of] for name, rate in figures.items()},
            "median_ms": round(statistics.median(one.parse.milliseconds for one in scores.results), 2),
            "megabytes": round(model.megabytes, 1),
        }
