"""A number with a unit as pupils write it, and its comparison with a key. All arithmetic is exact.

Read are decimals, 1,000, 3.0×10^8, 1E3, 1/3, mixed numbers (1又1/2, 2 1/3), 万 and 亿, percentages, roots and
π (2√3), with a unit behind them and words like 约 or "F =" before them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from core.exams import NumericKey
from marking.equivalence import real_value
from marking.normalise import halfwidth, simplified
from marking.plain import plain
from marking.units import Unit, has_known_case, parse_unit

#: Longer texts hold no single number.
MAX_CHARACTERS = 60
MAX_EXPONENT = 40

_PLAIN = r"(?:\d{1,3}(?:,\d{3})+|\d{1,3}(?:\ \d{3})+(?!\d)|\d{1,24})(?:\.\d{0,24})?|\.\d{1,24}"
_NUMBER = re.compile(
    rf"""(?P<sign>[-+])?\s*
    (?P<head>{_PLAIN})
    (?:\s*/\s*(?P<below>\d{{1,12}})(?![\d.]))?
    (?:\s*(?:[eE](?=[-+]?\d)|[x*·]\s*10\s*(?P<caret>\^?)\s*\(?)(?P<exponent>[-+]?\d{{1,3}})\)?)?""",
    re.VERBOSE,
)
_BARE_POWER = re.compile(r"^([-+]?)10\s*\^")
_BARE_TEN = re.compile(r"(?<=\d)\s*x\s*10(?![\d.]|\s*\^|\s*\()")
_MIXED = re.compile(
    r"^(?P<sign>[-+]?)(?P<whole>\d{1,6})(?:\s+|\s*又\s*)(?P<above>\d{1,6})\s*/\s*(?P<below>\d{1,6})(?![\d.])"
)
_FRACTION = re.compile(r"\(\(([-+]?[\d.]{1,24})\)/\(([\d.]{1,24})\)\)")
_IRRATIONAL = re.compile(r"[-+]?[\d.√π()+\-*/^ ]*[√π][\d.√π()+\-*/^ ]*")
_MYRIADS = re.compile(r"^\s*(万亿|万|亿)")
_MYRIAD_POWERS = {"万": 4, "亿": 8, "万亿": 12}
_UNCERTAINTY = re.compile(r"^\s*(?:±|\+/-)\s*[\d.]{1,12}")
_LEAD = re.compile(r"^(?:.*[=≈≐])?(?:约为|大约|约|为|是|等于|答|:)*")


@dataclass(frozen=True, slots=True)
class Quantity:
    """``value`` as written, before its unit; ``unit_text`` is what follows it.

    ``guessed`` says that a lost superscript was assumed ("1.0×103" read as 1.0×10³). ``digits`` are those
    of a decimal as written ("1.0" of 1.0×10³), from which figures are counted; empty for fractions.
    """

    value: Fraction
    unit_text: str
    guessed: bool = False
    digits: str = ""

    @property
    def figures(self) -> tuple[int, int] | None:
        """Significant figures, least and most: the noughts that end a whole number may count or not."""
        if not self.digits:
            return None
        whole, point, part = self.digits.partition(".")
        counted = (whole + part).lstrip("0")
        most = len(counted) or 1
        return (most if point else len(counted.rstrip("0")) or 1), most


class NumericVerdict(StrEnum):
    RIGHT = "right"
    WITHOUT_UNIT = "without_unit"  #: the number is right, the unit is absent
    WRONG_UNIT = "wrong_unit"
    FIGURES = "figures"  #: the number is right, with more or fewer figures than are asked for
    WRONG = "wrong"
    NO_NUMBER = "no_number"


def parse_quantity(text: str) -> Quantity | None:
    """The number and unit of an answer such as "v=18 km/h", "1.0×10^3kg/m³", "约 3/4", "-5℃"."""
    form = _FRACTION.sub(r"\1/\2", plain(text[: 4 * MAX_CHARACTERS]))
    tidy = re.sub(r"\s+", " ", simplified(halfwidth(form))).lstrip(" ,;").rstrip(" .,;")
    if not tidy or len(tidy) > MAX_CHARACTERS:
        return None
    special = _mixed(_without_lead(tidy)) or _irrational(_without_lead(tidy))
    if special is not None:
        return special
    tidy = _BARE_POWER.sub(r"\g<1>1x10^", _LEAD.sub("", tidy, count=1).strip())
    tidy = _BARE_TEN.sub("x10^1", tidy)
    match = _NUMBER.match(tidy)
    if match is None:
        return None
    value = _value(match)
    if value is None:
        return None
    guessed = match["exponent"] is not None and match["caret"] == ""
    rest = _UNCERTAINTY.sub("", tidy[match.end() :]).strip()
    digits = "" if match["below"] is not None else re.sub("[, ]", "", match["head"])
    return _in_ones(Quantity(value, rest, guessed, digits))


def _without_lead(tidy: str) -> str:
    return _LEAD.sub("", tidy, count=1).strip()


def _mixed(tidy: str) -> Quantity | None:
    """1又1/2, 2 1/3."""
    match = _MIXED.match(tidy)
    if match is None or int(match["below"]) == 0:
        return None
    value = int(match["whole"]) + Fraction(int(match["above"]), int(match["below"]))
    return _in_ones(Quantity(-value if match["sign"] == "-" else value, tidy[match.end() :].strip()))


def _irrational(tidy: str) -> Quantity | None:
    """2√3, 3π/4: to the accuracy of a float."""
    match = _IRRATIONAL.match(tidy)
    value = None if match is None else real_value(match[0].strip())
    if match is None or value is None or abs(value) > 10.0**MAX_EXPONENT:
        return None
    return Quantity(Fraction(value), tidy[match.end() :].strip())


def _in_ones(quantity: Quantity) -> Quantity:
    """3.5万 is 35000; 万元 and the like are units of their own."""
    match = _MYRIADS.match(quantity.unit_text)
    if match is None or parse_unit(quantity.unit_text) is not None:
        return quantity
    scaled = quantity.value * 10 ** _MYRIAD_POWERS[match[1]]
    rest = quantity.unit_text[match.end() :].strip()
    return Quantity(scaled, rest, quantity.guessed, quantity.digits)


def _value(match: re.Match[str]) -> Fraction | None:
    value = Fraction(re.sub("[, ]", "", match["head"]).rstrip(".") or "0")
    if match["below"] is not None:
        if int(match["below"]) == 0:
            return None
        value /= int(match["below"])
    exponent = int(match["exponent"] or 0)
    if abs(exponent) > MAX_EXPONENT:
        return None
    value *= Fraction(10) ** exponent
    return -value if match["sign"] == "-" else value


@dataclass(frozen=True, slots=True)
class Comparison:
    """How an answer stands to a key; ``clear``: without a guess. ``number_is_right`` whatever its unit."""

    verdict: NumericVerdict
    clear: bool
    number_is_right: bool = False
    written_unit: str = ""


def compare_quantity(key: NumericKey, text: str) -> tuple[NumericVerdict, bool]:
    """The verdict of :func:`hold_against`, and whether the comparison is clear."""
    comparison = hold_against(key, text)
    return comparison.verdict, comparison.clear


def hold_against(key: NumericKey, text: str) -> Comparison:
    """How the answer stands to the key.

    With a unit in the key, an answer in another unit of the same kind is converted when the key
    allows other units. Without one, a unit that the pupil added is let pass, but not clearly.
    """
    quantity = parse_quantity(text)
    if quantity is None:
        return Comparison(NumericVerdict.NO_NUMBER, clear=True)
    if quantity.unit_text.startswith("~"):  # a range answers no single number
        return Comparison(NumericVerdict.WRONG, clear=False)
    verdict, clear, scale = _by_unit(key, quantity)
    is_right = _within(key, quantity.value * scale) or _rounds_to(key, quantity, scale)
    if not is_right and verdict is not NumericVerdict.WRONG_UNIT:
        return Comparison(NumericVerdict.WRONG, clear, written_unit=quantity.unit_text)
    if verdict is NumericVerdict.RIGHT and key.significant_figures is not None:
        fits, sure = _figures_fit(key.significant_figures, quantity)
        verdict, clear = (verdict if fits else NumericVerdict.FIGURES), clear and sure
    return Comparison(verdict, clear, is_right, quantity.unit_text)


def _by_unit(key: NumericKey, quantity: Quantity) -> tuple[NumericVerdict, bool, Fraction]:
    """What the units alone say, and by what the number has to be multiplied to be in the key's unit."""
    one, clear = Fraction(1), not quantity.guessed
    if not key.unit:
        percent = parse_unit(quantity.unit_text) if quantity.unit_text == "%" else None
        if percent is not None:
            return NumericVerdict.RIGHT, clear, percent.factor
        return NumericVerdict.RIGHT, clear and not quantity.unit_text, one
    if not quantity.unit_text:
        if key.unit.strip() == "%" and not _within(key, quantity.value):
            return NumericVerdict.RIGHT, False, Fraction(100)  # 0.6 is 60 %
        return NumericVerdict.WITHOUT_UNIT, clear, one
    return _with_units(key, quantity)


