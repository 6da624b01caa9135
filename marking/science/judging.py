"""The one way in: a check and a text become steps, a reason in plain words, and how clear that is."""

from __future__ import annotations

from functools import lru_cache

from core.answer_keys import (
    Check,
    ExpressionCheck,
    FormulaCheck,
    NumberCheck,
    PointCheck,
    RatioCheck,
    ReactionCheck,
    SetCheck,
    SolutionsCheck,
    SubstanceCheck,
)
from marking.normalise import comparable
from marking.science.algebra import judge_expression, judge_formula
from marking.science.chemistry.marking import judge_reaction, judge_substance
from marking.science.judged import Judged, right, unreadable, wrong
from marking.science.numbers import judge_number
from marking.science.points import judge_points
from marking.science.ratios import judge_ratio
from marking.science.sets import judge_set
from marking.science.solutions import judge_solutions

#: Longer texts are no answer to one check.
MAX_CHARACTERS = 300
_SAME_TEXT = 0.95


@lru_cache(maxsize=8192)
def judge(check: Check, steps: int, text: str) -> Judged:
    """What a text earns of ``steps`` against the check. Any text gets a verdict; none raises."""
    if not text.strip():
        return wrong("没有写", 0.9)
    if len(text) > MAX_CHARACTERS:
        return unreadable(f"作答有 {len(text)} 个字符，太长", 0.3)
    judged = _by_kind(check, steps, text)
    if judged.is_unreadable and comparable(text, case_sensitive=True) == comparable(
        check.value, case_sensitive=True
    ):
        return right(steps, f"与 {check.value} 写法相同", _SAME_TEXT)
    return judged


def _by_kind(check: Check, steps: int, text: str) -> Judged:  # noqa: PLR0911 -- one line a kind
    match check:
        case NumberCheck():
            return judge_number(check, steps, text)
        case ExpressionCheck():
            return judge_expression(check, steps, text)
        case FormulaCheck():
            return judge_formula(check, steps, text)
        case SubstanceCheck():
            return judge_substance(check, steps, text)
        case ReactionCheck():
            return judge_reaction(check, steps, text)
        case SetCheck():
            return judge_set(check, steps, text)
        case PointCheck():
            return judge_points(check, steps, text)
        case SolutionsCheck():
            return judge_solutions(check, steps, text)
        case RatioCheck():
            return judge_ratio(check, steps, text)
