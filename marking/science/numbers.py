"""Numbers with units and significant figures against a key, in words."""

from __future__ import annotations

from core.answer_keys import NumericKey
from marking.quantities import NumericVerdict, hold_against, parse_quantity
from marking.science.judged import Judged, partly, right, unreadable, wrong

_GUESSED = 0.8


def judge_number(key: NumericKey, steps: int, text: str) -> Judged:  # noqa: PLR0911 -- one line a verdict
    """A number with its unit: what differs, and what that costs."""
    held = hold_against(key, text)
    wanted = f"{key.value} {key.unit}".strip()
    clear = 0.95 if held.clear else 0.6
    match held.verdict:
        case NumericVerdict.RIGHT:
            return right(steps, f"数值与答案 {wanted} 相符", 1.0 if held.clear else _GUESSED)
        case NumericVerdict.WITHOUT_UNIT:
            sure = 0.9 if key.unit_steps else 1.0  # a unit that costs may have been written and not read
            return partly(steps, key.unit_steps, f"数值正确，缺单位 {key.unit}", sure if held.clear else 0.7)
        case NumericVerdict.WRONG_UNIT if held.number_is_right:
            reason = f"数值对，单位错：写了 {held.written_unit}，应为 {key.unit}"
            return partly(steps, key.wrong_unit_steps, reason, clear if held.clear else 0.5)
        case NumericVerdict.WRONG_UNIT:
            return wrong(f"数值和单位都不对，答案是 {wanted}", clear)
        case NumericVerdict.FIGURES:
            return partly(steps, key.figures_steps, _figures(key, text), clear)
        case NumericVerdict.NO_NUMBER:
            return unreadable(f"没有数，答案是 {wanted}")
        case NumericVerdict.WRONG:
            return wrong(f"数值与答案 {wanted} 不符", clear)


def _figures(key: NumericKey, text: str) -> str:
    quantity = parse_quantity(text)
    written = quantity.figures if quantity is not None else None
    seen = f"，写了 {written[1]} 位" if written else ""
    return f"数值对，有效数字应为 {key.significant_figures} 位{seen}"
