"""Writes the network of all-MiniLM-L6-v2 as an ONNX graph from its weights.

The network is BERT (Devlin and others 2019, doi 10.18653/v1/N19-1423) with six layers, 384 wide, 12 heads; a sentence's
vector is the mean of its tokens' vectors, scaled to length 1 (Reimers and Gurevych 2019, doi 10.18653/v1/D19-1410).
Written here because exporting it would need torch, which nothing else needs.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

__all__ = ["bert_sentence_graph"]

_LAYERS = 6
_HEADS = 12
_WIDTH = 384
_HEAD_WIDTH = _WIDTH // _HEADS
_NORM_EPSILON = 1e-12
_OPSET = 17
#: Counted from 0.
_MIDDLE = (3, 4)


class _Graph:
    """Collects nodes and constants; every method returns the name of what it made."""

    def __init__(self, weights: dict[str, np.ndarray]) -> None:
        self._weights = weights
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, onnx.TensorProto] = {}

    def weight(self, name: str, *, transposed: bool = False) -> str:
        array = self._weights[name].astype(np.float32)
        return self.constant(name, np.ascontiguousarray(array.T) if transposed else array)

    def constant(self, name: str, value: np.ndarray) -> str:
        self.constants[name] = numpy_helper.from_array(value, name)
        return name

    def add(self, operation: str, *inputs: str, **attributes: Any) -> str:
        name = f"{operation}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operation, list(inputs), [name], name=name, **attributes))
        return name

    def linear(self, value: str, layer: str) -> str:
        product = self.add("MatMul", value, self.weight(f"{layer}.weight", transposed=True))
        return self.add("Add", product, self.weight(f"{layer}.bias"))

    def norm(self, value: str, layer: str) -> str:
        scale, shift = self.weight(f"{layer}.weight"), self.weight(f"{layer}.bias")
        return self.add("LayerNormalization", value, scale, shift, axis=-1, epsilon=_NORM_EPSILON)

    def heads(self, value: str) -> str:
        shape = self.constant("heads_shape", np.array([0, 0, _HEADS, _HEAD_WIDTH], dtype=np.int64))
        return self.add("Transpose", self.add("Reshape", value, shape), perm=[0, 2, 1, 3])

    def attention(self, value: str, layer: str, mask_bias: str) -> str:
        query = self.heads(self.linear(value, f"{layer}.self.query"))
        key = self.heads(self.linear(value, f"{layer}.self.key"))
        content = self.heads(self.linear(value, f"{layer}.self.value"))
        scores = self.add("MatMul", query, self.add("Transpose", key, perm=[0, 1, 3, 2]))
        scale = self.constant("attention_scale", np.array(np.sqrt(_HEAD_WIDTH), dtype=np.float32))
        weights = self.add("Softmax", self.add("Add", self.add("Div", scores, scale), mask_bias), axis=-1)
        mixed = self.add("Transpose", self.add("MatMul", weights, content), perm=[0, 2, 1, 3])
        shape = self.constant("joined_shape", np.array([0, 0, _WIDTH], dtype=np.int64))
        output = self.linear(self.add("Reshape", mixed, shape), f"{layer}.output.dense")
        return self.norm(self.add("Add", output, value), f"{layer}.output.LayerNorm")

    def gelu(self, value: str) -> str:
        erf = self.add("Erf", self.add("Div", value, self.constant("sqrt2", np.array(np.sqrt(2), dtype=np.float32))))
        gate = self.add("Add", erf, self.constant("one", np.array(1, dtype=np.float32)))
        return self.add("Mul", self.add("Mul", value, gate), self.constant("half", np.array(0.5, dtype=np.float32)))

    def feed_forward(self, value: str, layer: str) -> str:
        wide = self.gelu(self.linear(value, f"{layer}.intermediate.dense"))
        return self.norm(
            self.add("Add", self.linear(wide, f"{layer}.output.dense"), value), f"{layer}.output.LayerNorm"
        )

    def mean(self, value: str, mask: str) -> str:
        tokens_axis = self.constant("tokens_axis", np.array([1], dtype=np.int64))
        column = self.add("Unsqueeze", mask, self.constant("last_axis", np.array([2], dtype=np.int64)))
        total = self.add("ReduceSum", self.add("Mul", value, column), tokens_axis, keepdims=0)
        return self.add("Div", total, self.add("ReduceSum", column, tokens_axis, keepdims=0))


def bert_sentence_graph(weights: dict[str, np.ndarray]) -> onnx.ModelProto:
    """The ONNX model for `weights` (names as in the published safetensors file).

    Inputs `input_ids` and `attention_mask`, int64 of shape (sentences, tokens). Outputs, float32: `vectors` of shape
    (sentences, 384), rows of length 1; `middle` of shape (sentences, 768), the mean of the tokens after each of two
    layers in the middle. They hold more of how something is said, which the last layer leaves out for what it is about.
    """
    graph = _Graph(weights)
    positions = graph.add(
        "Slice",
        graph.weight("embeddings.position_embeddings.weight"),
        graph.constant("zero", np.array([0], dtype=np.int64)),
        graph.add("Slice", graph.add("Shape", "input_ids"), graph.constant("from", np.array([1], dtype=np.int64)),
                  graph.constant("to", np.array([2], dtype=np.int64))),
    )  # fmt: skip
    words = graph.add("Gather", graph.weight("embeddings.word_embeddings.weight"), "input_ids")
    segment = graph.constant("segment", weights["embeddings.token_type_embeddings.weight"][0].astype(np.float32))
    value = graph.norm(graph.add("Add", graph.add("Add", words, positions), segment), "embeddings.LayerNorm")

    mask = graph.add("Cast", "attention_mask", to=TensorProto.FLOAT)
    one = graph.constant("one", np.array(1, dtype=np.float32))
    hidden = graph.add("Mul", graph.add("Sub", one, mask), graph.constant("minus", np.array(-1e9, dtype=np.float32)))
    mask_bias = graph.add("Unsqueeze", hidden, graph.constant("mask_axes", np.array([1, 2], dtype=np.int64)))
    means = []
    for index in range(_LAYERS):
        value = graph.attention(value, f"encoder.layer.{index}.attention", mask_bias)
        value = graph.feed_forward(value, f"encoder.layer.{index}")
        if index in _MIDDLE or index == _LAYERS - 1:
            means.append(graph.mean(value, mask))
    *middle, mean = means
    graph.nodes.append(helper.make_node("Concat", middle, ["middle"], name="middle", axis=1))
    length = graph.add("ReduceL2", mean, axes=[1], keepdims=1)
    graph.nodes.append(helper.make_node("Div", [mean, length], ["vectors"], name="vectors"))

    def tensor(name: str, kind: int, *shape: str | int) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(name, kind, list(shape))

    return helper.make_model(
        helper.make_graph(
            graph.nodes,
            "all-MiniLM-L6-v2",
            [tensor(name, TensorProto.INT64, "sentences", "tokens") for name in ("input_ids", "attention_mask")],
            [
                tensor("vectors", TensorProto.FLOAT, "sentences", _WIDTH),
                tensor("middle", TensorProto.FLOAT, "sentences", len(_MIDDLE) * _WIDTH),
            ],
            list(graph.constants.values()),
        ),
        opset_imports=[helper.make_opsetid("", _OPSET)],
        ir_version=8,
    )
