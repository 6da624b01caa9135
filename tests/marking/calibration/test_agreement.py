"""Reliability, agreement and pace, from none to many marks."""

from __future__ import annotations

import math
import random
from datetime import UTC, datetime, timedelta

import pytest
from sklearn.metrics import cohen_kappa_score

from marking.calibration import (
    agreement_of,
    calibration_error,
    fit_calibration,
    reliability_bins,
    seconds_per_mark,
)

EIGHT = datetime(2026, 6, 25, 8, tzinfo=UTC)


def test_no_marks_leave_the_confidence_as_it_is() -> None:
    fitted = fit_calibration([])
    assert [fitted.probability(c) for c in (0.1, 0.5, 0.97)] == pytest.approx([0.1, 0.5, 0.97])


def test_three_marks_change_little_and_three_hundred_decide() -> None:
    few = fit_calibration([(0.95, False), (0.95, True), (0.95, True)]).probability(0.95)
    many = fit_calibration([(0.95, n % 2 == 0) for n in range(300)]).probability(0.95)
    assert 0.75 < few < 0.95
    assert many == pytest.approx(0.5, abs=0.05)


def test_a_machine_that_boasts_is_put_right() -> None:
    rng = random.Random(1)
    outcomes = []
    for _ in range(2000):
        truth = rng.uniform(0.4, 0.95)
        said = 1 / (1 + math.exp(-2 * math.log(truth / (1 - truth))))
        outcomes.append((said, rng.random() < truth))
    fitted = fit_calibration(outcomes)
    assert fitted.slope == pytest.approx(0.5, abs=0.1)
    before = calibration_error(reliability_bins(outcomes))
    after = calibration_error(reliability_bins([(fitted.probability(c), right) for c, right in outcomes]))
    assert before is not None
    assert after is not None
    assert after < before / 2


@pytest.mark.parametrize("confidence", [0.0, 1.0])
def test_a_confidence_of_none_or_all_can_be_fitted(confidence: float) -> None:
    assert 0 < fit_calibration([(confidence, True)] * 50).probability(confidence) < 1


def test_bins_hold_every_mark_once_and_give_intervals() -> None:
    bins = reliability_bins([(0.0, False), (0.95, True), (1.0, True), (0.96, False)])
    assert [(one.low, one.count) for one in bins] == [(0.0, 1), (0.9, 3)]
    top = bins[1]
    assert top.agreed == pytest.approx(2 / 3)
    assert top.agreed_low < top.agreed < top.agreed_high
    assert calibration_error([]) is None


def test_agreement_counts_exact_and_near_and_tells_the_direction() -> None:
    found = agreement_of([(2, 2), (3, 2), (0, 2), (2, 2)], 3)
    assert (found.n, found.exact, found.within_one, found.mean_difference) == (4, 2, 3, -0.25)
    assert found.confusion == ((0, 2, 1), (2, 2, 2), (3, 2, 1))


def test_kappa_is_that_of_a_known_library() -> None:
    rng = random.Random(3)
    pairs = [(rng.randrange(4), rng.randrange(4)) for _ in range(60)]
    expected = cohen_kappa_score(*zip(*pairs, strict=True), weights="quadratic")
    assert agreement_of(pairs, 3).kappa == pytest.approx(expected)


@pytest.mark.parametrize("pairs", [[], [(2, 2)] * 5])
def test_kappa_is_not_told_where_it_has_no_meaning(pairs: list[tuple[int, int]]) -> None:
    assert agreement_of(pairs, 3).kappa is None


def _every(seconds: float, count: int, login: str = "赵老师") -> list[tuple[str, datetime]]:
    return [(login, EIGHT + timedelta(seconds=seconds * n)) for n in range(count)]


def test_a_persons_pace_is_the_usual_time_between_marks() -> None:
    assert seconds_per_mark(_every(7, 12)) == 7


def test_a_pause_is_no_marking_and_two_people_are_timed_apart() -> None:
    later = [("赵老师", at + timedelta(hours=1)) for _, at in _every(9, 8)]
    assert seconds_per_mark([*_every(9, 8), *later, *_every(9, 3, "钱老师")]) == 9


def test_too_few_times_tell_no_pace() -> None:
    assert seconds_per_mark(_every(7, 10)) is None
    assert seconds_per_mark([]) is None
