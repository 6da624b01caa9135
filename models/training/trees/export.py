"""Writes both ensembles as one ONNX file: features in, verdict probabilities and shares out.

Trees are written node by node with ``onnx.helper``: converters lag behind scikit-learn's versions.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper

from models.sessions import open_session
from models.training.trees.fit import Fitted
from models.verdict_trees import VerdictTrees

_OPSETS = (("", 17), ("ai.onnx.ml", 3))
_COLUMNS = (
    *(f"nodes_{name}" for name in ("treeids", "nodeids", "featureids", "values", "modes")),
    *("nodes_truenodeids", "nodes_falsenodeids"),
    *(f"target_{name}" for name in ("treeids", "nodeids", "ids", "weights")),
)
#: At least so many rows agree to this difference.
AGREEING, APART = 0.999, 1e-4


def export(fitted: Fitted, features: Sequence[str], path: Path, example: NDArray[np.float64]) -> None:
    """Write the file and prove that it says what the ensembles say of ``example`` (N, F).

    Raises:
        ValueError: it does not.
    """
    nodes = [
        _ensemble("logits", fitted.verdicts, 4),
        helper.make_node("Softmax", ["logits"], ["verdicts"], axis=1),
        _ensemble("share", fitted.share, 1),
    ]
    rows = helper.make_tensor_value_info("features", TensorProto.FLOAT, ["N", len(features)])
    given = [
        helper.make_tensor_value_info("verdicts", TensorProto.FLOAT, ["N", 4]),
        helper.make_tensor_value_info("share", TensorProto.FLOAT, ["N", 1]),
    ]
    graph = helper.make_graph(nodes, "verdict_trees", [rows], given)
    opsets = [helper.make_opsetid(domain, version) for domain, version in _OPSETS]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
    helper.set_model_props(model, {"features": " ".join(features)})
    onnx.checker.check_model(model)
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, str(path))
    _prove(fitted, features, path, example)


def _ensemble(output: str, model: Any, targets: int) -> onnx.NodeProto:
    """One ensemble of scikit-learn as a node; target k of a round is its k-th tree."""
    table: dict[str, list[Any]] = {name: [] for name in _COLUMNS}
    tree = 0
    for stage in model._predictors:
        for target, predictor in enumerate(stage):
            for number, node in enumerate(predictor.nodes):
                _add_node(table, tree, number, node, target)
            tree += 1
    base = [float(value) for value in np.ravel(model._baseline_prediction)]
    return helper.make_node(
        "TreeEnsembleRegressor",
        ["features"],
        [output],
        domain="ai.onnx.ml",
        n_targets=targets,
        base_values=base,
        aggregate_function="SUM",
        **table,
    )


def _add_node(table: dict[str, list[Any]], tree: int, number: int, node: Any, target: int) -> None:
    leaf = bool(node["is_leaf"])
    row = {
        "nodes_treeids": tree,
        "nodes_nodeids": number,
        "nodes_featureids": 0 if leaf else int(node["feature_idx"]),
        "nodes_values": 0.0 if leaf else _single_below(float(node["num_threshold"])),
        "nodes_modes": "LEAF" if leaf else "BRANCH_LEQ",
        "nodes_truenodeids": 0 if leaf else int(node["left"]),
        "nodes_falsenodeids": 0 if leaf else int(node["right"]),
    }
    if leaf:
        row |= {
            "target_treeids": tree,
            "target_nodeids": number,
            "target_ids": target,
            "target_weights": float(node["value"]),
        }
    for name, value in row.items():
        table[name].append(value)


def _single_below(threshold: float) -> float:
    """The largest 32-bit number not above: 32-bit features then fall on the side where training put them."""
    single = np.float32(threshold)
    return float(single if float(single) <= threshold else np.nextafter(single, np.float32(-np.inf)))


def _prove(fitted: Fitted, features: Sequence[str], path: Path, example: NDArray[np.float64]) -> None:
    made = VerdictTrees(open_session(path), features).judge(example)
    verdicts, share = fitted.judge(example)
    apart = np.maximum(np.abs(made.verdicts - verdicts).max(axis=1), np.abs(made.share - share))
    agreeing = float(np.mean(apart < APART))
    if agreeing < AGREEING:
        raise ValueError(
            f"{path} says otherwise than the ensembles: only {agreeing:.1%} of rows agree, up to {apart.max():.3f} apart"
        )
