"""Fits the trees with scikit-learn; also what a benchmark needs to fit them again fold by fold.

SciEntsBank's "incorrect" says neither "partly" nor "not addressed". Such rows train both verdicts, with
weights that a small ensemble first finds, starting from one half each: the sets with marks say what
"partly" looks like.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # ships no types

from models.training.trees.rows import Rows

SEED = 20261122
#: Answers at or above this share count as credited, at or below the other as not addressed.
CREDITED_FROM, NOTHING_TO = 0.95, 0.05
CREDITED, PARTLY, CONTRADICTED, NOT_ADDRESSED = range(4)
#: What a verdict is worth, as a share of full marks.
WORTH = np.array([1.0, 0.5, 0.0, 0.0])
FOLDS = 5


@dataclass(frozen=True)
class Recipe:
    """Sizes of the two ensembles."""

    verdict_rounds: int = 90
    share_rounds: int = 130
    leaves: int = 8
    least_in_leaf: int = 30
    shrinkage: float = 5.0
    verdict_rate: float = 0.08
    share_rate: float = 0.07
    first_rounds: int = 20  #: of the small ensemble that first tells "partly" from "not addressed"


@dataclass(frozen=True)
class Fitted:
    """Two ensembles; ``partly`` is the share of "partly" found for each row that only says "incorrect"."""

    verdicts: HistGradientBoostingClassifier
    share: HistGradientBoostingRegressor
    partly: NDArray[np.float64]

    def judge(self, features: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Verdicts ``(N, 4)`` and shares ``(N,)``."""
        return self.verdicts.predict_proba(features), np.clip(self.share.predict(features), 0.0, 1.0)


def fit(rows: Rows, recipe: Recipe | None = None, partly: NDArray[np.float64] | None = None) -> Fitted:
    """Both ensembles on all rows, on one thread. ``partly`` (N,): the shares of "partly", where known already."""
    with threadpool_limits(limits=1):  # several threads wait for one another on a busy machine
        return _fit(rows, recipe, partly)


def _fit(rows: Rows, recipe: Recipe | None, partly: NDArray[np.float64] | None) -> Fitted:
    chosen = recipe or Recipe()
    known = partly is not None
    partly = np.full(len(rows.features), 0.5) if partly is None else partly.copy()
    vague = rows.verdicts < 0
    if not known:
        first = _verdicts(rows, partly, replace(chosen, verdict_rounds=chosen.first_rounds, verdict_rate=0.2))
        odds = first.predict_proba(rows.features[vague])
        partly[vague] = odds[:, PARTLY] / (odds[:, PARTLY] + odds[:, NOT_ADDRESSED])
    verdicts = _verdicts(rows, partly, chosen)
    share = HistGradientBoostingRegressor(
        max_iter=chosen.share_rounds, learning_rate=chosen.share_rate, **_common(chosen)
    )
    target = np.where(vague, WORTH[PARTLY] * partly, rows.share)
    share.fit(rows.features, target, sample_weight=rows.weight)
    return Fitted(verdicts, share, partly)


def _verdicts(rows: Rows, partly: NDArray[np.float64], recipe: Recipe) -> HistGradientBoostingClassifier:
    vague = rows.verdicts < 0
    clear = ~vague
    features = np.concatenate([rows.features[clear], rows.features[vague], rows.features[vague]])
    labels = np.concatenate(
        [rows.verdicts[clear], np.full(vague.sum(), PARTLY), np.full(vague.sum(), NOT_ADDRESSED)]
    )
    weight = np.concatenate(
        [
            rows.weight[clear],
            rows.weight[vague] * partly[vague],
            rows.weight[vague] * (1.0 - partly[vague]),
        ]
    )
    model = HistGradientBoostingClassifier(
        max_iter=recipe.verdict_rounds, learning_rate=recipe.verdict_rate, **_common(recipe)
    )
    return model.fit(features, labels, sample_weight=weight)


def _common(recipe: Recipe) -> dict[str, Any]:
    return {
        "max_leaf_nodes": recipe.leaves,
        "min_samples_leaf": recipe.least_in_leaf,
        "l2_regularization": recipe.shrinkage,
        "early_stopping": False,
        "random_state": SEED,
    }


def folds(groups: Sequence[tuple[str, str]], count: int = FOLDS) -> NDArray[np.int64]:
    """The fold of each row: a group (source, question) is never divided, sources are spread alike."""
    numbers: dict[tuple[str, str], int] = {}
    seen: dict[str, int] = {}
    order = np.random.default_rng(SEED).permutation(len(set(groups)))
    distinct = sorted(set(groups))
    for position in order:
        group = distinct[position]
        numbers[group] = seen.get(group[0], 0) % count
        seen[group[0]] = seen.get(group[0], 0) + 1
    return np.array([numbers[group] for group in groups], dtype=np.int64)


def out_of_fold(
    rows: Rows, recipe: Recipe | None = None, count: int = FOLDS
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Verdicts, shares and the share of "partly" of every row, by trees that saw none of its question."""
    fold = folds(rows.groups, count)
    verdicts, share = np.zeros((len(fold), 4)), np.zeros(len(fold))
    for number in range(count):
        left_out = fold == number
        verdicts[left_out], share[left_out] = fit(rows.chosen(~left_out), recipe).judge(
            rows.features[left_out]
        )
    partly = verdicts[:, PARTLY] / (verdicts[:, PARTLY] + verdicts[:, NOT_ADDRESSED])
    return verdicts, share, partly
