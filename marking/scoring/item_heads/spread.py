"""From odds of the item's total to odds of its criteria, where people gave totals alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.scoring import Rubric

Floats = NDArray[np.float64]


def full_steps_of(rubric: Rubric) -> tuple[int, ...]:
    """Full steps of each award that a scorer gives: by criterion, or of the whole."""
    return tuple(criterion.steps for criterion in rubric.criteria) or (rubric.full_steps,)


def total_odds(parts: Sequence[Floats]) -> Floats:
    """(N, full + 1) odds of the sums of independent awards, each (N, full_c + 1)."""
    if len(parts) == 1:
        return parts[0]
    return np.array([sum_of([own[place] for own in parts]) for place in range(len(parts[0]))])


def odds_by_criterion(parts: Sequence[Floats], total: Floats) -> tuple[Floats, ...]:
    """Odds of each criterion's steps, given better odds of their sum (Jeffrey's rule).

    The criteria's own odds are taken as independent; what is known of the total re-weighs their joint odds.

    Args:
        parts: for each criterion (full_c + 1,) odds of its steps.
        total: (sum of full_c + 1,) odds of the sum.
    """
    lift = total / np.maximum(sum_of(parts), 1e-6)
    return tuple(_tilted(own, _others(parts, place), lift) for place, own in enumerate(parts))


def sum_of(parts: Sequence[Floats]) -> Floats:
    """Odds of the sum of independent steps."""
    odds = np.ones(1)
    for own in parts:
        odds = np.convolve(odds, own)
    return odds


def steps_by_criterion(parts: Sequence[Floats], total: int) -> tuple[int, ...]:
    """The likeliest steps of the criteria that add up to ``total``."""
    best: list[dict[int, tuple[float, tuple[int, ...]]]] = [{0: (0.0, ())}]
    for own in parts:
        reached: dict[int, tuple[float, tuple[int, ...]]] = {}
        for so_far, (worth, chosen) in best[-1].items():
            for steps, share in enumerate(own):
                candidate = (worth + float(np.log(max(share, 1e-9))), (*chosen, steps))
                known = reached.get(so_far + steps)
                if known is None or candidate[0] > known[0]:
                    reached[so_far + steps] = candidate
        best.append(reached)
    return best[-1][total][1]


def _others(parts: Sequence[Floats], place: int) -> Floats:
    return sum_of((*parts[:place], *parts[place + 1 :]))


def _tilted(own: Floats, others: Floats, lift: Floats) -> Floats:
    weights = [float(others @ lift[steps : steps + len(others)]) for steps in range(len(own))]
    odds = own * np.array(weights)
    return np.asarray(odds / odds.sum() if odds.sum() > 0 else own)
