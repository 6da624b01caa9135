"""Forest and boosted trees over the dense blocks and the n-grams that tell most: for hundreds of marks.

Breiman 2001 (what a tree's bootstrap left out foresees the left-out marks), Geurts et al. 2006, Friedman 2002.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Blocks = Mapping[str, Any]

#: From so many marks on trees take part.
TREES_FROM = 120
_FOLDS = 5
#: n-gram columns that trees look at: those that stand in at least so many marked answers.
_OFTEN, _FOREST_COLUMNS, _BOOSTED_COLUMNS = 8, 1500, 300
_DENSE = ("length", "lsa", "base", "embedding")


class Forest:
    """Extremely randomised trees on bootstraps; each mark is foreseen by the trees that did not see it."""

    def __init__(self, marked: Blocks, shares: Floats, prior: Floats) -> None:
        from sklearn.ensemble import ExtraTreesRegressor  # noqa: PLC0415  (workers only)

        self._columns = telling_columns(marked, shares, _FOREST_COLUMNS)
        self._trees = ExtraTreesRegressor(
            200, min_samples_leaf=2, max_features=0.15, bootstrap=True, oob_score=True, random_state=0
        )
        self._trees.fit(_rows(marked, self._columns, prior), shares)
        foreseen = np.asarray(self._trees.oob_prediction_, dtype=np.float64)
        self.left_out: Floats = np.where(np.isfinite(foreseen), foreseen, shares.mean())

    def predict(self, blocks: Blocks, prior: Floats) -> Floats:
        return np.asarray(self._trees.predict(_rows(blocks, self._columns, prior)), dtype=np.float64)


class Boosted:
    """Gradient-boosted trees; each mark is foreseen by the fold that it was kept out of."""

    def __init__(self, marked: Blocks, shares: Floats, prior: Floats) -> None:
        from sklearn.model_selection import KFold  # noqa: PLC0415  (workers only)

        self._columns = telling_columns(marked, shares, _BOOSTED_COLUMNS)
        rows = _rows(marked, self._columns, prior)
        self.left_out: Floats = np.zeros(len(shares))
        for seen, kept_out in KFold(_FOLDS, shuffle=True, random_state=0).split(rows):
            fold = _booster().fit(rows[seen], shares[seen])
            self.left_out[kept_out] = fold.predict(rows[kept_out])
        self._trees = _booster().fit(rows, shares)

    def predict(self, blocks: Blocks, prior: Floats) -> Floats:
        return np.asarray(self._trees.predict(_rows(blocks, self._columns, prior)), dtype=np.float64)


def telling_columns(marked: Blocks, shares: Floats, most: int) -> NDArray[np.int64]:
    """Columns of "words" that go most with the marks, among those that stand in enough answers.

    Only these ranks look at marks, and the folds then share them: with hundreds of marks and thousands of
    columns kept the foresight is hardly flattered.
    """
    words = marked.get("words")
    if words is None:
        return np.zeros(0, dtype=np.int64)
    there = (words > 0).astype(np.float64)
    often = np.asarray(there.sum(0)).ravel()
    goes_with = np.asarray(there.T @ (shares - shares.mean())).ravel()
    strength = np.abs(goes_with) / np.sqrt(np.maximum(often, 1))
    strength[(often < _OFTEN) | (often > len(shares) - _OFTEN)] = -1
    best = np.argsort(-strength, kind="stable")[:most]
    return np.sort(best[strength[best] >= 0])


def _rows(blocks: Blocks, columns: NDArray[np.int64], prior: Floats) -> NDArray[np.float32]:
    dense = [np.asarray(blocks[name], dtype=np.float32) for name in _DENSE if name in blocks]
    parts = [*dense, prior[:, None].astype(np.float32)]
    if len(columns):
        parts.append((blocks["words"][:, columns] > 0).toarray().astype(np.float32))
    return np.hstack(parts)


def _booster() -> Any:
    from sklearn.ensemble import HistGradientBoostingRegressor  # noqa: PLC0415  (workers only)

    return HistGradientBoostingRegressor(
        max_iter=150,
        learning_rate=0.06,
        max_leaf_nodes=8,
        min_samples_leaf=10,
        l2_regularization=1.0,
        max_features=0.2,
        early_stopping=False,
        random_state=0,
    )