def _with_units(key: NumericKey, quantity: Quantity) -> tuple[NumericVerdict, bool, Fraction]:
    one, clear = Fraction(1), not quantity.guessed
    wanted, written = parse_unit(key.unit), parse_unit(quantity.unit_text)
    if wanted is None:  # a unit that nobody knows (个百分点) has to be written as it is
        same = simplified(halfwidth(key.unit)).replace(" ", "") == quantity.unit_text.replace(" ", "")
        return (NumericVerdict.RIGHT, clear, one) if same else (NumericVerdict.WRONG_UNIT, False, one)
    if written is None:
        # Not a unit we know: perhaps a misreading of one, perhaps words.
        return NumericVerdict.WRONG_UNIT, False, one
    if wanted.dimension != written.dimension:
        wanted, written = _as_electricity(key.unit, wanted), _as_electricity(quantity.unit_text, written)
    same_letters = key.unit.lower() == quantity.unit_text.lower()
    if written.dimension != wanted.dimension or (not key.other_units and written != wanted):
        # A letter in the wrong case is more often the reader's than the pupil's.
        return NumericVerdict.WRONG_UNIT, not same_letters, one
    known = same_letters or has_known_case(quantity.unit_text)
    return NumericVerdict.RIGHT, clear and known, written.factor / wanted.factor


