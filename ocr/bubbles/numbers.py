"""The 考号 from its bubble columns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.cards import BubblePurpose
from core.pages import BubbleReading, DigitReading, NumberReading

_SLIP = 0.002  #: spread over all digits: a candidate may fill a wrong one


def number_from_bubbles(readings: Sequence[BubbleReading]) -> NumberReading:
    """The number's digits by position, each a distribution over 0–9 and the chance of a blank.

    Readings of other purposes are passed over; positions are the keys as numbers.
    """
    own = [r for r in readings if r.purpose == BubblePurpose.NUMBER.value]
    own.sort(key=lambda reading: int(reading.key))
    return NumberReading(source="bubbles", digits=tuple(_digit(reading) for reading in own))


def _digit(reading: BubbleReading) -> DigitReading:
    """Exactly one digit is meant, or none: each bubble's odds against all the others being empty."""
    filled = np.full(10, 1e-4)
    for fill in reading.fills:
        if fill.label.isdecimal() and len(fill.label) == 1:
            filled[int(fill.label)] = np.clip(fill.probability, 1e-4, 1 - 1e-4)
    odds = filled / (1 - filled)
    total = 1.0 + float(odds.sum())
    digits = odds / odds.sum() * (1 - _SLIP) + _SLIP / 10
    return DigitReading(
        probabilities=tuple(float(p) for p in digits / digits.sum()), blank=float(np.clip(1 / total, 0, 1))
    )
