"""Looking again and again costs no certainty."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from itertools import pairwise

import pytest

from core.base import Record
from core.licences import Look
from core.store.base import utc_now
from marking.calibration import CERTAINTY, certainty_of, chosen_rank, look, next_look
from marking.calibration.curve import Outcome
from tests.marking.calibration.test_bounds_and_curve import upper_count

LEVEL = 0.05
_RUNS = 200
_MOST = 300


def taken(level: float, marks: int, number: int) -> Look:
    return Look(
        level=level,
        marks=marks,
        certainty=certainty_of(number),
        point=None,
        model="m",
        items=(),
        at=utc_now(),
    )


class School(Record):
    """Marks come one after the other; ``wrong_from(t)`` is the true share of wrong ones from the threshold on."""

    even: bool  #: the confidence says nothing of right and wrong
    share: float  #: of wrong marks, where it says nothing

    def drawn(self, seed: int) -> list[Outcome]:
        rng = random.Random(seed)
        confidences = [rng.uniform(0.5, 1) for _ in range(_MOST)]
        return [(one, rng.random() >= (self.share if self.even else 1 - one)) for one in confidences]

    def wrong_from(self, threshold: float) -> float:
        return self.share if self.even else (1 - threshold) / 2


def ever_wrong(school: School, outcomes: Sequence[Outcome]) -> bool:
    """Whether a head who looks after every ten marks is ever offered a threshold that is worse than the level."""
    past: list[Look] = []
    for marks in range(10, len(outcomes) + 1, 10):
        decided = look(LEVEL, past, outcomes[:marks])
        if decided is None:
            continue
        past.append(taken(LEVEL, decided[0], len(past) + 1))
        if decided[1] is not None and school.wrong_from(decided[1].threshold) > LEVEL:
            return True
    return False


def ever_wrong_naively(school: School, outcomes: Sequence[Outcome]) -> bool:
    """The same for one who takes the 95 % of a single look at every one of them."""
    points = (chosen_rank(outcomes[:marks], LEVEL) for marks in range(60, len(outcomes) + 1, 20))
    return any(point is not None and school.wrong_from(point.threshold) > LEVEL for point in points)


def runs_with(wrong: Callable[[School, Sequence[Outcome]], bool], school: School, runs: int = _RUNS) -> int:
    return sum(wrong(school, school.drawn(seed)) for seed in range(runs))


@pytest.mark.parametrize("school", [School(even=True, share=0.0501), School(even=False, share=0)])
def test_a_wrong_licence_is_offered_in_at_most_one_run_of_twenty_however_often_one_looks(
    school: School,
) -> None:
    assert runs_with(ever_wrong, school) <= upper_count(_RUNS, 1 - CERTAINTY)


def test_without_looks_at_fixed_numbers_it_would_be_offered_far_more_often() -> None:
    assert runs_with(ever_wrong_naively, School(even=True, share=0.0501), 80) > upper_count(80, 0.05)


def test_a_good_machine_is_licensed_at_an_early_look() -> None:
    school = School(even=True, share=0.002)
    offered = sum(look(LEVEL, (), school.drawn(seed)[:100]) is not None for seed in range(20))
    points = [look(LEVEL, (), school.drawn(seed)[:73]) for seed in range(60)]
    assert offered == 20
    assert sum(found is not None and found[1] is not None for found in points) >= 45


def test_all_looks_together_spend_five_percent() -> None:
    spent = [1 - certainty_of(number) for number in range(1, 60)]
    assert sum(spent) <= 1 - CERTAINTY + 1e-12
    assert spent[0] == pytest.approx(0.025)
    assert all(later == pytest.approx(earlier / 2) for earlier, later in pairwise(spent))


@pytest.mark.parametrize(("level", "first"), [(0.01, 368), (0.02, 183), (0.03, 122), (0.05, 72)])
def test_the_first_look_comes_when_a_level_can_be_shown_and_further_ones_at_doublings(
    level: float, first: int
) -> None:
    assert next_look(level, ()) == (1, first)
    assert next_look(level, (taken(level, first, 1),)) == (2, 2 * first)
    assert look(level, (), [(0.9, True)] * (first - 1)) is None


def test_marks_brought_in_together_are_one_look_at_the_last_doubling() -> None:
    decided = look(LEVEL, (), [(0.9, True)] * 300)
    assert decided is not None
    assert decided[0] == 288
    assert decided[1] is not None
    assert decided[1].settled == 288
    assert next_look(LEVEL, (taken(LEVEL, 288, 1),)) == (2, 576)


def test_marks_beyond_the_number_of_a_look_have_no_say_in_it() -> None:
    good, bad = [(0.9, True)] * 72, [(0.9, False)] * 40
    assert look(LEVEL, (), good + bad) == look(LEVEL, (), good)
