"""Encoders and judges as ONNX graphs, built operation by operation, with matrices of 8-bit integers.

Operations are ONNX Runtime's own for transformers (``com.microsoft``): one product for query, key and value,
attention in one, residual and normalisation in one. Activations are quantised as they come, per matrix
(``DynamicQuantizeMatMul``), weights once, per column. Word embeddings stand in a file of their own, which both
graphs of a language share (:mod:`models.word_table`); graphs take them looked up, ``(N, L, D)``.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from transformers import BertModel

from models.training.encoder.judge import Judge

OPSET, MS_OPSET, IR = 17, 1, 8
_MS = "com.microsoft"
_EPSILON = 1e-12

Floats = NDArray[np.float32]


class Graph:
    """Nodes and tensors as they are added; names are counted up."""

    def __init__(self, weights: Mapping[str, torch.Tensor], *, whole_numbers: bool) -> None:
        self._weights = {name: value.detach().float().numpy() for name, value in weights.items()}
        self._whole_numbers = whole_numbers
        self.nodes: list[onnx.NodeProto] = []
        self.tensors: list[onnx.TensorProto] = []

    def weight(self, name: str) -> Floats:
        return np.asarray(self._weights[name], dtype=np.float32)

    def constant(self, values: NDArray[np.generic]) -> str:
        name = f"t{len(self.tensors)}"
        self.tensors.append(numpy_helper.from_array(np.asarray(values, order="C"), name))
        return name

    def add(
        self, operation: str, *inputs: str, domain: str = "", outputs: int = 1, **attributes: object
    ) -> str:
        """One node; the name of its (first) output. Further ones end in _1, _2."""
        name = f"n{len(self.nodes)}"
        names = [name, *(f"{name}_{at}" for at in range(1, outputs))]
        self.nodes.append(helper.make_node(operation, list(inputs), names, domain=domain, **attributes))
        return name

    def linear(self, inputs: str, matrix: Floats, bias: Floats) -> str:
        """``inputs @ matrix + bias``, the matrix (in, out)."""
        if not self._whole_numbers:
            product = self.add("MatMul", inputs, self.constant(matrix))
            return self.add("Add", product, self.constant(bias))
        scales = np.maximum(np.abs(matrix).max(axis=0), 1e-8).astype(np.float32) / np.float32(127)
        values = np.clip(np.rint(matrix / scales), -127, 127).astype(np.int8)
        noughts = self.constant(np.zeros(len(scales), dtype=np.int8))
        parts = (self.constant(values), self.constant(scales), noughts, self.constant(bias))
        return self.add("DynamicQuantizeMatMul", inputs, *parts, domain=_MS)

    def dense(self, inputs: str, name: str) -> str:
        """A linear layer of the network by its name."""
        return self.linear(inputs, self.weight(f"{name}.weight").T, self.weight(f"{name}.bias"))

    def normalised(self, kept: str, added: str, name: str) -> str:
        """LayerNorm(kept + added)."""
        gain, shift = (self.constant(self.weight(f"{name}.{part}")) for part in ("weight", "bias"))
        return self.add("SkipLayerNormalization", kept, added, gain, shift, domain=_MS, epsilon=_EPSILON)


def encoder_graph(encoder: BertModel, *, whole_numbers: bool = True) -> onnx.ModelProto:
    """``words (N, L, D), mask (N, L)`` → ``vectors (N, D)``: unit means of the last states."""
    graph = Graph(encoder.state_dict(), whole_numbers=whole_numbers)
    types = graph.add("Sub", "mask", "mask")
    states = _states(graph, encoder, types, prefix="")
    mean = _mean(graph, states, "mask")
    vectors = graph.add("LpNormalization", mean, axis=1, p=2)
    width = encoder.config.hidden_size
    return _model(graph, ("mask",), width, vectors, ("vectors", width))


def judge_graph(judge: Judge, *, whole_numbers: bool = True) -> onnx.ModelProto:
    """``words (N, L, D), types (N, L), mask (N, L)`` → ``logits (N, 5)``: four verdicts, the share."""
    graph = Graph(judge.state_dict(), whole_numbers=whole_numbers)
    states = _states(graph, judge.encoder, "types", prefix="encoder.")
    ones = graph.add("Sub", "mask", "types")  # types are 1 on tokens only
    answer, statement = _mean(graph, states, "types"), _mean(graph, states, ones)
    nought = graph.constant(np.array(0, dtype=np.int64))
    first = graph.add("Gather", states, nought, axis=1)
    apart = graph.add("Abs", graph.add("Sub", answer, statement))
    product = graph.add("Mul", answer, statement)
    features = graph.add("Concat", first, answer, statement, apart, product, axis=1)
    graph._whole_numbers = False  # the heads are small
    mixed = graph.add("Gelu", graph.dense(features, "mix.1"), domain=_MS)
    logits = graph.dense(mixed, "out")
    return _model(graph, ("types", "mask"), judge.encoder.config.hidden_size, logits, ("logits", 5))


def _states(graph: Graph, encoder: BertModel, types: str, prefix: str) -> str:
    """The last layer's states, (N, L, D)."""
    embeddings = f"{prefix}embeddings."
    places = graph.constant(graph.weight(embeddings + "position_embeddings.weight"))
    length = graph.add("Shape", "mask", start=1, end=2)
    nought = graph.constant(np.array([0], dtype=np.int64))
    placed = graph.add("Add", "words", graph.add("Slice", places, nought, length, nought))
    kinds = graph.constant(graph.weight(embeddings + "token_type_embeddings.weight"))
    states = graph.normalised(placed, graph.add("Gather", kinds, types), embeddings + "LayerNorm")
    seen = graph.add("Cast", "mask", to=TensorProto.INT32)
    heads = encoder.config.num_attention_heads
    for at in range(encoder.config.num_hidden_layers):
        states = _layer(graph, states, seen, f"{prefix}encoder.layer.{at}.", heads)
    return states


