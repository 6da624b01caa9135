"""What pupils write instead: texts one likely mistake away from a right answer."""

from __future__ import annotations

import re

#: Units that are taken for one another.
_UNITS = (
    ("mm", "cm", "dm", "m", "km"), ("g", "kg", "t", "mg"), ("ml", "l"), ("s", "min", "h"),
    ("m/s", "km/h", "cm/s"), ("pa", "kpa", "mpa"), ("n", "kn", "j", "w", "v", "a", "ω"), ("j", "kj"),
    ("w", "kw"), ("v", "mv", "kv"), ("a", "ma"), ("hz", "khz", "mhz"), ("mm²", "cm²", "dm²", "m²", "km²"),
    ("mm³", "cm³", "dm³", "m³"), ("米", "厘米", "分米", "毫米", "千米"), ("克", "千克", "吨"),
    ("元", "角", "分"), ("度", "℃"), ("时", "分", "秒", "小时", "分钟"),
)  # fmt: skip
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_QUANTITY = re.compile(r"([-+]?\d+(?:\.\d+)?)\s*([^\d\s.+\-=].*)?")
_SIGNS = {"+": "-", "-": "+", "<": ">", ">": "<", "≤": "≥", "≥": "≤"}
_CHINESE = re.compile(r"[\u3400-\u9fff]{2,}")


def larger_misses(text: str) -> tuple[str, ...]:
    """Each with one thing wrong: the sign, the decimal point, a nought, the unit, 不.

    One digit for another is not among them: those neighbours are summed in one pass
    (:func:`models.forward.edits_of`). None equals the text; the order is that of the list above.
    """
    return tuple(
        dict.fromkeys(
            miss
            for miss in (*_signs(text), *_points(text), *_units(text), *_negations(text))
            if miss and miss != text
        )
    )


def _signs(text: str) -> list[str]:
    """A sign turned round; the leading one dropped or put there."""
    turned = [text[:at] + _SIGNS[char] + text[at + 1 :] for at, char in enumerate(text) if char in _SIGNS]
    if text[:1] in ("-", "+", "−", "±"):
        return [*turned, text[1:]]
    return [*turned, "-" + text] if text[:1].isdigit() else turned


def _points(text: str) -> list[str]:
    """Each number with its point moved or lost, with a nought more or less at its end."""
    found = []
    for number in _NUMBER.finditer(text):
        whole, point, part = number[0].partition(".")
        changed = (
            [whole + part, whole[:-1] + "." + whole[-1:] + part, whole + part[:1] + "." + part[1:]]
            if point
            else [number[0] + "0", number[0].removesuffix("0"), *_with_a_point(number[0])]
        )
        for one in changed:
            tidy = re.sub(r"\.$", "", re.sub(r"^\.", "0.", one))
            found.append(text[: number.start()] + tidy + text[number.end() :])
    return found


def _with_a_point(digits: str) -> list[str]:
    return [digits[:at] + "." + digits[at:] for at in range(1, len(digits))]


def _units(text: str) -> list[str]:
    """A quantity with another unit of its kind, or without."""
    quantity = _QUANTITY.fullmatch(text.strip())
    if quantity is None or not quantity[2]:
        return []
    unit = quantity[2].strip()
    others = [other for group in _UNITS if unit.lower() in group for other in group if other != unit.lower()]
    return [quantity[1] + other for other in others] + [quantity[1]]


def _negations(text: str) -> list[str]:
    """不 put before a Chinese answer, or taken out of it."""
    without = [text[:at] + text[at + 1 :] for at, char in enumerate(text) if char in "不非无"]
    return [*without, "不" + text] if _CHINESE.fullmatch(text) else without
