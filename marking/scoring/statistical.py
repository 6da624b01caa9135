"""The scorer without a neural network: counted features and gradient-boosted trees. Floor and fallback."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.scoring import Question
from marking.scoring.features import FEATURE_NAMES
from marking.scoring.pairwise import Asked, Opinions, PairScorer
from models.spread import opinions
from models.verdict_trees import TreeJudgements, VerdictTrees, verdict_trees

NAME = "statistical-1"


class Counting:
    """Opinions of the trees alone.

    Args:
        trees: judge rows of features.
        table: the tables of ``models/scoring.toml`` to use.
    """

    def __init__(self, trees: VerdictTrees, table: str = "statistical") -> None:
        self._trees = trees
        self._table = table

    def trees(self, rows: NDArray[np.float64]) -> TreeJudgements:
        return self._trees.judge(rows)

    def opinions(self, question: Question, asked: Sequence[Asked], trees: TreeJudgements) -> Opinions:
        return Opinions(trees.verdicts, trees.share, opinions()[f"{self._table}.{question.language}"])


class StatisticalScorer(PairScorer):
    """Compares words, numbers and negations; always there, no network, some hundred pairs a second.

    Raises:
        ModelUnusable: the trees or the table of rare words are missing or refused.
    """

    def __init__(self) -> None:
        super().__init__(NAME, Counting(verdict_trees(FEATURE_NAMES)))
