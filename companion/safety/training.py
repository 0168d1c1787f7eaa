"""Trains the danger detector: data/safety, the rules' own sentences, and the topics' examples as no danger."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from companion.content.yaml_file import read_yaml
from companion.safety.detector import NONE, Detector
from companion.safety.triage import Triage

__all__ = ["Example", "read_examples", "train_detector"]

Example = tuple[str, str]
DATA = Path("data/safety")
# Files whose name ends so ("none.yml", "more_none.yml") tell of no danger.
_NO_DANGER = "none"
# A harmless message with the words of danger teaches more than one of the thousands about something else.
_NEAR_MISS_REPEATS = 2
# Here people tell of symptoms and distress, dangerous or not: no evidence either way.
_EITHER_WAY = {"report_symptom", "express_distress", "personal_medical_advice"}


def read_examples(root: Path) -> list[Example]:
    """The (red-flag id or "none", message) pairs under data/safety of the project at `root`. Raises `ContentError`."""
    examples = []
    for path in sorted((root / DATA).glob("*.yml")):
        for name, text in read_yaml(path, root=root).data.items():
            label = NONE if path.stem.split("_")[-1] == _NO_DANGER else name
            examples += [(label, line.strip()) for line in text.splitlines() if line.strip()]
    return examples


def train_detector(root: Path, triage: Triage, encode: Callable[[list[str]], np.ndarray]) -> Detector:
    """A detector for the project at `root`.

    `triage` gives the rules' sentences and cuts messages into pieces; `encode` gives one vector a sentence.
    Raises `ContentError` for training files that cannot be read.
    """
    examples = [*read_examples(root), *triage.sentences()]
    # A harmless story is harmless in each of its sentences; of a dangerous one we only know the whole.
    examples += [(NONE, piece) for label, text in examples if label == NONE for piece in triage.pieces(text)[1:]]
    repeats = [_NEAR_MISS_REPEATS if label == NONE else 1 for label, _ in examples]
    topics = list(_topic_examples(root))
    topics += [(NONE, piece) for _, text in topics for piece in triage.pieces(text)[1:]]
    repeats += [1] * len(topics)
    labels, texts = zip(*examples, *topics, strict=True)
    return Detector.train(texts, encode(list(texts)), labels, repeats)


def _topic_examples(root: Path) -> Iterator[Example]:
    for path in sorted((root / "data" / "nlu").glob("*.yml")):
        for entry in _entries(read_yaml(path, root=root).data):
            if entry.get("intent") and entry["intent"] not in _EITHER_WAY:
                for line in entry["examples"].splitlines():
                    if line.startswith("- "):
                        yield NONE, line[2:].strip()


def _entries(data: object) -> Sequence[dict[str, str]]:
    entries = data.get("nlu", []) if isinstance(data, dict) else []
    return [entry for entry in entries if isinstance(entry, dict)]
