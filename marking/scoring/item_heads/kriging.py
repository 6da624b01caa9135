"""Regression of marks on similarity to marked answers: universal kriging (Gaussian process with a free mean).

Rasmussen & Williams 2006, §2.7 and §5.4.2 (leave-one-out in closed form). Similarity is a weighted sum of
kernels, one a block, each scaled so that two answers of the item differ by 1 in it on average.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Blocks compared by the angle between rows; all others by distance (a Gaussian of it).
_LINEAR = frozenset({"grams", "words", "counts"})
_MOST_SCALED = 400
_GAMMA = {"lsa": 1.0, "embedding": 1.0, "length": 0.25, "base": 0.25}


class Similarity:
    """The weighted sum of kernels, scaled on the answers it was fitted on."""

    def __init__(self, weights: Mapping[str, float], pool: Mapping[str, Any]) -> None:
        self._weights = {name: w for name, w in weights.items() if w > 0 and name in pool}
        some = {name: _evenly(pool[name]) for name in self._weights}
        self._scales = {name: _spread(kernel(name, rows, rows)) for name, rows in some.items()}
        self._sum = sum(self._weights.values())

    def between(self, left: Mapping[str, Any], right: Mapping[str, Any]) -> Floats:
        """(L, R) similarities."""
        total: Floats = np.zeros((_rows_of(left), _rows_of(right)))
        for name, weight in self._weights.items():
            part = kernel(name, left[name], right[name])
            part *= weight / self._sum / self._scales[name]
            total += part
        return total


def kernel(name: str, left: Any, right: Any) -> Floats:
    """The kernel of one block, (L, R)."""
    if name in _LINEAR:
        return np.asarray((left @ right.T).todense(), dtype=np.float64)
    squares = (left**2).sum(1)[:, None] + (right**2).sum(1)[None, :] - 2 * (left @ right.T)
    squares = np.maximum(squares, 0, out=squares)
    squares *= -_GAMMA[name]
    return np.asarray(np.exp(squares, out=squares), dtype=np.float64)


def _rows_of(blocks: Mapping[str, Any]) -> int:
    return int(next(iter(blocks.values())).shape[0])


def _evenly(rows: Any) -> Any:
    """At most ``_MOST_SCALED`` rows, evenly spaced: enough to scale a kernel on."""
    count = rows.shape[0]
    return rows[np.unique(np.linspace(0, count - 1, min(count, _MOST_SCALED)).astype(int))]


def _spread(square: Floats) -> float:
    """Half the mean squared distance of two answers in the kernel's space."""
    return max(float(np.diag(square).mean() - square.mean()), 1e-6)


class Kriging:
    """Marks as a smooth function of similarity: prediction = prior + mean + what similar answers got beyond.

    Args:
        square: (k, k) similarities of the marked answers.
        shares: (k,) their marks as shares of full steps.
        prior: (k,) what is expected before any mark.
        noise: variance of a mark about the function, in units of the similarity's spread.
    """

    def __init__(self, square: Floats, shares: Floats, prior: Floats, noise: float) -> None:
        inverse = np.linalg.inv(square + noise * np.eye(len(shares)))
        ones = inverse.sum(1)
        self._weights_sum = ones / ones.sum()
        beyond = shares - prior
        self._mean = float(self._weights_sum @ beyond)
        self.alpha: Floats = inverse @ (beyond - self._mean)
        projected = inverse - np.outer(ones, ones) / ones.sum()
        #: (k,) predictions for each marked answer from all the others
        self.left_out: Floats = shares - (projected @ beyond) / np.maximum(np.diag(projected), 1e-9)

    def predict(self, cross: Floats, prior: Floats) -> Floats:
        """(N,) expected shares. ``cross``: (N, k) similarities to the marked answers."""
        share: Floats = prior + self._mean + cross @ self.alpha
        return share
