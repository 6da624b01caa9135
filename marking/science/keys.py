"""Keys that no answer could meet: told when the exam is saved, not when it is marked."""

from __future__ import annotations

from collections.abc import Sequence

from core.answer_keys import (
    Check,
    ExpressionCheck,
    FollowThrough,
    FormulaCheck,
    NumberCheck,
    PointCheck,
    RatioCheck,
    ReactionCheck,
    SetCheck,
    SolutionsCheck,
    SubstanceCheck,
)
from core.errors import ExamInvalid
from core.exams import Blank, Criterion, Exam, Fill, Item, ShortAnswer
from marking.expressions import NotAlgebra, parse_statement
from marking.quantities import parse_quantity
from marking.science.chemistry.equations import parse_equations
from marking.science.chemistry.formulas import parse_formulas
from marking.science.points import parse_points
from marking.science.ratios import parse_ratio
from marking.science.sets import parse_set
from marking.science.solutions import parse_solutions

_REMEDY = "请改成文档 docs/exam-format.md 里的写法，或把答案写进 accepted。"


def refuse_unreadable_keys(exam: Exam, file_name: str) -> None:
    """Looks at every check of the exam.

    Raises:
        ExamInvalid: naming the items whose keys cannot be read, or are wrong in themselves.
    """
    faults = [f"{file_name} 第 {item.number} 题{fault}" for item in exam.items for fault in _faults(item)]
    if faults:
        head = [] if len(faults) == 1 else [f"{file_name} 有 {len(faults)} 处错误："]
        raise ExamInvalid("\n".join([*head, *faults[:10]]), _REMEDY)


def _faults(item: Item) -> list[str]:
    if isinstance(item, Fill):
        return blank_faults(item.blanks)
    return criterion_faults(item.criteria) if isinstance(item, ShortAnswer) else []


def blank_faults(blanks: Sequence[Blank]) -> list[str]:
    """What is wrong with the checks of a fill's blanks, each with its place."""
    checks = [(at, blank.check) for at, blank in enumerate(blanks, start=1)]
    found = [(at, key_fault(check)) for at, check in checks if check is not None]
    return [f"第 {at} 空：{fault}" for at, fault in found if fault]


def criterion_faults(criteria: Sequence[Criterion]) -> list[str]:
    """What is wrong with the checks of 给分点, and with the ways in which they follow, each with its place."""
    found: list[tuple[str, str]] = []
    for criterion in criteria:
        if criterion.check is not None:
            found.append((criterion.id, key_fault(criterion.check)))
        if criterion.follows is not None:
            found.append((criterion.id, follows_fault(criterion.follows)))
    return [f"给分点 {id_}：{fault}" for id_, fault in found if fault]


def key_fault(check: Check) -> str:
    """What is wrong with the key itself, in words; empty when answers can be held against it."""
    match check:
        case NumberCheck():
            return ""  # the exam's reader has seen to it
        case ReactionCheck():
            return _reaction_fault(check.value)
        case FormulaCheck():
            return "" if _relation(check.value) == "=" else f"“{check.value}”不是公式（如 W=Fs）"
        case _:
            return "" if _is_read(check) else f"答案“{check.value}”读不成{_NAMES[check.kind.value]}"


_NAMES = {
    "expression": "算式", "substance": "化学式", "set": "集合或区间", "point": "坐标", "solutions": "方程的解",
    "ratio": "比",
}  # fmt: skip


def _is_read(check: Check) -> bool:  # noqa: PLR0911 -- one line a kind
    match check:
        case ExpressionCheck():
            return _relation(check.value) is not None
        case SubstanceCheck():
            return bool(parse_formulas(check.value))
        case SetCheck():
            return parse_set(check.value) is not None
        case PointCheck():
            return bool(parse_points(check.value))
        case SolutionsCheck():
            return parse_solutions(check.value) is not None
        case RatioCheck():
            return parse_ratio(check.value) is not None
        case _:
            return True


def _relation(text: str) -> str | None:
    """The sign between the sides, empty for a bare expression; ``None`` when it cannot be read."""
    try:
        return parse_statement(text).relation
    except (NotAlgebra, RecursionError):
        return None


def _reaction_fault(text: str) -> str:
    readings = parse_equations(text)
    if not readings:
        return f"答案“{text}”读不成化学方程式（如 2H2+O2=点燃=2H2O，离子写成 SO4^2-）"
    if all(reading.imbalance for reading in readings):
        return f"答案“{text}”没有配平（{readings[0].imbalance}）"
    return ""


def follows_fault(follows: FollowThrough) -> str:
    """What is wrong with the way in which a step follows; empty when nothing is."""
    if _relation(follows.expression) != "":
        return f"follows 的 expression“{follows.expression}”不是算式（如 F*s）"
    for letter, quantity in follows.given:
        if parse_quantity(quantity) is None:
            return f"follows 的 given 里“{letter}={quantity}”不是数值"
    return ""
