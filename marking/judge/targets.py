"""What a judge decides about: each criterion, or the answer as a whole."""

from __future__ import annotations

from typing import NamedTuple

from core.scoring import Rubric

#: What the answer as a whole is called in a prompt; its award has the criterion "".
WHOLE = "whole"


class Target(NamedTuple):
    """One thing to decide: 0 … ``full_steps``."""

    id: str
    criterion: str  #: the award's
    full_steps: int
    statement: str = ""
    accepted: tuple[str, ...] = ()
    must_not: tuple[str, ...] = ()


def targets_of(rubric: Rubric) -> tuple[Target, ...]:
    """One a criterion in their order; without criteria one for the whole."""
    if not rubric.criteria:
        return (Target(WHOLE, "", rubric.full_steps),)
    return tuple(Target(c.id, c.id, c.steps, c.statement, c.accepted, c.must_not) for c in rubric.criteria)
