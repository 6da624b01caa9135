"""One item to score without an exam."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from core.base import Record
from core.errors import BadInput
from core.exams import Fill
from core.scoring import Question, Rubric

REMEDY = "格式说明和例子见 docs/scoring.md。"


class ScoringItem(Record):
    """One item to score: the question and its rubric in whole steps of ``step`` points."""

    id: str = ""
    question: Question
    rubric: Rubric
    step: Decimal
    fill: Fill | None = None  #: then answers are held against its blanks, not the rubric

    def points(self, steps: float) -> float:
        """Steps as points."""
        return round(float(steps) * float(self.step), 6)

    def steps(self, points: str | float | Decimal) -> int:
        """Points as whole steps.

        Raises:
            BadInput: no number, not a multiple of the step, or outside 0 … full points.
        """
        value = decimal(points, "分数") / self.step
        if value != int(value) or not 0 <= value <= self.rubric.full_steps:
            full = self.points(self.rubric.full_steps)
            raise BadInput(
                f"分数 {points} 不在 0 到 {full:g} 之间，或不是 {self.step} 的倍数。",
                "请改正分数，或在题目文件里写 points（满分）和 step（最小分值）。",
            )
        return int(value)


def decimal(value: Any, where: str) -> Decimal:
    """The number that a file has at this place.

    Raises:
        BadInput: it is none; the message names the place.
    """
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation as error:
        raise BadInput(f"{where}：{value!r} 不是数。", REMEDY) from error
    if not number.is_finite():
        raise BadInput(f"{where}：{value!r} 不是数。", REMEDY)
    return number
