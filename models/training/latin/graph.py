"""Weights between the stock recogniser's ONNX graph and :class:`models.training.latin.network.Reader`.

The graph's tensors stand in the order of its nodes and so do the network's; they are matched by place and
size. Writing puts the trained tensors into a copy of the graph, so that what runs in the product is the
computation that was always run, with other numbers and a smaller alphabet.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import helper, numpy_helper
from torch import Tensor

from models.latin import HEIGHT_PX
from models.training.latin.network import FRAMES, POOLED, Reader

Numbers = NDArray[np.float32]

#: Tensors with fewer numbers than this are constants of the computation, not weights.
SMALLEST = 16
#: The columns of the head: two tensors, the last of all.
HEAD = ("head.weight", "head.bias")
CHARSET_KEY = "character"
#: Name of the shape that the head's output gets.
STEPS = "steps"


def read(path: Path, charset: Sequence[str]) -> Reader:
    """The network with the weights of a recogniser and the columns of these characters.

    Args:
        path: an ONNX file of the stock recogniser's architecture.
        charset: blank first. A character that the file does not know begins with the mean column.
    """
    graph = onnx.load(path)
    known = known_characters(graph)
    tensors = weights_of(graph)
    reader = Reader(len(charset))
    state = reader.state_dict()
    names = weight_names(reader)
    for name, (_, values) in zip(names, tensors, strict=True):
        if name in HEAD:
            values = np.concatenate([columns_of(values, known, charset)] * FRAMES, axis=-1)  # noqa: PLW2901
        wanted = state[name].shape
        turned = values.T if values.ndim == 2 else values
        state[name] = torch.from_numpy(np.array(turned, np.float32)).reshape(wanted)
    reader.load_state_dict(state)
    return reader


def columns_of(values: Numbers, known: Sequence[str], charset: Sequence[str]) -> Numbers:
    """The last axis cut down to the characters wanted, the mean for those unknown."""
    place = {char: at for at, char in enumerate(known)}
    mean = values.mean(axis=-1)
    return np.stack([values[..., place[c]] if c in place else mean for c in charset], axis=-1)


def known_characters(graph: onnx.ModelProto) -> list[str]:
    """The characters of the output's columns: blank, those of the metadata, the space."""
    facts = {entry.key: entry.value for entry in graph.metadata_props}
    return ["", *facts[CHARSET_KEY].splitlines(), " "]


def weights_of(graph: onnx.ModelProto) -> list[tuple[str, Numbers]]:
    """Names and values of all weights, in the order of the nodes."""
    every = [(tensor.name, numpy_helper.to_array(tensor)) for tensor in graph.graph.initializer]
    return [(name, values) for name, values in every if values.size >= SMALLEST]


def weight_names(reader: Reader) -> list[str]:
    """The network's tensors in the order of the nodes."""
    return [name for name in reader.state_dict() if not name.endswith("num_batches_tracked")]


def write(reader: Reader, charset: Sequence[str], stock: Path, out: Path) -> None:
    """Save the network as ONNX, weights as 16-bit floats that are widened when the file is loaded.

    Args:
        reader: as trained.
        charset: blank first, the space last; what lies between goes into the metadata.
        stock: the file whose graph is used.
        out: where to write.
    """
    graph = onnx.load(stock)
    state = reader.state_dict()
    tensors = {
        name: _shaped(state[own], values)
        for own, (name, values) in zip(weight_names(reader), weights_of(graph), strict=True)
    }
    kept = [tensor for tensor in graph.graph.initializer if tensor.name not in tensors]
    halves = [
        numpy_helper.from_array(values.astype(np.float16), f"{n}.half") for n, values in tensors.items()
    ]
    casts = [
        helper.make_node("Cast", [f"{name}.half"], [name], to=onnx.TensorProto.FLOAT) for name in tensors
    ]
    nodes = [*casts, *adapted(graph.graph.node)]
    shape = numpy_helper.from_array(np.array([0, -1, len(charset)], dtype=np.int64), STEPS)
    of_graph = graph.graph
    del of_graph.initializer[:], of_graph.node[:], of_graph.value_info[:], graph.metadata_props[:]
    of_graph.initializer.extend([*kept, *halves, shape])
    of_graph.node.extend(nodes)
    of_graph.input[0].type.tensor_type.shape.dim[2].dim_value = HEIGHT_PX
    sizes = [of_graph.input[0].type.tensor_type.shape.dim[0].dim_param, "Steps", len(charset)]
    outputs = [helper.make_tensor_value_info(of_graph.output[0].name, onnx.TensorProto.FLOAT, sizes)]
    del of_graph.output[:]
    of_graph.output.extend(outputs)
    helper.set_model_props(graph, {CHARSET_KEY: "\n".join(charset[1:-1])})
    onnx.checker.check_model(graph)
    onnx.save(graph, out)


def adapted(nodes: Sequence[onnx.NodeProto]) -> list[onnx.NodeProto]:
    """The graph's nodes with the network's pooling, and the head's columns as two characters in turn."""
    changed: list[onnx.NodeProto] = []
    for at, node in enumerate(nodes):
        if node.op_type == "AveragePool":
            for attribute in node.attribute:
                if attribute.name in ("kernel_shape", "strides"):
                    attribute.ints[:] = POOLED
        if at == len(nodes) - 1:
            split = f"{node.input[0]}.{STEPS}"
            changed.append(helper.make_node("Reshape", [node.input[0], STEPS], [split]))
            node.input[0] = split
        changed.append(node)
    return changed


def _shaped(tensor: Tensor, like: Numbers) -> Numbers:
    """A tensor as the graph holds it: matrices turned, biases of convolutions with four axes."""
    values = tensor.detach().numpy().astype(np.float32)
    if values.ndim == 2:
        return np.ascontiguousarray(values.T)
    return values if like.size != values.size else values.reshape(like.shape)
