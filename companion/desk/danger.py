"""Danger signs in a caller's words: the rules always, the trained detector where there is a trained model."""

from __future__ import annotations

import logging
import tarfile
import tempfile
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from companion.encoder import EncoderMissingError, SentenceEncoder
from companion.safety import Assessment, Detector, Triage
from companion.settings import ROOT

__all__ = ["MODEL", "Danger"]

MODEL = ROOT / "var" / "models" / "companion.tar.gz"
#: What is taken from the trained model: the encoder's two files, and the detector's one.
_FILES = ("encoder.onnx", "tokenizer.json", "danger.npz")
_log = logging.getLogger(__name__)


class Danger:
    """Reads what a call-taker types as the assistant reads what a patient writes, without Rasa."""

    def __init__(self, model: Path = MODEL, root: Path = ROOT) -> None:
        self._model = model
        self._root = root

    @property
    def by_detector(self) -> bool:
        """Whether wording that no rule lists is looked at as well; if not, staff are told so."""
        return self._ready[1] is not None

    def assess(self, text: str) -> Assessment:
        """The danger that `text` describes. Raises `ContentError` where the rules cannot be read."""
        triage, encoder = self._ready
        pieces: Sequence[str] = triage.pieces(text)
        return triage.assess(text, encoder.encode_deep(pieces) if encoder and pieces else None)

    @cached_property
    def _ready(self) -> tuple[Triage, SentenceEncoder | None]:
        try:
            with tempfile.TemporaryDirectory() as name:
                folder = Path(name)
                self._unpack(folder)
                encoder = SentenceEncoder(folder)
                return Triage.load(self._root, Detector.load(folder / "danger.npz")), encoder
        except (OSError, KeyError, ValueError, tarfile.TarError, EncoderMissingError) as error:
            _log.warning("calls are read by the rules alone: no trained model (%s)", type(error).__name__)
            return Triage.load(self._root), None

    def _unpack(self, folder: Path) -> None:
        """Writes the three files into `folder`. Raises `KeyError` where the model lacks one."""
        with tarfile.open(self._model) as archive:
            members = {Path(member.name).name: member for member in archive if member.isfile()}
            for file in _FILES:
                content = archive.extractfile(members[file])
                assert content is not None
                (folder / file).write_bytes(content.read())
