"""Bounds against SciPy, and whether what is promised of a chosen threshold is kept."""

from __future__ import annotations

import math
import random

import pytest
from scipy.stats import beta

from marking.calibration import (
    WATCH_ERROR,
    chosen_rank,
    conformal_rank,
    evidence_against,
    lower_bound,
    marks_needed,
    risk_curve,
    upper_bound,
)

LEVEL = 0.05


@pytest.mark.parametrize("n", [1, 2, 7, 50, 149, 300, 5000])
@pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 0.5, 0.99, 1.0])
@pytest.mark.parametrize("certainty", [0.8, 0.95, 0.999])
def test_the_bounds_are_those_of_clopper_and_pearson(n: int, share: float, certainty: float) -> None:
    wrong = round(share * n)
    upper = 1.0 if wrong == n else beta.ppf(certainty, wrong + 1, n - wrong)
    lower = 0.0 if wrong == 0 else beta.ppf(1 - certainty, wrong, n - wrong + 1)
    assert upper_bound(wrong, n, certainty) == pytest.approx(upper, abs=1e-9)
    assert lower_bound(wrong, n, certainty) == pytest.approx(lower, abs=1e-9)


@pytest.mark.parametrize(
    ("wrong", "n", "certainty", "words"),
    [(-1, 5, 0.95, "-1 of 5"), (6, 5, 0.95, "6 of 5"), (1, 5, 1.0, "certainty"), (1, 5, 0.0, "certainty")],
)
def test_counts_that_cannot_be_are_refused(wrong: int, n: int, certainty: float, words: str) -> None:
    for bound in (upper_bound, lower_bound):
        with pytest.raises(ValueError, match=words):
            bound(wrong, n, certainty)


def test_nothing_looked_at_leaves_everything_possible() -> None:
    assert (lower_bound(0, 0), upper_bound(0, 0)) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("level", "wrong", "needed"), [(0.02, 0, 149), (0.01, 0, 299), (0.05, 0, 59), (0.02, 1, 236)]
)
def test_so_many_marks_are_needed(level: float, wrong: int, needed: int) -> None:
    assert marks_needed(level, wrong) == needed
    assert upper_bound(wrong, needed) <= level < upper_bound(wrong, needed - 1)


def test_without_marks_there_is_no_curve_and_nothing_to_choose() -> None:
    assert risk_curve([]) == ()
    assert chosen_rank([], 0.02) is None
    assert conformal_rank([], 0.02) is None


def test_the_curve_counts_what_is_at_least_so_sure() -> None:
    outcomes = [(0.9, True), (0.8, False), (0.9, True), (0.6, True)]
    points = [(point.threshold, point.settled, point.wrong) for point in risk_curve(outcomes)]
    assert points == [(0.9, 2, 0), (0.8, 3, 1), (0.6, 4, 1)]


def test_a_long_curve_is_thinned_but_keeps_its_ends() -> None:
    points = risk_curve([(n / 1000, True) for n in range(1000)])
    assert len(points) == 40
    assert (points[0].settled, points[-1].settled) == (1, 1000)


def test_149_marks_without_an_error_may_be_chosen_and_148_may_not() -> None:
    assert chosen_rank([(0.99 - n / 1000, True) for n in range(148)], 0.02) is None
    point = chosen_rank([(0.99 - n / 1000, True) for n in range(149)], 0.02)
    assert point is not None
    assert (point.settled, point.wrong) == (149, 0)


def test_equal_confidences_are_settled_together_or_not_at_all() -> None:
    outcomes = [(0.9, True)] * 200 + [(0.5, True)] * 50 + [(0.5, False)] * 50
    point = chosen_rank(outcomes, 0.02)
    assert point is not None
    assert (point.threshold, point.settled) == (0.9, 200)


def test_the_choice_stops_where_errors_begin() -> None:
    good = [(0.99 - n / 10_000, True) for n in range(400)]
    bad = [(0.5 - n / 10_000, n % 2 == 0) for n in range(400)]
    point = chosen_rank(good + bad, 0.02)
    assert point is not None
    assert 300 <= point.settled <= 410
    assert point.bound <= 0.02


def test_a_sample_whose_best_is_not_good_enough_is_not_licensed() -> None:
    assert chosen_rank([(0.9, n % 10 > 0) for n in range(1000)], 0.02) is None


def _error(confidence: float) -> float:
    """Chance of a wrong mark at this confidence."""
    return 1 - confidence


def _true_share_of_wrong(threshold: float) -> float:
    """Among uniform confidences from the threshold on (the mean of ``_error`` there, for those above 0.5)."""
    return (1 - threshold) / 2


def _drawn(seed: int, n: int) -> list[tuple[float, bool]]:
    rng = random.Random(seed)
    confidences = [rng.uniform(0.5, 1) for _ in range(n)]
    return [(confidence, rng.random() >= _error(confidence)) for confidence in confidences]


def test_a_chosen_threshold_breaks_its_bound_in_at_most_one_sample_of_twenty() -> None:
    chosen = [chosen_rank(_drawn(seed, 800), LEVEL) for seed in range(400)]
    broken = sum(point is not None and _true_share_of_wrong(point.threshold) > LEVEL for point in chosen)
    assert sum(point is not None for point in chosen) > 80  # else nothing was tested
    assert broken <= upper_count(400, 0.05)


def upper_count(n: int, share: float) -> int:
    """More than so many of n happen with less than 1 % probability."""
    return round(n * share + 2.6 * math.sqrt(n * share * (1 - share)))


def test_conformal_risk_control_keeps_its_level_on_average() -> None:
    shares = []
    for seed in range(300):
        point = conformal_rank(_drawn(seed, 300), LEVEL)
        above = 0.0 if point is None else 2 * (1 - point.threshold)
        shares.append(0.0 if point is None else above * _true_share_of_wrong(point.threshold))
    assert sum(shares) / len(shares) <= LEVEL + 0.002  # three standard errors of 300 samples
    assert max(shares) > LEVEL / 2  # it does settle


def test_a_licence_that_keeps_its_promise_seldom_falls() -> None:
    rng = random.Random(5)
    fallen = sum(
        evidence_against(0.02, (rng.random() >= 0.02 for _ in range(500))) >= 1 / WATCH_ERROR
        for _ in range(300)
    )
    assert fallen <= upper_count(300, WATCH_ERROR)


def test_a_licence_that_errs_five_times_as_often_falls_soon() -> None:
    rng = random.Random(6)
    soon = sum(
        evidence_against(0.02, (rng.random() >= 0.1 for _ in range(120))) >= 1 / WATCH_ERROR
        for _ in range(100)
    )
    assert soon >= 90


def test_agreement_is_no_evidence_and_nothing_seen_neither() -> None:
    assert evidence_against(0.02, []) == 1
    assert evidence_against(0.02, [True] * 100) == 1
    assert evidence_against(0.02, [False, False, False]) > 20


def test_what_was_lost_before_is_not_forgotten_by_later_agreement() -> None:
    assert evidence_against(0.02, [False] * 3 + [True] * 500) == evidence_against(0.02, [False] * 3)
