"""Plain numbers of test theory, each with the sample it needs; ``None`` where a figure would mislead."""

from __future__ import annotations

import math
from collections.abc import Sequence

#: Below this many candidates D, r and α are noise, so they are not given.
FEWEST_FOR_ITEM_FIGURES = 10
#: Share of the candidates in the top and in the bottom group of D (Kelley, 1939).
EXTREME_SHARE = 0.27


def mean(values: Sequence[float]) -> float | None:
    """Arithmetic mean; ``None`` of nothing."""
    return math.fsum(values) / len(values) if values else None


def median(values: Sequence[float]) -> float | None:
    """Middle value, or the mean of the two in the middle; ``None`` of nothing."""
    if not values:
        return None
    ordered, half = sorted(values), len(values) // 2
    return float(ordered[half]) if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def population_deviation(values: Sequence[float]) -> float | None:
    """Standard deviation with n (not n − 1) below the fraction; ``None`` for fewer than two values."""
    if len(values) < 2:
        return None
    centre = math.fsum(values) / len(values)
    return math.sqrt(math.fsum((v - centre) ** 2 for v in values) / len(values))


def correlation(xs: Sequence[float], ys: Sequence[float]) -> float | None:
    """Pearson's r of two equally long rows; ``None`` for small samples or a row that never varies."""
    if len(xs) < FEWEST_FOR_ITEM_FIGURES:
        return None
    spread = (population_deviation(xs) or 0.0) * (population_deviation(ys) or 0.0)
    if spread < 1e-12:
        return None
    mx, my = math.fsum(xs) / len(xs), math.fsum(ys) / len(ys)
    return math.fsum((x - mx) * (y - my) for x, y in zip(xs, ys, strict=True)) / len(xs) / spread


def discrimination(scores: Sequence[float], totals: Sequence[float], full: float) -> float | None:
    """区分度 D = (mean of the top 27 % − mean of the bottom 27 %) ÷ full, groups by ``totals``.

    Groups have ⌊0.27 n + ½⌋ candidates. Those who tie at a group's edge share its places: each counts
    with the mean score of all that tie, so that the order of the roster never matters.
    """
    n = len(scores)
    if n < FEWEST_FOR_ITEM_FIGURES or full <= 0:
        return None
    size = int(EXTREME_SHARE * n + 0.5)
    levelled = [score for _, score in sorted(_level_ties(scores, totals), key=lambda pair: pair[0])]
    return (math.fsum(levelled[-size:]) - math.fsum(levelled[:size])) / size / full


def _level_ties(scores: Sequence[float], totals: Sequence[float]) -> list[tuple[float, float]]:
    """(total, score), with each score replaced by the mean of those with the same total."""
    of_total: dict[float, list[float]] = {}
    for score, total in zip(scores, totals, strict=True):
        of_total.setdefault(total, []).append(score)
    return [(total, math.fsum(of_total[total]) / len(of_total[total])) for total in totals]


def cronbach_alpha(columns: Sequence[Sequence[float]]) -> float | None:
    """Cronbach's α = k/(k−1) · (1 − Σ item variances ÷ variance of totals); KR-20 for 0/1 items.

    Args:
        columns: one row of scores per item, all in the same order of candidates.
    """
    k = len(columns)
    if k < 2 or len(columns[0]) < FEWEST_FOR_ITEM_FIGURES:
        return None
    totals = [math.fsum(row) for row in zip(*columns, strict=True)]
    variance = (population_deviation(totals) or 0.0) ** 2
    if variance < 1e-12:
        return None
    within = math.fsum((population_deviation(column) or 0.0) ** 2 for column in columns)
    return k / (k - 1) * (1 - within / variance)


def ranks(totals: Sequence[float]) -> list[int]:
    """Places from the highest total down; equal totals share the better place (1, 2, 2, 4)."""
    place: dict[float, int] = {}
    for position, total in enumerate(sorted(totals, reverse=True), start=1):
        place.setdefault(total, position)
    return [place[total] for total in totals]


#: Tops of an axis of counts, each a multiple of four.
_AXIS_TOPS = (4, 8, 12, 16, 20, 40, 60, 80, 100, 200, 400, 600, 800, 1000, 2000, 4000, 10000, 40000)


def axis_top(counts: Sequence[int]) -> int:
    """The top of a chart's axis of counts, so that its quarters are whole numbers."""
    highest = max(counts, default=0)
    return next((top for top in _AXIS_TOPS if top >= highest), -(-highest // 4) * 4)
