"""A number with a unit as pupils write it, and its comparison with a key. All arithmetic is exact."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from core.exams import NumericKey
from marking.normalise import halfwidth, simplified
from marking.units import has_known_case, parse_unit

#: Longer texts hold no single number.
MAX_CHARACTERS = 60
MAX_EXPONENT = 40

_PLAIN = r"(?:\d{1,3}(?:,\d{3})+|\d{1,24})(?:\.\d{0,24})?|\.\d{1,24}"
_NUMBER = re.compile(
    rf"""(?P<sign>[-+])?\s*
    (?P<head>{_PLAIN})
    (?:\s*/\s*(?P<below>\d{{1,12}})(?![\d.]))?
    (?:\s*(?:[eE](?=[-+]?\d)|[x*·]\s*10\s*(?P<caret>\^?)\s*\(?)(?P<exponent>[-+]?\d{{1,3}})\)?)?""",
    re.VERBOSE,
)
_BARE_POWER = re.compile(r"^([-+]?)10\s*\^")
_BARE_TEN = re.compile(r"(?<=\d)\s*x\s*10(?![\d.]|\s*\^|\s*\()")
_LEAD = re.compile(r"^(?:.*[=≈≐])?(?:约为|大约|约|为|是|等于|答|:)*")


@dataclass(frozen=True, slots=True)
class Quantity:
    """``value`` as written, before its unit; ``unit_text`` is what follows it.

    ``guessed`` says that a lost superscript was assumed ("1.0×103" read as 1.0×10³).
    """

    value: Fraction
    unit_text: str
    guessed: bool = False


class NumericVerdict(StrEnum):
    RIGHT = "right"
    WITHOUT_UNIT = "without_unit"  #: the number is right, the unit is absent
    WRONG_UNIT = "wrong_unit"
    WRONG = "wrong"
    NO_NUMBER = "no_number"


def parse_quantity(text: str) -> Quantity | None:
    """The number and unit of an answer such as "v=18 km/h", "1.0×10^3kg/m³", "约 3/4", "-5℃"."""
    tidy = re.sub(r"\s+", " ", simplified(halfwidth(text))).lstrip(" ,;").rstrip(" .,;")
    if not tidy or len(tidy) > MAX_CHARACTERS:
        return None
    tidy = _BARE_POWER.sub(r"\g<1>1x10^", _LEAD.sub("", tidy, count=1).strip())
    tidy = _BARE_TEN.sub("x10^1", tidy)
    match = _NUMBER.match(tidy)
    if match is None:
        return None
    value = _value(match)
    if value is None:
        return None
    guessed = match["exponent"] is not None and match["caret"] == ""
    return Quantity(value, tidy[match.end() :].strip(), guessed)


def _value(match: re.Match[str]) -> Fraction | None:
    value = Fraction(match["head"].replace(",", "").rstrip(".") or "0")
    if match["below"] is not None:
        if int(match["below"]) == 0:
            return None
        value /= int(match["below"])
    exponent = int(match["exponent"] or 0)
    if abs(exponent) > MAX_EXPONENT:
        return None
    value *= Fraction(10) ** exponent
    return -value if match["sign"] == "-" else value


def compare_quantity(key: NumericKey, text: str) -> tuple[NumericVerdict, bool]:
    """How the answer stands to the key, and whether the comparison is clear.

    With a unit in the key, an answer in another unit of the same kind is converted when the key
    allows other units. Without one, a unit that the pupil added is let pass, but not clearly.
    """
    quantity = parse_quantity(text)
    if quantity is None:
        return NumericVerdict.NO_NUMBER, True
    if not key.unit:
        right = _within(key, quantity.value)
        clear = not quantity.unit_text and not quantity.guessed
        percent = parse_unit(quantity.unit_text) if quantity.unit_text == "%" else None
        if percent is not None:
            right, clear = _within(key, quantity.value * percent.factor), not quantity.guessed
        return (NumericVerdict.RIGHT if right else NumericVerdict.WRONG), clear
    if not quantity.unit_text:
        right = _within(key, quantity.value)
        return (NumericVerdict.WITHOUT_UNIT if right else NumericVerdict.WRONG), not quantity.guessed
    return _with_units(key, quantity)


def _with_units(key: NumericKey, quantity: Quantity) -> tuple[NumericVerdict, bool]:
    wanted, written = parse_unit(key.unit), parse_unit(quantity.unit_text)
    if wanted is None:
        return _with_foreign_unit(key, quantity)
    if written is None:
        # Not a unit we know: perhaps a misreading of one, perhaps words.
        return NumericVerdict.WRONG_UNIT, False
    if written.dimension != wanted.dimension or (not key.other_units and written != wanted):
        # A letter in the wrong case is more often the reader's than the pupil's.
        return NumericVerdict.WRONG_UNIT, key.unit.lower() != quantity.unit_text.lower()
    right = _within(key, quantity.value * written.factor / wanted.factor)
    same_letters = key.unit.lower() == quantity.unit_text.lower()
    clear = not quantity.guessed and (same_letters or has_known_case(quantity.unit_text))
    return (NumericVerdict.RIGHT if right else NumericVerdict.WRONG), clear


def _with_foreign_unit(key: NumericKey, quantity: Quantity) -> tuple[NumericVerdict, bool]:
    """The key's unit is not in the table (个百分点, 卡路里): it has to be written as it is."""
    same = simplified(halfwidth(key.unit)).replace(" ", "") == quantity.unit_text.replace(" ", "")
    if not same:
        return NumericVerdict.WRONG_UNIT, False
    right = _within(key, quantity.value)
    return (NumericVerdict.RIGHT if right else NumericVerdict.WRONG), not quantity.guessed


def _within(key: NumericKey, value: Fraction) -> bool:
    wanted = parse_quantity(key.value)
    if wanted is None:
        return False
    tolerance = parse_quantity(key.tolerance)
    allowed = abs(tolerance.value) if tolerance is not None else Fraction(0)
    if key.relative:
        allowed *= abs(wanted.value)
    return abs(value - wanted.value) <= allowed
