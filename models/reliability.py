"""From the odds that a model gives to probabilities that come true that often.

Two logistic maps of three numbers each, kept in ``reliability.toml`` with the sets that they were fitted
on (``python -m benchmarks.calibration --write``). Both rise with every sign that speaks for the text.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PATH = Path(__file__).with_name("reliability.toml")
#: Odds beyond these (natural log) say no more.
MOST_ODDS = 25.0
#: A free reading that is likelier than the text by more (natural log) says no more.
MOST_GAP = 40.0
#: Nothing is surer than this either way.
SUREST = 1e-6


@dataclass(frozen=True)
class LogisticMap:
    """``1 / (1 + exp(-(constant + weights · signs)))``."""

    constant: float
    weights: tuple[float, ...]

    def __call__(self, *signs: float) -> float:
        total = self.constant + sum(w * s for w, s in zip(self.weights, signs, strict=True))
        return min(1.0 - SUREST, max(SUREST, 1.0 / (1.0 + math.exp(-max(-50.0, min(50.0, total))))))


def verification_signs(odds: float, gap: float) -> tuple[float, float]:
    """What the map of verification takes: its two signs, bounded."""
    return max(-MOST_ODDS, min(MOST_ODDS, odds)), -min(MOST_GAP, max(0.0, gap))


def reading_signs(probability: float, characters: Sequence[float]) -> tuple[float, float]:
    """What the map of readings takes: how far the text leads, and its characters' chances together."""
    p = min(1.0 - SUREST, max(SUREST, probability))
    return math.log(p / (1.0 - p)), sum(math.log(min(1.0, max(1e-3, chance))) for chance in characters)


def verified(odds: float, gap: float) -> float:
    """That a picture says an accepted text.

    Args:
        odds: natural log of the odds of the accepted texts against all else.
        gap: by how much the best free reading is likelier than the best of them (natural log).
    """
    return maps()["verified"](*verification_signs(odds, gap))


def read_right(probability: float, characters: Sequence[float]) -> float:
    """That a whole line is read right.

    Args:
        probability: of the text among the texts that were followed, in [0, 1].
        characters: the probability of each of its characters.
    """
    return maps()["read"](*reading_signs(probability, characters)) if characters else SUREST


@cache
def maps() -> Mapping[str, LogisticMap]:
    """The maps by name, as shipped."""
    tables = tomllib.loads(PATH.read_text("utf-8"))
    return {
        "verified": LogisticMap(
            tables["verified"]["constant"], (tables["verified"]["odds"], tables["verified"]["gap"])
        ),
        "read": LogisticMap(
            tables["read"]["constant"], (tables["read"]["odds"], tables["read"]["characters"])
        ),
    }
