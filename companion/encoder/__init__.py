"""Turns a sentence into a vector (all-MiniLM-L6-v2), served by onnxruntime alone."""

from companion.encoder.sentence_encoder import EncoderMissingError, SentenceEncoder
from companion.encoder.weights import build_encoder, built_encoder

__all__ = ["EncoderMissingError", "SentenceEncoder", "build_encoder", "built_encoder"]