def _layer(graph: Graph, states: str, seen: str, name: str, heads: int) -> str:
    asking = [f"{name}attention.self.{part}" for part in ("query", "key", "value")]
    matrix = np.concatenate([graph.weight(f"{part}.weight").T for part in asking], axis=1)
    bias = np.concatenate([graph.weight(f"{part}.bias") for part in asking])
    split = graph.add("Split", graph.linear(states, matrix, bias), outputs=3, axis=2)
    parts = (split, f"{split}_1", f"{split}_2")
    mixed = graph.add("MultiHeadAttention", *parts, "", seen, domain=_MS, num_heads=heads)
    attended = graph.dense(mixed, f"{name}attention.output.dense")
    states = graph.normalised(states, attended, f"{name}attention.output.LayerNorm")
    inner = graph.add("Gelu", graph.dense(states, f"{name}intermediate.dense"), domain=_MS)
    return graph.normalised(states, graph.dense(inner, f"{name}output.dense"), f"{name}output.LayerNorm")


def _mean(graph: Graph, states: str, where: str) -> str:
    """(N, D): mean of the states where ``where`` is 1; nought where it is 1 nowhere."""
    weights = graph.add("Cast", where, to=TensorProto.FLOAT)
    row = graph.add("Unsqueeze", weights, graph.constant(np.array([1], dtype=np.int64)))
    total = graph.add(
        "Squeeze", graph.add("MatMul", row, states), graph.constant(np.array([1], dtype=np.int64))
    )
    count = graph.add("ReduceSum", weights, graph.constant(np.array([1], dtype=np.int64)), keepdims=1)
    return graph.add("Div", total, graph.add("Max", count, graph.constant(np.array([1.0], dtype=np.float32))))


def _model(
    graph: Graph, whole: tuple[str, ...], width: int, result: str, output: tuple[str, int]
) -> onnx.ModelProto:
    """A checked model with inputs ``words`` and those of ``whole``; ``result`` becomes the output."""
    name, size = output
    graph.nodes.append(helper.make_node("Identity", [result], [name]))
    inputs = [helper.make_tensor_value_info("words", TensorProto.FLOAT, ["N", "L", width])]
    inputs += [helper.make_tensor_value_info(one, TensorProto.INT64, ["N", "L"]) for one in whole]
    outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", size])]
    body = helper.make_graph(graph.nodes, "encoder", inputs, outputs, graph.tensors)
    opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(_MS, MS_OPSET)]
    return helper.make_model(body, opset_imports=opsets, ir_version=IR, producer_name="zhupi")


def save(model: onnx.ModelProto, path: Path, **facts: str) -> None:
    """Write the model with ``facts`` as its metadata."""
    helper.set_model_props(model, facts)
    path.write_bytes(model.SerializeToString(deterministic=True))
