"""Learners of one target (a criterion, or the whole item) and their stack.

With few marks the plain mean of krigings on several mixes of blocks: so few marks cannot tell which mix is
best, and a choice among them by leave-one-out error loses to their mean. With hundreds also a forest and
boosted trees, weighted by what each foresaw of marks that it had not seen (stacking: Wolpert 1992, with weights
of at least zero: Breiman 1996).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from marking.scoring.item_heads.kriging import Kriging, Similarity
from marking.scoring.item_heads.trees import TREES_FROM, Boosted, Forest

Floats = NDArray[np.float64]
Blocks = Mapping[str, Any]

#: Weights of the blocks of similarity; with few marks, the first tells which marked answers are nearest.
MIXES: tuple[Mapping[str, float], ...] = (
    {"counts": 2, "embedding": 1, "lsa": 0.5, "base": 0.5},
    {"counts": 1},
    {"grams": 1, "words": 1, "counts": 0.5, "lsa": 0.5, "length": 0.2, "embedding": 1, "base": 0.3},
)
#: Tried where trees take part; fewer marks tell too little of their own noise.
NOISES = (0.3, 1.0)
_USUAL_NOISE = 0.5
#: Answers foreseen together.
_TOGETHER = 1000


class Learner(Protocol):
    """Foresees shares of full steps."""

    left_out: Floats  #: (k,) for each marked answer, without its own mark

    def predict(self, blocks: Blocks, prior: Floats) -> Floats:
        """(N,) expected shares of answers with these blocks and prior shares."""


class KrigingLearner:
    """Kriging on a mix of blocks: of several noises the one of the smallest leave-one-out error."""

    def __init__(
        self,
        similarity: Similarity,
        noises: tuple[float, ...],
        marked: Blocks,
        shares: Floats,
        prior: Floats,
    ) -> None:
        square = similarity.between(marked, marked)
        tried = [Kriging(square, shares, prior, noise) for noise in noises]
        errors = [float(((one.left_out - shares) ** 2).mean()) for one in tried]
        self.error = min(errors)
        self.kriging = tried[errors.index(self.error)]
        self.left_out = self.kriging.left_out
        self._similarity, self._marked = similarity, marked

    def cross(self, blocks: Blocks) -> Floats:
        """(N, k) similarities to the marked answers."""
        return self._similarity.between(blocks, self._marked)

    def predict(self, blocks: Blocks, prior: Floats) -> Floats:
        shares = np.zeros(len(prior))
        for first in range(0, len(prior), _TOGETHER):  # (N, k) similarities would not fit for many answers
            rows = slice(first, first + _TOGETHER)
            some = {name: block[rows] for name, block in blocks.items()}
            shares[rows] = self.kriging.predict(self.cross(some), prior[rows])
        return shares


class Stack:
    """Learners and the weight of each, which sum to one."""

    def __init__(self, learners: tuple[Learner, ...], weights: Floats) -> None:
        self._learners, self._weights = learners, weights
        self.left_out: Floats = _foreseen(learners) @ weights

    def predict(self, blocks: Blocks, prior: Floats) -> Floats:
        """(N,) expected shares."""
        parts = [learner.predict(blocks, prior) for learner in self._learners]
        return np.asarray(np.stack(parts, axis=1) @ self._weights)


def krigings(pool: Blocks, marked: Blocks, shares: Floats, prior: Floats) -> tuple[KrigingLearner, ...]:
    """One of each mix: in the order of the mixes for few marks, the best foreseeing first for many."""
    many = len(shares) >= TREES_FROM
    noises = NOISES if many else (_USUAL_NOISE,)
    tried = [KrigingLearner(Similarity(mix, pool), noises, marked, shares, prior) for mix in MIXES]
    return tuple(sorted(tried, key=lambda learner: learner.error) if many else tried)


def learn(tried: tuple[KrigingLearner, ...], marked: Blocks, shares: Floats, prior: Floats) -> Stack:
    """The stack for so many marks."""
    if len(shares) < TREES_FROM:
        return Stack(tried, np.full(len(tried), 1 / len(tried)))
    learners: tuple[Learner, ...] = (*tried, Forest(marked, shares, prior), Boosted(marked, shares, prior))
    return Stack(learners, _weights(_foreseen(learners), shares))


def _foreseen(learners: tuple[Learner, ...]) -> Floats:
    """(k, M) what each learner foresaw of each mark."""
    return np.stack([learner.left_out for learner in learners], axis=1)


def _weights(foreseen: Floats, shares: Floats) -> Floats:
    """(M,) weights of at least zero that sum to one: least squares, drawn a little towards equal ones."""
    from scipy.optimize import nnls  # noqa: PLC0415  (workers only)

    count = foreseen.shape[1]
    centre = foreseen.mean(0)
    pull = 0.1 * np.sqrt(len(shares)) * float(np.std(foreseen))
    rows = np.vstack([foreseen - centre, pull * np.eye(count)])
    aims = np.concatenate([shares - shares.mean(), np.full(count, pull / count)])
    weights = nnls(rows, aims)[0]
    return np.asarray(weights / weights.sum() if weights.sum() > 0 else np.full(count, 1 / count))
