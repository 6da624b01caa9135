"""Fits how teachers' marks spread around expected shares, on answers that were left out of the fit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.spread import LEVELS, Spread
from models.training.trees.fit import CONTRADICTED, NOT_ADDRESSED, PARTLY, WORTH
from models.training.trees.rows import Rows

#: The spread is told at so many expected shares, spaced by quantiles.
KNOTS = 13
#: Answers count for a knot by a normal curve so wide (in shares), at least.
WIDTH = 0.04
#: So many answers spread evenly are added to each knot: nothing is impossible.
EVEN = 1.0


def level_odds(rows: Rows, partly: NDArray[np.float64]) -> NDArray[np.float64]:
    """``(N, 11)``: the teacher's mark of each row as odds over ``LEVELS``.

    A row that only says "incorrect" is divided between nothing and one half by ``partly``.
    """
    odds = np.zeros((len(rows.share), len(LEVELS)))
    at = rows.share * (len(LEVELS) - 1)
    low = np.minimum(np.floor(at).astype(int), len(LEVELS) - 2)
    places = np.arange(len(at))
    odds[places, low] += 1.0 - (at - low)
    odds[places, low + 1] += at - low
    vague = rows.verdicts < 0
    odds[vague] = 0.0
    odds[vague, len(LEVELS) // 2] = partly[vague]
    odds[vague, 0] = 1.0 - partly[vague]
    return odds


def allowed(rows: Rows) -> NDArray[np.float64]:
    """``(N, 4)``: 1 for every verdict that the teacher's mark allows.

    "Incorrect" may be partly right or not address the statement; no marks may also be a contradiction.
    """
    made = np.zeros((len(rows.share), 4))
    clear = rows.verdicts >= 0
    made[np.flatnonzero(clear), rows.verdicts[clear]] = 1.0
    made[~clear, PARTLY] = made[~clear, NOT_ADDRESSED] = 1.0
    made[(rows.verdicts == NOT_ADDRESSED), CONTRADICTED] = 1.0
    return made


def expected(verdicts: NDArray[np.float64], share: NDArray[np.float64], credit: float) -> NDArray[np.float64]:
    """Expected share: ``credit`` parts what the verdicts are worth, the rest the share itself."""
    made: NDArray[np.float64] = credit * (verdicts @ WORTH) + (1.0 - credit) * share
    return made


def fitted_spread(
    share: NDArray[np.float64], odds: NDArray[np.float64], weight: NDArray[np.float64]
) -> Spread:
    """The spread of ``odds`` (N, 11) around ``share`` (N,)."""
    knots = np.unique(np.round(np.quantile(share, np.linspace(0.0, 1.0, KNOTS)), 3))
    gaps = np.gradient(knots) if len(knots) > 1 else np.array([WIDTH])
    rows = []
    for knot, gap in zip(knots, gaps, strict=True):
        near = weight * np.exp(-0.5 * ((share - knot) / max(WIDTH, gap / 2)) ** 2)
        counts = (near[:, None] * odds).sum(axis=0) + EVEN / len(LEVELS)
        rows.append(tuple(round(float(count), 4) for count in counts / counts.sum()))
    return Spread(knots=tuple(float(knot) for knot in knots), rows=tuple(rows))


def fitted_credit(
    verdicts: NDArray[np.float64], share: NDArray[np.float64], odds: NDArray[np.float64]
) -> float:
    """The weight of the verdicts under which the expected share is nearest to the teacher's (squares)."""
    truth = odds @ np.array(LEVELS)
    choices = np.linspace(0.0, 1.0, 11)
    losses = [float(((expected(verdicts, share, c) - truth) ** 2).mean()) for c in choices]
    return round(float(choices[int(np.argmin(losses))]), 2)
