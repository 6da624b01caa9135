"""Gradient-boosted trees over counted features: what an answer does with a statement, and its share.

One ONNX file (``models/training/trees`` makes it) with two ensembles on one input. The names of the
features that it was trained on stand in its metadata, so a file for other features is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from core.errors import ModelUnusable
from models import sessions

MODEL = "zhupi-verdict-trees"
#: Rows are judged so many at a time.
BATCH = 2048


class TreeJudgements(NamedTuple):
    """For N rows: ``verdicts`` (N, 4) in the order of ``core.marks.Verdict``, rows sum to 1; ``share`` (N,)."""

    verdicts: NDArray[np.float64]
    share: NDArray[np.float64]


class Session(Protocol):
    """What is needed of an ONNX Runtime session (a fake one serves in tests)."""

    def run(self, outputs: None, feeds: dict[str, NDArray[np.float32]]) -> list[NDArray[np.float32]]: ...


class VerdictTrees:
    """Judges rows of features.

    Args:
        session: takes ``features`` float32 (N, F) and gives verdict probabilities (N, 4) and shares (N, 1).
        features: the names of the F columns, in their order.
    """

    def __init__(self, session: Session, features: Sequence[str]) -> None:
        self._session = session
        self.features = tuple(features)

    def judge(self, rows: NDArray[np.float64]) -> TreeJudgements:
        """The judgements of ``rows`` (N, F).

        Raises:
            ValueError: the rows have another number of columns than the model's features.
        """
        if rows.ndim != 2 or rows.shape[1] != len(self.features):
            raise ValueError(f"rows of {len(self.features)} features are wanted, got shape {rows.shape}")
        made = [self._batch(rows[at : at + BATCH]) for at in range(0, len(rows), BATCH)]
        verdicts = np.concatenate([np.zeros((0, 4)), *(verdicts for verdicts, _ in made)])
        share = np.concatenate([np.zeros(0), *(share for _, share in made)])
        return TreeJudgements(verdicts, share)

    def _batch(self, rows: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        verdicts, share = self._session.run(None, {"features": rows.astype(np.float32)})
        odds = np.clip(verdicts.astype(np.float64), 1e-6, 1.0)
        return odds / odds.sum(axis=1, keepdims=True), np.clip(share.astype(np.float64).ravel(), 0.0, 1.0)


@cache
def verdict_trees(features: tuple[str, ...]) -> VerdictTrees:
    """The shipped trees, for rows with these features.

    Raises:
        ModelUnusable: the file is missing, is not the catalogued one, or was trained on other features.
    """
    session = sessions.session(MODEL)
    trained_on = tuple(session.get_modelmeta().custom_metadata_map.get("features", "").split(" "))
    if trained_on != features:
        odd = sorted(set(trained_on) ^ set(features))
        raise ModelUnusable(
            f"模型 {MODEL} 是用另外的特征训练的，不同之处：{'、'.join(odd[:8]) or '次序'}。",
            "请用 python -m models.training.trees 重新训练，或重新安装 zhupi。",
        )
    return VerdictTrees(session, features)
