"""Whole exams with everything going wrong at once: nothing is given to the wrong candidate."""

from __future__ import annotations

from collections import Counter

import numpy as np

from core.pages import PageState
from tests.ocr.identity_classes import Slips
from tests.pipeline.stack_feeding import Mischief, SimulatedExam, drawn_manner, simulate_exam

#: Pupils who write somebody else's number plainly cannot be told by any reader; that they are held
#: as collisions is tested on its own.
MISCHIEF = Mischief(same_number=0.0, slips=Slips(swapped_everywhere=0.0))


def judged(exam: SimulatedExam) -> tuple[Counter[str], list[str]]:
    """Counts of where pages went, and the pages that went to the wrong candidate."""
    sides = exam.sides()
    counts: Counter[str] = Counter()
    wrong = []
    for verdict in exam.settled():
        side = sides[verdict.page_id]
        counts["pages"] += 1
        counts[verdict.state.value] += 1
        if verdict.state is PageState.PLACED and verdict.candidate_id != side.owner:
            wrong.append(f"{verdict} is {side.owner}'s page {side.page}")
        if verdict.state is PageState.DUPLICATE and sides[verdict.duplicate_of].paper != side.paper:
            wrong.append(f"{verdict} is another paper")
    return counts, wrong


def test_no_page_of_simulated_exams_is_given_to_the_wrong_candidate() -> None:
    rng = np.random.default_rng(11)
    total: Counter[str] = Counter()
    for _ in range(60):
        counts, wrong = judged(simulate_exam(rng, drawn_manner(rng), MISCHIEF, most_people=24))
        assert wrong == []
        total += counts
    assert total["pages"] > 1500
    assert total["placed"] / total["pages"] > 0.6
