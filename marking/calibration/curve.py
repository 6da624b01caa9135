"""The curve from "how much the machine settles" to "how much of that may be wrong", and points on it.

Let the machine settle what it is at least ``t`` sure of. Among marks that people gave, ``n`` responses are
that sure and ``w`` of them were marked otherwise by the person: the share of wrong ones is at most the
Clopper–Pearson bound of (w, n), for a threshold named beforehand. Choosing the threshold by looking at many
bounds and taking a good one spoils that; so it is chosen by testing in a fixed order (learn then test:
Angelopoulos, Bates, Candès, Jordan, Lei 2021, arXiv:2110.01052, section 4, fixed sequence testing). The
order is from the surest responses on, at ranks that no outcome has a say in; it stops at the first whose bound
exceeds the level. Then no threshold above the level is passed except with probability 1 − certainty;
docs/licence.md has the argument and tests/marking/calibration simulates it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate

from core.licences import RiskPoint
from marking.calibration.binomial import marks_needed, upper_bound

#: With this certainty a bound holds.
CERTAINTY = 0.95
#: Shares of wrong marks that a head may choose from. Each is a guarantee of its own.
LEVELS = (0.01, 0.02, 0.03, 0.05)

#: The first threshold tested has as many marks above it as could show the level at all (149 for 2 %), each
#: further one so many times as many. Chosen on the training part of ASAP-SAS among 1.1, 1.25 and 1.5.
_GROWTH = 1.1
#: How many points the drawn curve has at most.
_MOST_POINTS = 40

#: (confidence of the machine, whether the person gave the same)
Outcome = tuple[float, bool]


def risk_curve(outcomes: Sequence[Outcome], certainty: float = CERTAINTY) -> tuple[RiskPoint, ...]:
    """Points from the strictest threshold to the laxest, at most 40, for looking at.

    Args:
        outcomes: of responses marked by machine and person, in any order.
    """
    ranked = _ranked(outcomes)
    ends = _ends_of_ties(ranked)
    if len(ends) > _MOST_POINTS:
        step = (len(ends) - 1) / (_MOST_POINTS - 1)
        ends = [ends[round(n * step)] for n in range(_MOST_POINTS)]
    return tuple(_point(ranked, rank, certainty) for rank in ends)


def chosen_rank(outcomes: Sequence[Outcome], level: float, certainty: float = CERTAINTY) -> RiskPoint | None:
    """The laxest threshold at which at most ``level`` of what is settled is wrong; ``None``: none was shown.

    Args:
        outcomes: of responses marked by machine and person, none of them chosen by its outcome.
        level: the share of wrong marks that is accepted, in (0, 1).
        certainty: how sure that must be.
    """
    ranked = _ranked(outcomes)
    wrong = list(accumulate(not right for _, right in ranked))
    passed = None
    for rank in _tested_ranks(ranked, level, certainty):
        if upper_bound(wrong[rank - 1], rank, certainty) > level:
            break
        passed = rank
    return None if passed is None else _point(ranked, passed, certainty)


def conformal_rank(outcomes: Sequence[Outcome], level: float) -> RiskPoint | None:
    """The laxest threshold at which the expected share of responses both settled and wrong is at most ``level``.

    Conformal risk control (Angelopoulos, Bates, Fisch, Lei, Schuster 2022, arXiv:2208.02814): the loss of a
    response is 1 where it is settled wrongly, which grows as the threshold falls. It counts among *all*
    responses and holds on average over samples, where ``chosen_rank`` counts among those settled and holds
    with certainty; so it settles more and promises less. ``None``: nothing may be settled.
    """
    ranked = _ranked(outcomes)
    wrong = list(accumulate(not right for _, right in ranked))
    allowed = level * (len(ranked) + 1) - 1
    ranks = [rank for rank in _ends_of_ties(ranked) if wrong[rank - 1] <= allowed]
    return _point(ranked, max(ranks), CERTAINTY) if ranks else None


def _ranked(outcomes: Sequence[Outcome]) -> list[Outcome]:
    return sorted(outcomes, key=lambda outcome: -outcome[0])


def _ends_of_ties(ranked: Sequence[Outcome]) -> list[int]:
    """The ranks (from 1) after which a smaller confidence follows: a threshold cannot part equals."""
    last = len(ranked)
    return [n for n in range(1, last + 1) if n == last or ranked[n][0] < ranked[n - 1][0]]


def _tested_ranks(ranked: Sequence[Outcome], level: float, certainty: float) -> list[int]:
    """Ranks to be tested in this order: chosen by the level and by ties alone, never by an outcome."""
    next_rank = marks_needed(level, 0, certainty)
    ends = _ends_of_ties(ranked)
    found: list[int] = []
    for end in ends:
        if end >= next_rank:
            found.append(end)
            next_rank = max(end + 1, math.ceil(end * _GROWTH))
    if found and found[-1] != ends[-1]:
        found.append(ends[-1])
    return found


def _point(ranked: Sequence[Outcome], rank: int, certainty: float) -> RiskPoint:
    wrong = sum(not right for _, right in ranked[:rank])
    return RiskPoint(
        threshold=ranked[rank - 1][0],
        settled=rank,
        wrong=wrong,
        share=rank / len(ranked),
        bound=upper_bound(wrong, rank, certainty),
    )
