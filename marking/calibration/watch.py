"""Watching a licence at work: evidence that it errs more often than it was licensed to.

Some of what the machine would settle is marked by people who do not see the machine's mark. Each outcome
multiplies a wager that the share of wrong ones is above the level; if the level holds, the wager's worth stays
below 20 for ever with probability 0.95 (Ville's inequality), whenever one looks (Waudby-Smith and Ramdas 2023).
"""

from __future__ import annotations

import math
from collections.abc import Iterable

#: How often a licence that holds what it promised may fall back all the same.
WATCH_ERROR = 0.05
#: The shares of wrong marks wagered on, as multiples of the licensed one, and at most this share.
_MULTIPLES = (1.5, 2.0, 3.0, 5.0, 8.0, 12.0)
_MOST = 0.6


def evidence_against(level: float, rights: Iterable[bool]) -> float:
    """The largest worth that the wager against the level ever had; from 1 / ``WATCH_ERROR`` on it has failed.

    Args:
        level: the licensed share of wrong marks, in (0, 1).
        rights: whether machine and person agreed, in the order in which the people marked.
    """
    shares = sorted({min(_MOST, level * multiple) for multiple in _MULTIPLES if level * multiple < 1})
    wagers = [share for share in shares if share > level]
    worth = [0.0] * len(wagers)  # logarithms
    most = 1.0
    for right in rights:
        for n, share in enumerate(wagers):
            worth[n] += math.log((1 - share) / (1 - level)) if right else math.log(share / level)
        most = max(most, sum(math.exp(min(value, 700)) for value in worth) / max(1, len(wagers)))
    return most
