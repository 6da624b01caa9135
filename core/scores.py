"""Scores are whole numbers of the exam's step, so that no sum is ever off by a rounding error."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from enum import StrEnum
from fractions import Fraction

from core.errors import BadInput


class ScoreStep(StrEnum):
    """The smallest difference between two scores of an exam, in points."""

    ONE = "1"
    HALF = "0.5"

    @property
    def points(self) -> Fraction:
        return Fraction(self.value)


def to_steps(points: str | int | float | Decimal, step: ScoreStep) -> int:
    """Points as a person writes them ("2.5", 3) as whole steps.

    Raises:
        BadInput: the text is no number, or not a multiple of the step.
    """
    try:
        value = Fraction(Decimal(str(points).strip()))
    except (InvalidOperation, ValueError, OverflowError) as error:
        raise BadInput(f"{points!r} is not a number of points.", "Write e.g. 3 or 2.5.") from error
    steps = value / step.points
    if steps.denominator != 1:
        raise BadInput(
            f"{points} points is not a multiple of the exam's step {step.value}.",
            "Change the points, or the exam's `step`.",
        )
    return int(steps)


def format_steps(steps: int, step: ScoreStep) -> str:
    """Whole steps as points for people: 5 half steps are "2.5", 4 are "2"."""
    value = steps * step.points
    return str(int(value)) if value.denominator == 1 else f"{float(value):g}"


def to_points(steps: int, step: ScoreStep) -> int | float:
    """Whole steps as a number for a spreadsheet cell (exact: halves are exact in binary)."""
    value = steps * step.points
    return int(value) if value.denominator == 1 else float(value)
