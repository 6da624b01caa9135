"""Ratios: 3:2, 1:2:3, 3比2, 3/2."""

from __future__ import annotations

import re
from fractions import Fraction
from math import gcd

from core.answer_keys import RatioCheck
from marking.expressions import tidied
from marking.science.judged import Judged, partly, right, unreadable, wrong
from marking.science.values import CLOSE, FOR_POSITIVE, FOR_POSITIVE_ALONE, parse_value
from marking.signs import depends_on_signs

MAX_PARTS = 6
_WORDS = re.compile(r"^.*(?:为|是|得|答:?|=)(?=.)")
_WHOLE = re.compile(r"\d{1,12}")


def judge_ratio(check: RatioCheck, steps: int, text: str) -> Judged:
    """A ratio against the key, up to a common factor."""
    wanted, written = parse_ratio(check.value), parse_ratio(text)
    if wanted is None or written is None:
        return unreadable(f"不是比，答案是 {check.value}")
    if len(wanted) != len(written):
        return wrong(f"项数不对，应为 {check.value}")
    factor = written[0][1] / wanted[0][1]
    if not all(
        abs(b - a * factor) <= CLOSE * max(1.0, abs(b))
        for (_, a), (_, b) in zip(wanted, written, strict=True)
    ):
        turned = wanted[::-1]
        factor = written[0][1] / turned[0][1]
        is_turned = all(
            abs(b - a * factor) <= CLOSE * max(1.0, abs(b))
            for (_, a), (_, b) in zip(turned, written, strict=True)
        )
        return wrong(f"前后项写反了，应为 {check.value}" if is_turned else f"与 {check.value} 不等")
    if check.lowest and not _is_lowest([part for part, _ in written]):
        return partly(steps, check.lowest_steps, f"比值对，没有化成最简整数比，应为 {check.value}", 0.9)
    if _signs_matter(check.value, text):
        return right(steps, f"与 {check.value} 相等{FOR_POSITIVE_ALONE}", FOR_POSITIVE)
    return right(steps, f"与 {check.value} 相等")


def _signs_matter(key: str, text: str) -> bool:
    """Whether a bar or an even root over letters stands in one of two ratios that are written differently."""
    if tidied(key) == tidied(text):
        return False
    parts = [parse_value(part) for side in (key, text) for part in _parts(side)]
    return any(depends_on_signs(value.node) for value in parts if value is not None)


def parse_ratio(text: str) -> list[tuple[str, float]] | None:
    """The parts as written with their values, none of them nought; ``None`` when it is no ratio."""
    parts = _parts(text)
    if not 2 <= len(parts) <= MAX_PARTS:
        return None
    values = [parse_value(part) for part in parts]
    known = [value.samples[0] for value in values if value is not None]
    if len(known) < len(parts) or any(abs(value.imag) > CLOSE or not value.real for value in known):
        return None
    return [(part, value.real) for part, value in zip(parts, known, strict=True)]


def _parts(text: str) -> list[str]:
    tidy = _WORDS.sub("", tidied(text).replace("比", ":"))
    return tidy.split(":") if ":" in tidy else tidy.split("/")


def _is_lowest(parts: list[str]) -> bool:
    if not all(_WHOLE.fullmatch(part) for part in parts):
        return False
    return gcd(*(int(Fraction(part)) for part in parts)) == 1
