"""Single choice, multiple choice and true–false, by key."""

from __future__ import annotations

from core.exams import MultipleChoice, PartialRule, SingleChoice, TrueFalse
from core.marks import Award, Proposal
from core.pages import BubbleReading, BubbleVerdict

MODEL = "choice-rules-1"

_TRUE_LABELS = frozenset({"T", "t", "对", "√", "✓", "正确", "A"})
_FALSE_LABELS = frozenset({"F", "f", "错", "×", "✗", "错误", "B", "X", "x"})

Choice = SingleChoice | MultipleChoice | TrueFalse


def partial_steps(full_steps: int, key_size: int, right: int, rule: PartialRule) -> int:
    """Steps for ``right`` of ``key_size`` options filled and none wrong, rounded down to the step.

    Never more than ``full_steps``, and never less for more right options.
    """
    if right <= 0:
        return 0
    if right >= key_size:
        return full_steps
    if rule is PartialRule.HALF:
        return full_steps // 2
    if rule is PartialRule.PER_OPTION:
        return full_steps // key_size * right
    if rule is PartialRule.GAOKAO:
        return full_steps * right // key_size
    return 0


def choice_steps(item: Choice, marked: tuple[str, ...]) -> tuple[int, str]:
    """Steps and the reason for the options taken as filled."""
    if not marked:
        return 0, "未作答"
    if isinstance(item, TrueFalse):
        return _true_false_steps(item, marked)
    return _single_steps(item, marked) if isinstance(item, SingleChoice) else _multiple_steps(item, marked)


def _single_steps(item: SingleChoice, marked: tuple[str, ...]) -> tuple[int, str]:
    chosen = "".join(marked)
    if len(marked) > 1:
        return 0, f"单选题涂了 {chosen} {len(marked)} 项"
    if marked[0] in item.key:
        return item.full_steps, f"选 {chosen}，正确"
    return 0, f"选 {chosen}，答案是 {'或'.join(item.key)}"


def _multiple_steps(item: MultipleChoice, marked: tuple[str, ...]) -> tuple[int, str]:
    chosen, key = "".join(marked), "".join(item.key)
    wrong = [label for label in marked if label not in item.key]
    if wrong:
        return 0, f"选 {chosen}，其中 {''.join(wrong)} 错，答案是 {key}"
    right = len(set(marked))
    steps = partial_steps(item.full_steps, len(item.key), right, item.partial)
    return steps, f"选 {chosen}，正确" if right == len(item.key) else f"选 {chosen}，漏选，答案是 {key}"


def _true_false_steps(item: TrueFalse, marked: tuple[str, ...]) -> tuple[int, str]:
    chosen = "".join(marked)
    if len(marked) > 1:
        return 0, f"判断题涂了 {chosen} 两项"
    known = marked[0] in _TRUE_LABELS or marked[0] in _FALSE_LABELS
    if known and (marked[0] in _TRUE_LABELS) is item.key:
        return item.full_steps, f"判断为{chosen}，正确"
    return 0, f"判断为{chosen}，答案是{'对' if item.key else '错'}"


def propose_choice(item: Choice, reading: BubbleReading | None) -> Proposal:
    """The proposal for one filled field; without a reading no steps are offered."""
    if reading is None:
        return Proposal(item=item.number, steps=None, reason="没有读到填涂区", model=MODEL)
    steps, reason = choice_steps(item, reading.marked)
    if reading.verdict is BubbleVerdict.DOUBTFUL:
        reason = f"{reason}（填涂可疑：{reading.reason or '浓淡不清'}）"
    award = Award(steps=steps, full_steps=item.full_steps, reason=reason, confidence=reading.confidence)
    return Proposal(
        item=item.number,
        steps=steps,
        awards=(award,),
        confidence=reading.confidence,
        reason=reason,
        model=MODEL,
    )
