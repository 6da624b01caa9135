"""The amounts that a text states: number, unit, what they are of, and where they stand.

"G=mg=0.6×10=6牛" states 0.6, 10 and 6 N, all of 重力; "浮力等于重力，是6N" states 6 N of 浮力.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from marking.normalise import halfwidth
from marking.plain import plain
from marking.quantities import parse_quantity
from marking.scoring.guarding.names import first_named
from marking.scoring.spans import Span
from marking.units import Unit, has_known_case, parse_unit

_NUMBER = re.compile(
    r"(?<![A-Za-wyz\d.ρη_^])(?:(?<![\d)A-Za-z])[-+])?(?:\d{1,3}(?:,\d{3})+(?!\d)|\d{1,15})(?:\.\d{1,15})?"
    r"(?:\s*[x*·]\s*10\s*\^?\s*\(?[-+]?\d{1,2}\)?(?![\d.])|[eE][-+]?\d{1,2}(?!\d)|/\d{1,6}(?![\d.]))?"
    r"|(?<![A-Za-z\d.)])10\^\(?[-+]?\d{1,2}\)?"
)
#: Numbers of points: "(1)", "1." and "2、" at the beginning of a part.
_MARKER = re.compile(r"(?:^|(?<=[\s;.]))(?:\(\d{1,2}\)|\d{1,2}(?:[、)]|\.(?!\d)))|\(\d{1,2}\)|[①-⑳]|第\d+")
_SPOKEN = re.compile(
    r"[一二两三四五六七八九十百千万]+(?=\s*(?:摄氏度|度|牛|帕|米|千克|克|秒|焦|瓦|伏|安|欧|厘米|分钟|小时|℃|°C|N\b))"
)
_UNIT = re.compile(r"\s*([A-Za-zΩμ°%/·^\d()+\- \u3400-\u9fff]{1,24})")
_LONGEST_UNIT = 24
#: Little words of English that are units elsewhere.
_NO_UNITS = frozenset("a A as am at in h d t s m c C k K T F bar mi min".split())  # noqa: SIM905 -- a list of letters
#: What makes a number a part of an expression: 2n+1.
_ALGEBRA = re.compile(r"\s*[A-Za-z(/^+*x·√π]|\)\s*/")
#: A space inside a unit, unless it stands between English words or beside a stroke.
_APART = re.compile(r"(?<![A-Za-z]{3})\s+(?![/·])|\s+(?![/·]|[A-Za-z]{3})")
_BREAK = re.compile(r"[,;:!?\n、。]|\.(?!\d)")
_GOES_ON = re.compile(r"^\s*[=≈x*/+\-·÷]")
_DENIED = re.compile(r"(?:不是|不等于|不为|≠|\bnot|n't)(?:\s*(?:be|equal\s*to|为|是))?\s*$")
_DIGITS = dict(zip("一二三四五六七八九", range(1, 10), strict=True)) | {"两": 2}
_PLACES = {"十": 10, "百": 100, "千": 1000, "万": 10000}
#: A result is rounded: so far off it is still the same.
TOLERANCE = Fraction(1, 200)


@dataclass(frozen=True, slots=True)
class Amount:
    """``value`` in the unit's own size. ``name``: the quantity that it is said to be of, "" where none is."""

    value: Fraction
    unit: Unit | None
    name: str
    span: Span
    written: str
    label: str  #: what stands before it in its clause
    denied: bool = False
    guessed: bool = False

    @property
    def in_base(self) -> Fraction:
        return self.value * self.unit.factor if self.unit else self.value

    def alike(self, other: Amount) -> bool:
        """Whether the units measure the same."""
        return (
            self.unit is not None and other.unit is not None and self.unit.dimension == other.unit.dimension
        )

    def equals(self, other: Amount) -> bool:
        """The same amount; a missing unit on one side is let pass."""
        if self.alike(other):
            return _near(self.in_base, other.in_base)
        return (self.unit is None or other.unit is None) and _near(self.value, other.value)


def _near(one: Fraction, other: Fraction) -> bool:
    return abs(one - other) <= TOLERANCE * max(abs(one), abs(other))


