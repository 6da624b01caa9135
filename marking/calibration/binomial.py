"""Exact bounds on a share from a count: Clopper and Pearson (Biometrika 1934).

The bounds are quantiles of beta distributions. They are found here by bisection on the regularised
incomplete beta function, so that no numerical library is needed where pages are served.
"""

from __future__ import annotations

import math
from functools import lru_cache

_BISECTIONS = 80
_TINY = 1e-300
_MOST_TERMS = 10_000


@lru_cache(maxsize=20_000)  # the same counts come again at every look
def upper_bound(wrong: int, n: int, certainty: float = 0.95) -> float:
    """The largest share of wrong ones that ``wrong`` out of ``n`` leaves possible (one-sided).

    Args:
        wrong: how many were wrong, 0 … n.
        n: how many were looked at; 0 leaves everything possible.
        certainty: in (0, 1).

    Raises:
        ValueError: the counts or the certainty are out of range.
    """
    _check(wrong, n, certainty)
    return 1.0 if wrong == n else _beta_quantile(certainty, wrong + 1, n - wrong)


def lower_bound(wrong: int, n: int, certainty: float = 0.95) -> float:
    """The smallest share of wrong ones that ``wrong`` out of ``n`` leaves possible (one-sided).

    Raises:
        ValueError: the counts or the certainty are out of range.
    """
    _check(wrong, n, certainty)
    return 0.0 if wrong == 0 else _beta_quantile(1 - certainty, wrong, n - wrong + 1)


@lru_cache(maxsize=1_000)
def marks_needed(level: float, wrong: int = 0, certainty: float = 0.95) -> int:
    """The fewest marks that show a share of at most ``level`` when ``wrong`` of them are wrong.

    Without any error at 2 % and 95 % these are 149: 0.98 ** 149 is just below 0.05.
    """
    low, high = wrong, wrong + 1
    while upper_bound(wrong, high, certainty) > level:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if upper_bound(wrong, middle, certainty) <= level else (middle, high)
    return high


def _check(wrong: int, n: int, certainty: float) -> None:
    if not 0 <= wrong <= n:
        raise ValueError(f"wrong must be in 0 … n, got {wrong} of {n}")
    if not 0 < certainty < 1:
        raise ValueError(f"certainty must be in (0, 1), got {certainty}")


def _beta_quantile(probability: float, a: float, b: float) -> float:
    """The x at which the regularised incomplete beta function reaches the probability."""
    low, high = 0.0, 1.0
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        low, high = (middle, high) if incomplete_beta(a, b, middle) < probability else (low, middle)
    return (low + high) / 2


def incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function I_x(a, b) for a, b > 0 and x in [0, 1].

    By its continued fraction (Abramowitz and Stegun 26.5.8), on the side where it converges fast.
    """
    if x <= 0 or x >= 1:
        return float(x >= 1)
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(a, b, x) / a
    return 1 - front * _fraction(b, a, 1 - x) / b


def _fraction(a: float, b: float, x: float) -> float:
    """The continued fraction of the incomplete beta function, by the modified Lentz method."""
    c, d = 1.0, 1 / _not_zero(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, _MOST_TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1 / _not_zero(1 + term * d)
            c = _not_zero(1 + term / c)
            change = c * d
            value *= change
        if abs(change - 1) < 1e-14:
            return value
    return value  # the last digits are open; no count of marks comes this far


def _not_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
