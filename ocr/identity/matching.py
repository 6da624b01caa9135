"""Probabilities of an assignment in which each candidate gives each card page at most once.

Belief propagation on the bipartite graph of sheets and (candidate, card page) slots: the sum over
all assignments is out of reach (a permanent), its Bethe approximation converges in a few rounds.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

Table = NDArray[np.float64]

_ROUNDS = 60
_TOLERANCE = 1e-6
_DAMPING = 0.3


def marginals(weights: Table, unknown: NDArray[np.float64], pages: Sequence[tuple[int, ...]]) -> Table:
    """For each sheet the probability of each candidate, and in the last column of none of them.

    Args:
        weights: ``(sheets, candidates)``, likelihood of the sheet under each candidate, not negative.
        unknown: ``(sheets,)``, weight of "nobody on the roster".
        pages: the card pages of each sheet; two sheets compete where they share one.

    Returns:
        ``(sheets, candidates + 1)``, rows sum to 1.
    """
    numbers = sorted({page for each in pages for page in each})
    has = np.array([[page in each for page in numbers] for each in pages], dtype=bool)
    # free[p, s, c]: what the slot (c, p) tells sheet s: the weight of being free of other sheets.
    free = np.ones((len(numbers), *weights.shape))
    for _ in range(_ROUNDS):
        wants = _wants(weights, unknown, free, has)
        others = wants.sum(axis=1, keepdims=True) - wants
        fresh = np.where(has.T[:, :, None], 1.0 / (1.0 + others), 1.0)
        change = float(np.abs(fresh - free).max(initial=0.0))
        free = _DAMPING * free + (1 - _DAMPING) * fresh
        if change < _TOLERANCE:
            break
    claims = weights * free.prod(axis=0)
    table = np.concatenate([claims, unknown[:, None]], axis=1)
    return np.asarray(table / table.sum(axis=1, keepdims=True), dtype=np.float64)


def _wants(weights: Table, unknown: NDArray[np.float64], free: Table, has: NDArray[np.bool_]) -> Table:
    """wants[p, s, c]: how strongly sheet s asks for the slot (c, p), against all else it could be."""
    together = free.prod(axis=0)
    claims = weights * together
    elsewhere = unknown[:, None] + claims.sum(axis=1, keepdims=True) - claims
    asked = claims[None] / np.maximum(free, 1e-300) / np.maximum(elsewhere, 1e-300)[None]
    return np.where(has.T[:, :, None], asked, 0.0)


def best_assignment(log_table: Table, pages: Sequence[tuple[int, ...]]) -> list[int | None]:
    """The candidate of each sheet in the likeliest assignment; ``None`` where it is nobody, or where
    the sheet's two pages would go to different candidates.

    Args:
        log_table: ``(sheets, candidates + 1)``, log weights, the last column for nobody.
        pages: the card pages of each sheet.
    """
    chosen: list[set[int]] = [set() for _ in pages]
    candidates = log_table.shape[1] - 1
    for page in sorted({page for each in pages for page in each}):
        rows = [sheet for sheet, each in enumerate(pages) if page in each]
        # Nobody is not used up: each sheet has its own column for it.
        nobody = np.full((len(rows), len(rows)), -1e9)
        np.fill_diagonal(nobody, log_table[rows, candidates])
        gain = np.concatenate([log_table[rows, :candidates], nobody], axis=1)
        for row, column in zip(*linear_sum_assignment(gain, maximize=True), strict=True):
            chosen[rows[row]].add(int(column) if column < candidates else -1)
    return [next(iter(each)) if len(each) == 1 and -1 not in each else None for each in chosen]
