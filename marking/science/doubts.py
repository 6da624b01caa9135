"""What a worked solution says about a value besides writing it: denied, supposed, or said in two ways.

A pupil who writes "F=10N" and "F=12N" has not decided; who writes "F不是10N", or "若 F=10N", has not said that it
is. None of these earns with certainty.
"""

from __future__ import annotations

import re
from enum import StrEnum

from core.answer_keys import Check, CheckKind
from core.marks import Verdict
from marking.equivalence import differ
from marking.expressions import NotAlgebra, letters, parse_statement
from marking.quantities import Quantity, parse_quantity
from marking.science.algebra import writes_other_formula
from marking.science.judged import Judged
from marking.science.lines import Piece
from marking.units import parse_unit

#: Relative difference up to which one value is the other, rounded.
_ROUNDED = 0.01
#: Words before a value are looked for so far back.
_REACH = 160

_CLAUSE = re.compile(r"[，,。；;！!？?\n∴∵]")
_TURN = re.compile(
    r"[。；;！!？?]|\.(?=\s)|\n(?!\s*(?:则|那么|就|then))|但|然而|可是|实际|事实上|其实"
    r"|\bbut\b|\bhowever\b|\bactually\b|\bin fact\b",
    re.IGNORECASE,
)
_SUPPOSED = re.compile(
    r"若(?!干)|假设|假如|假定|假使|如果|倘若|要是|\bif\b|\bsuppos\w*|\bassum\w*", re.IGNORECASE
)
_DENIED = re.compile(
    r"不是|并非|绝非|不等于|不为|不应|不该|不可能|不会|≠|!=|\bnot\b|n't\b|\bnever\b", re.IGNORECASE
)
_REJECTED = r"(?:是|为)?(?:舍去?|错误?的?|错了|不对的?|不正确的?|不成立|不合题意|wrong|incorrect)"
_REJECTED_BEHIND = re.compile(rf"^[\s(（,，]*{_REJECTED}(?![\u4e00-\u9fff])", re.IGNORECASE)
_REJECTED_WITHIN = re.compile(rf"[\s(（]*{_REJECTED}[\s)）]*$", re.IGNORECASE)
_CONDITION = re.compile(r"^\s*(?:当|令|设|取|把|将|让|\bwhen\b|\blet\b|\bat\b)|代入", re.IGNORECASE)
_WORDS = re.compile(r"^[\u4e00-\u9fff\s：:]*")
_BEHIND_UNIT = re.compile(r"[(（时而和与].*$")


class Standing(StrEnum):
    """How a piece is said."""

    FIRM = "firm"
    CONDITION = "condition"  #: 当 x=3 时: no result, or one in disguise
    SUPPOSED = "supposed"
    DENIED = "denied"


def standing(check: Check, piece: Piece, text: str) -> Standing:
    """How the text says this piece: by the words before its value, and right behind it."""
    before = text[max(0, piece.value_start - _REACH) : piece.value_start]
    words = _WORDS.match(piece.value)
    lead = words[0] if words else ""
    clause = _CLAUSE.split(before)[-1] + lead
    if _DENIED.search(clause) or _is_rejected(check, piece, text):
        return Standing.DENIED
    if _SUPPOSED.search(_TURN.split(before)[-1] + lead):
        return Standing.SUPPOSED
    if _CONDITION.search(clause):
        return Standing.CONDITION
    return Standing.FIRM


def _is_rejected(check: Check, piece: Piece, text: str) -> bool:
    """ "10N（舍去）", "10N 是错的"; of several solutions one may well be left out."""
    if check.kind in (CheckKind.SOLUTIONS, CheckKind.SET, CheckKind.POINT):
        return False
    behind = text[piece.end : piece.end + 12]
    return bool(_REJECTED_WITHIN.search(piece.value) or _REJECTED_BEHIND.match(behind))


def same_thing(check: Check, first: Piece, second: Piece) -> bool:
    """Whether two pieces speak of the same quantity: by its letter, else by the words before them."""
    if check.kind is CheckKind.FORMULA:
        return True
    topic = first.name or first.words
    return bool(topic) and topic == (second.name or second.words)


def says_other(check: Check, first: Piece, second: Piece, judged: Judged) -> bool:
    """Whether the second piece, which is judged so, gives another value than the first."""
    if check.kind is CheckKind.NUMBER:
        return _other_number(first.value, second.value)
    if judged.verdict is not Verdict.CONTRADICTED:
        return False
    if check.kind is CheckKind.FORMULA:
        return writes_other_formula(check, second.value)
    if check.kind is CheckKind.EXPRESSION:
        return _letters(first.value) == _letters(second.value) and differ(first.value, second.value)
    return True


def other_sides(piece: Piece, text: str) -> list[str]:
    """Numbers in the piece's own chain of equal signs that are not what it ends in: F=12N=10N."""
    chain = text[piece.start : piece.value_start]
    sides = [side.strip() for side in re.split("[=＝]", chain) if side.strip() and "≈" not in side]
    return [side for side in sides if _other_number(piece.value, side)]


def _other_number(first: str, second: str) -> bool:
    one, other = _plain(first), _plain(second)
    return one is not None and other is not None and not _alike(one, other)


def _plain(text: str) -> Quantity | None:
    """A number with a unit that is one, and nothing to calculate."""
    quantity = parse_quantity(_BEHIND_UNIT.sub("", text))
    if quantity is None or (quantity.unit_text and parse_unit(quantity.unit_text) is None):
        return None
    return quantity


def _alike(one: Quantity, other: Quantity) -> bool:
    """Equal up to rounding; a number without a unit is let pass for one in any (0.8 and 80 %)."""
    units = parse_unit(one.unit_text), parse_unit(other.unit_text)
    factors = [float(unit.factor) if unit is not None else 1.0 for unit in units]
    values = float(one.value) * factors[0], float(other.value) * factors[1]
    if one.unit_text and other.unit_text and None not in units:
        return units[0].dimension == units[1].dimension and _near(*values)  # type: ignore[union-attr]
    return _near(*values) or _near(float(one.value), float(other.value))


def _near(first: float, second: float) -> bool:
    return abs(first - second) <= _ROUNDED * max(abs(first), abs(second))


def _letters(text: str) -> frozenset[str]:
    """The letters of an expression, or of what y = … is."""
    try:
        statement = parse_statement(text)
    except (NotAlgebra, RecursionError):
        return frozenset()
    right = letters(statement.right) if statement.right is not None else frozenset()
    return right if statement.left.kind == "letter" and right else letters(statement.left) | right