def _as_electricity(text: str, unit: Unit) -> Unit:
    """度 where the other side is an energy: one kilowatt-hour."""
    kilowatt_hour = parse_unit("kWh") if text.strip() == "度" else None
    return kilowatt_hour or unit


def _figures_fit(wanted: int, quantity: Quantity) -> tuple[bool, bool]:
    """Whether the figures are as many as asked for, and whether that is clear.

    All noughts count, as schools teach; where only some would have to count, it is not clear.
    """
    figures = quantity.figures
    if figures is None:
        return False, True
    least, most = figures
    return most == wanted, most == wanted or not least <= wanted <= most


def _rounds_to(key: NumericKey, quantity: Quantity, scale: Fraction) -> bool:
    """With figures asked for: the key with more figures, or with one less, is a matter of the figures."""
    wanted, figures = parse_quantity(key.value), quantity.figures
    if key.significant_figures is None or wanted is None or figures is None:
        return False
    value = quantity.value * scale
    if figures[1] > key.significant_figures:
        return rounded(value, key.significant_figures) == rounded(wanted.value, key.significant_figures)
    if figures[1] == key.significant_figures - 1:
        return value == rounded(wanted.value, figures[1])
    return False


def rounded(value: Fraction, figures: int) -> Fraction:
    """The value to so many significant figures, a half away from nought."""
    if not value:
        return value
    places, size = 0, abs(value)
    while size >= 10:
        size, places = size / 10, places + 1
    while size < 1:
        size, places = size * 10, places - 1
    unit = Fraction(10) ** (places - figures + 1)
    nearest = (abs(value) / unit + Fraction(1, 2)) // 1 * unit
    return nearest if value > 0 else -nearest


def _within(key: NumericKey, value: Fraction) -> bool:
    ends = [parse_quantity(end) for end in re.split("[~～]", key.value)]
    if any(end is None for end in ends):
        return False
    low, *more = [end.value for end in ends if end is not None]
    tolerance = parse_quantity(key.tolerance)
    allowed = abs(tolerance.value) if tolerance is not None else Fraction(0)
    if key.relative:
        allowed *= max(abs(end) for end in (low, *more))
    return (
        min(low, *more) - allowed <= value <= max(low, *more) + allowed
        if more
        else abs(value - low) <= allowed
    )