@lru_cache(maxsize=2048)
def amounts_of(text: str) -> tuple[Amount, ...]:
    """The amounts of a text in their order; spans lie in ``text`` (the whole of it where it holds LaTeX)."""
    if not any(c.isdigit() or c in _PLACES or c in _DIGITS for c in text):
        return ()
    written = plain(text)
    folded, offsets = _half(written)
    markers = [m.span() for m in _MARKER.finditer(folded)]
    found: list[Amount] = []
    last, name, label = 0, "", ""
    for start, end, value, guessed in sorted(_values(folded)):
        if start < last or any(a <= start < b for a, b in markers):
            continue
        unit, stop = _unit(folded, end)
        gap = folded[last:start]
        if not (found and _GOES_ON.match(gap)):
            name, label = _named(folded[:start], gap)
        denial = _DENIED.search(folded[:start])
        first, past = offsets[denial.start() if denial else start], offsets[stop - 1] + 1
        span = Span(first, past) if written == text else Span(0, len(text))
        said = written[first:past].strip()
        unsure = guessed or (unit is None and _ALGEBRA.match(folded, stop) is not None)
        found.append(Amount(value, unit, name, span, said, label, denial is not None, unsure))
        last = stop
    return tuple(found)


def _half(text: str) -> tuple[str, tuple[int, ...]]:
    """Half width, with superscripts as powers, and for each character its offset."""
    characters: list[str] = []
    offsets: list[int] = []
    raised = False
    for offset, character in enumerate(text):
        form = halfwidth(character) if character != "、" else character
        is_raised = len(form) > 1 and form[0] == "^"
        form = form[1:] if is_raised and raised else form
        raised = is_raised
        characters += form
        offsets += [offset] * len(form)
    return "".join(characters), tuple(offsets)


def _values(folded: str) -> list[tuple[int, int, Fraction, bool]]:
    found = []
    for match in _NUMBER.finditer(folded):
        read = parse_quantity(match[0])
        if read is not None and not read.unit_text:
            found.append((match.start(), match.end(), read.value, read.guessed))
    for match in _SPOKEN.finditer(folded):
        value = spoken_value(match[0])
        if value:
            found.append((match.start(), match.end(), Fraction(value), True))
    return found


def spoken_value(words: str) -> int:
    """一百二十 is 120; 0 for what is no number."""
    total, digit = 0, 0
    for character in words:
        if character in _PLACES:
            total += (digit or 1) * _PLACES[character]
            digit = 0
        else:
            digit = _DIGITS[character]
    return total + digit


def _unit(folded: str, end: int) -> tuple[Unit | None, int]:
    """The longest unit that stands right after a number, and where it ends."""
    match = _UNIT.match(folded, end)
    if match is None:
        return None, end
    begin, room = match.start(1), match[1]
    for size in range(min(len(room), _LONGEST_UNIT), 0, -1):
        text = room[:size]
        following = folded[begin + size : begin + size + 1]
        if text[-1].isspace() or (
            text[-1].isascii()
            and text[-1].isalpha()
            and following.isascii()
            and following.isalpha()
            and following != "x"  # the sign of times
        ):
            continue
        if not _may_be_unit(text, begin > end):
            continue
        unit = parse_unit(text)
        if unit is not None and any(c.isalpha() or c in "%°" for c in text):
            return unit, begin + size
    return None, end


def _may_be_unit(text: str, apart: bool) -> bool:
    if "+" in text or text[-1] in "/·(-^x" or text.count("(") != text.count(")"):
        return False
    if text[0] in "/·^)-(0123456789" or _APART.search(text):
        return False
    if not (any(c.isalpha() for c in text) or text in "%°"):
        return False
    if text.isascii() and text.isalpha() and len(text) <= 3:
        return has_known_case(text) and not (apart and text in _NO_UNITS - {"s", "m", "h", "K", "min"})
    return True


def _named(before: str, gap: str) -> tuple[str, str]:
    """The quantity that stands nearest before a number, in its clause or the one before; and the clause."""
    clause = _BREAK.split(gap)[-1]
    name = first_named(clause)
    if name or re.search(r"[A-Za-z\u3400-\u9fff]{3}", clause):
        return name, clause.strip()
    sentence = re.split(r"[;!?\n。]|\.(?!\d)", before)[-1]
    clauses = [part for part in _BREAK.split(sentence) if part.strip()]
    for part in reversed(clauses[-3:]):
        if first_named(part):
            return first_named(part), clause.strip()
    return "", clause.strip()
