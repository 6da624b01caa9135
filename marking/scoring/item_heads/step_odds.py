"""From an expected share to odds of steps, and from the odds to the steps to propose.

Ordinal probit (McCullagh 1980): the answer's worth is the predicted share plus a normal error; cuts between
the steps stand where the shares of steps over all answers of the item come out as the teacher gives them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_SIGMAS = np.geomspace(0.03, 1.0, 25)


class StepOdds:
    """Odds of 0 … ``full`` steps by predicted share.

    Args:
        left_out: (k,) predictions for marked answers, each made without its own mark.
        steps: (k,) the marks.
        full: full steps.
        pool: (N,) predictions for all answers of the item.
        usual: (full + 1,) how often each step is expected before any mark; sums to 1.
        usual_weight: how many marks that expectation is worth.
    """

    def __init__(
        self, left_out: Floats, steps: Ints, full: int, pool: Floats, usual: Floats, usual_weight: float
    ) -> None:
        counts = np.bincount(steps, minlength=full + 1) + usual_weight * usual
        self.full = full
        self._below = np.cumsum(counts / counts.sum())[:-1]
        self._pool = pool
        fits = [(self._loss(sigma, left_out, steps), sigma) for sigma in _SIGMAS]
        self._sigma = min(fits)[1]
        self._cuts = self._cuts_at(self._sigma)
        self.agreement, self._centre = self._agreement_aimed_at(pool)

    def odds(self, shares: Floats) -> Floats:
        """(N, full + 1), rows sum to 1."""
        return self._odds(shares, self._cuts, self._sigma)

    def choose(self, odds: Floats) -> Ints:
        """The steps with the best expected quadratic weighted agreement over the item's answers.

        Kappa is 1 − N / D with N the mean squared difference and D the same for shuffled marks. By
        Dinkelbach's rule (1967) its best choices minimise N − (1 − kappa) D answer by answer, which moves
        what is expected away from the mean by 1 / kappa. Steps to which the odds give next to nothing
        are never chosen.
        """
        if self.full == 1:
            return np.asarray(odds.argmax(1), dtype=np.int64)
        grid = np.arange(self.full + 1)
        expected = odds @ grid
        loss = (grid[None, :] - expected[:, None]) ** 2
        loss = loss - (1 - self.agreement) * (grid[None, :] - self._centre) ** 2
        return np.asarray(np.where(odds < 0.02, np.inf, loss).argmin(1), dtype=np.int64)

    def _agreement_aimed_at(self, pool: Floats) -> tuple[float, float]:
        """Expected kappa of its own choices, and the mean mark. Fixed point of Dinkelbach's iteration."""
        odds = self.odds(pool)
        grid = np.arange(self.full + 1)
        expected = odds @ grid
        self._centre, self.agreement = float(expected.mean()), 0.7
        second = float((odds @ grid**2).mean())
        for _ in range(8):
            chosen = self.choose(odds)
            error = float((chosen**2 - 2 * chosen * expected).mean()) + second
            chance = float((chosen**2).mean()) - 2 * float(chosen.mean()) * self._centre + second
            self.agreement = float(np.clip(1 - error / max(chance, 1e-9), 0.15, 1.0))
        return self.agreement, self._centre

    def _loss(self, sigma: float, left_out: Floats, steps: Ints) -> float:
        odds = self._odds(left_out, self._cuts_at(sigma), sigma)
        return float(-np.log(np.maximum(odds[np.arange(len(steps)), steps], 1e-4)).mean())

    def _cuts_at(self, sigma: float) -> Floats:
        """(full,) cuts with which the odds average to the expected shares of steps, by bisection."""
        low = np.full(self.full, self._pool.min() - 6 * sigma)
        high = np.full(self.full, self._pool.max() + 6 * sigma)
        for _ in range(40):
            middle = (low + high) / 2
            under = _phi((middle[None, :] - self._pool[:, None]) / sigma).mean(0) < self._below
            low, high = np.where(under, middle, low), np.where(under, high, middle)
        return np.asarray((low + high) / 2)

    def _odds(self, shares: Floats, cuts: Floats, sigma: float) -> Floats:
        below = _phi((cuts[None, :] - shares[:, None]) / sigma)
        edges = np.hstack([np.zeros((len(shares), 1)), below, np.ones((len(shares), 1))])
        odds = np.maximum(np.diff(edges, axis=1), 0)
        return np.asarray(odds / odds.sum(1, keepdims=True))


def _phi(z: Floats) -> Floats:
    """The normal distribution function."""
    from scipy.special import ndtr  # noqa: PLC0415  (workers only)

    return np.asarray(ndtr(z), dtype=np.float64)
