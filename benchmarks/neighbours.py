"""What people gave to the answers nearest to one, of the same question: a vote weighed by likeness.

Constants were chosen on training answers of SciEntsBank that were kept back (``benchmarks.scientsbank``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks.short_answers import Marked

#: Likeness (cosine) that makes a vote 2.7 times weightier.
NEARNESS = 0.08
#: How many votes of an equal answer the question's own shares are worth.
PRIOR = 0.005
#: Power of the votes in a pool with a scorer's odds.
WEIGHT = 0.8

Embed = Callable[[Sequence[str]], NDArray[np.float32]]


def odds(
    answers: Sequence[Marked], marked: Sequence[Marked], labels: Sequence[str], embed: Embed
) -> NDArray[np.float64]:
    """(N, labels) probabilities; even ones where nobody marked an answer to the question."""
    vectors = dict(
        zip(texts := sorted({one.answer for one in (*answers, *marked)}), embed(texts), strict=True)
    )
    by_group: dict[str, list[Marked]] = {}
    for one in marked:
        by_group.setdefault(one.group, []).append(one)
    found = np.full((len(answers), len(labels)), 1.0 / len(labels))
    for at, one in enumerate(answers):
        others = by_group.get(one.group)
        if others:
            likeness = np.array([vectors[one.answer] @ vectors[other.answer] for other in others])
            given = np.array([[other.label == label for label in labels] for other in others], dtype=float)
            found[at] = _vote(likeness, given)
    return found


def _vote(likeness: NDArray[np.float64], given: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shares of the labels among the marked answers, the near ones counting most."""
    votes = np.exp((likeness - 1.0) / NEARNESS) @ given
    shares = (given.sum(axis=0) + 1.0) / (len(given) + given.shape[1])
    total: NDArray[np.float64] = (votes + PRIOR * shares) / (votes.sum() + PRIOR)
    return total
