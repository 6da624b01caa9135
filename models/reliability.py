"""From the odds that a model gives to probabilities that come true that often."""

from __future__ import annotations

import math


def verified(odds: float, gap: float, characters: int) -> float:
    """The probability that goes with these odds."""
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, odds))))
