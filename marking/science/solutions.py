"""The solutions of an equation or system, in any order: "x1=1, x2=3", "x=1或3", "±2", "x=1, y=2", "无解"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.answer_keys import SolutionsCheck
from marking.science.judged import Judged, partly, right, unreadable, wrong
from marking.science.values import (
    FOR_POSITIVE,
    FOR_POSITIVE_ALONE,
    Value,
    answer_text,
    letters_of,
    parse_value,
    split_outside,
)

MAX_SOLUTIONS = 24
_NOTHING = re.compile(
    r"∅|空集|(?:原方程|方程|此方程)?(?:无(?:实数|实|整数)?[解根]|没有(?:实数)?[解根])|nosolutions?"
)
_BETWEEN = re.compile(r"[,;]|或者|或|且|和|及|与|以及")
_NAME = re.compile(r"^(?P<names>(?:[A-Za-zα-ω](?:_?\d)?=)+)(?P<value>[^=]+)$")
_BESIDES = re.compile(r"^(?:解|根|方程|原|的|分别)+")


@dataclass(frozen=True, slots=True)
class Solution:
    """A value of an unknown; the letter without its index, empty where none is given."""

    value: Value
    letter: str = ""

    @property
    def shown(self) -> str:
        return f"{self.letter}={self.value.text}" if self.letter else self.value.text

    def equals(self, other: Solution) -> bool:
        """Whether the values agree, and the letters where both have one."""
        same_letter = not (self.letter and other.letter) or self.letter == other.letter
        return same_letter and self.value.equals(other.value)

    def equals_for_all_signs(self, other: Solution) -> bool:
        """Whether the two are equal with negative letters as well."""
        return self.equals(other) and self.value.equals_for_all_signs(other.value)


def judge_solutions(check: SolutionsCheck, steps: int, text: str) -> Judged:
    """All solutions against the key's."""
    wanted, written = parse_solutions(check.value), parse_solutions(text)
    if wanted is None or written is None:
        return unreadable(f"不是方程的解，答案是 {check.value}")
    absent = [one.shown for one in wanted if not any(one.equals(other) for other in written)]
    added = [one.shown for one in written if not any(one.equals(other) for other in wanted)]
    if not absent and not added:
        if all(any(one.equals_for_all_signs(other) for other in written) for one in wanted):
            return right(steps, f"与 {check.value} 相同")
        return right(steps, f"与 {check.value} 相同{FOR_POSITIVE_ALONE}", FOR_POSITIVE)
    said = [f"少了 {'、'.join(absent)}"] * bool(absent) + [f"多了 {'、'.join(added)}"] * bool(added)
    reason = f"解{'，'.join(said)}，应为 {check.value}"
    if written and not added:
        return partly(steps, check.missing_steps, reason)
    return wrong(reason)


def parse_solutions(text: str) -> tuple[Solution, ...] | None:
    """The solutions that the text writes; empty for "no solution", ``None`` when it writes none."""
    tidy = answer_text(text)
    if _NOTHING.fullmatch(tidy):
        return ()
    if tidy.startswith("{") and tidy.endswith("}"):
        tidy = tidy[1:-1]
    parts = [part for part in split_outside(tidy.lstrip("{"), _BETWEEN) if part]
    if not 1 <= len(parts) <= MAX_SOLUTIONS:
        return None
    found: list[Solution] = []
    for part in parts:
        some = _of_part(part)
        if not some:
            return None
        found += some
    return tuple(found)


def _of_part(text: str) -> list[Solution]:
    match = _NAME.fullmatch(_BESIDES.sub("", text))
    letter = match["names"][0] if match else ""
    written = match["value"] if match else text
    values = [parse_value(one) for one in _both_signs(written)]
    known = [value for value in values if value is not None]
    if len(known) < len(values) or any(letter and letter in letters_of(value) for value in known):
        return []
    return [Solution(value, letter) for value in known]


def _both_signs(text: str) -> list[str]:
    if "±" not in text:
        return [text]
    upper, lower = text.replace("±", "+"), text.replace("±", "-")
    return [upper.replace("∓", "-"), lower.replace("∓", "+")]
