"""When the marks are looked at to decide what may be chosen, so that looking often costs no certainty.

A bound of 95 % holds for one look. Whoever looks after every ten marks and stops at the first good moment finds
one even where there is none. So there are looks at fixed numbers of marks, each with a share of the 5 % of its own:
half of what is left (alpha spending: Lan and DeMets, Biometrika 1983). All looks together, however many, err with
probability at most 5 %: 2.5 % + 1.25 % + … The first comes when a level can be shown at all, each further one when
the number of marks has doubled. What is decided at a look stands until the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from core.licences import Look, RiskPoint
from marking.calibration.binomial import marks_needed
from marking.calibration.curve import CERTAINTY, Outcome, chosen_rank


class Due(NamedTuple):
    """The look that comes next: its number from 1, and after how many marks."""

    number: int
    marks: int


def certainty_of(number: int) -> float:
    """How sure a look must be, by its number from 1: 0.975, 0.9875 … so that all together are 0.95 sure."""
    return 1 - (1 - CERTAINTY) / (1 << number)


def next_look(level: float, past: Sequence[Look]) -> Due:
    """When to look again.

    Args:
        level: the share of wrong marks that is to be shown.
        past: looks for this level at marks of this scorer and rubric, in their order.
    """
    if not past:
        return Due(1, marks_needed(level, 0, certainty_of(1)))
    return Due(len(past) + 1, 2 * past[-1].marks)


def look(
    level: float, past: Sequence[Look], outcomes: Sequence[Outcome]
) -> tuple[int, RiskPoint | None] | None:
    """The look that is due with these marks: at how many of them it looked, and the point it allows.

    ``None`` where no look is due. Where several doublings came at once (marks were brought in together), there
    is one look, at the last of them. Marks beyond that number are left for the next look.

    Args:
        level: the share of wrong marks that is accepted.
        past: as for ``next_look``.
        outcomes: blind pairs in the order in which people marked them.
    """
    number, marks = next_look(level, past)
    if len(outcomes) < marks:
        return None
    while 2 * marks <= len(outcomes):
        marks *= 2
    return marks, chosen_rank(outcomes[:marks], level, certainty_of(number))
