"""Whether a confidence says what it says: how often the machine is right when it is so sure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from core.licences import ReliabilityBin
from marking.calibration.binomial import lower_bound, upper_bound
from marking.calibration.curve import Outcome

_BINS = 10
#: Standard deviations of the prior: before marks are seen, a confidence is taken at its word.
_SHIFT_SD = 1.0
_SLOPE_SD = 0.5
_NEWTON_STEPS = 50
_CLIP = 1e-4


class Calibration(NamedTuple):
    """From a confidence to the share of agreement that marks have shown: a line in log odds."""

    shift: float = 0.0
    slope: float = 1.0

    def probability(self, confidence: float) -> float:
        """The probability that a person gives the same, in (0, 1)."""
        return _sigmoid(self.shift + self.slope * _log_odds(confidence))


def fit_calibration(outcomes: Sequence[Outcome]) -> Calibration:
    """The likeliest line in log odds (Platt 1999), drawn towards the confidence itself.

    With a normal prior on shift (0) and slope (1), so that three marks change little and three hundred
    decide; without marks the confidence stays as it is.
    """
    places = [(_log_odds(confidence), right) for confidence, right in outcomes]
    best = Calibration()
    for _ in range(_NEWTON_STEPS):
        by_shift, by_slope = _newton_step(best, places)
        if abs(by_shift) + abs(by_slope) < 1e-9:
            break
        worth, part = _worth(best, places), 1.0
        while _worth(Calibration(best.shift + part * by_shift, best.slope + part * by_slope), places) < worth:
            part /= 2  # a whole step may leap over the peak
            if part < 1e-6:
                return best
        best = Calibration(best.shift + part * by_shift, best.slope + part * by_slope)
    return best


def _worth(line: Calibration, places: Sequence[tuple[float, bool]]) -> float:
    """The logarithm of prior and likelihood, up to a constant."""
    prior = -((line.shift / _SHIFT_SD) ** 2 + ((line.slope - 1) / _SLOPE_SD) ** 2) / 2
    odds = (
        line.shift + line.slope * place if right else -line.shift - line.slope * place
        for place, right in places
    )
    return prior + sum(math.log(max(_sigmoid(value), 1e-300)) for value in odds)


def _newton_step(line: Calibration, places: Sequence[tuple[float, bool]]) -> tuple[float, float]:
    """Newton's step for shift and slope."""
    g_shift, g_slope = -line.shift / _SHIFT_SD**2, (1 - line.slope) / _SLOPE_SD**2
    h_shift, h_both, h_slope = 1 / _SHIFT_SD**2, 0.0, 1 / _SLOPE_SD**2
    for place, right in places:
        expected = _sigmoid(line.shift + line.slope * place)
        weight = expected * (1 - expected)
        g_shift += right - expected
        g_slope += (right - expected) * place
        h_shift += weight
        h_both += weight * place
        h_slope += weight * place * place
    determinant = h_shift * h_slope - h_both * h_both
    by_shift = (h_slope * g_shift - h_both * g_slope) / determinant
    by_slope = (h_shift * g_slope - h_both * g_shift) / determinant
    return by_shift, by_slope


def reliability_bins(outcomes: Sequence[Outcome], bins: int = _BINS) -> tuple[ReliabilityBin, ...]:
    """Tenths of the confidence that have any mark in them, with 90 % intervals of the share that agrees."""
    by_bin: dict[int, list[Outcome]] = {}
    for outcome in outcomes:
        by_bin.setdefault(min(int(outcome[0] * bins), bins - 1), []).append(outcome)
    return tuple(_bin(by_bin[number], number / bins, (number + 1) / bins) for number in sorted(by_bin))


def _bin(own: Sequence[Outcome], low: float, high: float) -> ReliabilityBin:
    wrong = sum(not right for _, right in own)
    return ReliabilityBin(
        low=low,
        high=high,
        count=len(own),
        confidence=sum(confidence for confidence, _ in own) / len(own),
        agreed=1 - wrong / len(own),
        agreed_low=1 - upper_bound(wrong, len(own)),
        agreed_high=1 - lower_bound(wrong, len(own)),
    )


def calibration_error(bins: Sequence[ReliabilityBin]) -> float | None:
    """The expected calibration error: mean over all marks of |confidence − share that agreed| by bin."""
    total = sum(one.count for one in bins)
    return sum(one.count * abs(one.confidence - one.agreed) for one in bins) / total if total else None


def _log_odds(confidence: float) -> float:
    kept = min(1 - _CLIP, max(_CLIP, confidence))
    return math.log(kept / (1 - kept))


def _sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, value))))
