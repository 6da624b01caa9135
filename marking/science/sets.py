"""Sets of real numbers: intervals, finite sets, conditions on a letter, ∪ and ∩, R and ∅."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import inf, isinf

from core.answer_keys import SetCheck
from marking.equivalence import SHIFTS
from marking.science.judged import Judged, partly, right, unreadable, wrong
from marking.science.values import (
    CLOSE,
    FOR_POSITIVE,
    FOR_POSITIVE_ALONE,
    answer_text,
    letters_of,
    parse_value,
    split_outside,
)
from marking.signs import depends_on_signs

MAX_PIECES = 24
MAX_DEPTH = 6
#: A comma between conditions was taken for "and" or "or" by what makes sense.
_GUESSED = 0.8

_EMPTY = re.compile(r"∅|Ø|φ|ϕ|Φ|空集|无解|无实数解|不存在|\{\}")
_ALL = re.compile(r"R|ℝ|(?:全体|任意|一切|所有)?实数(?:集)?|全体实数R|\(-∞,\+?∞\)")
_OR = re.compile(r"∪|或者|或")
_AND = re.compile(r"∩|并且|且|&")
_COMMA = re.compile(r"[,;]")
_BUILDER = re.compile(r"^\{([A-Za-zα-ω])(?:∈R|∈ℝ)?[|:](.+)\}$")
_INTERVAL = re.compile(r"^([\[(])(.+)([\])])$")
_WITHOUT = re.compile(r"^(R|ℝ|.+?(?=\\))\\?(\{.+\})$")
_NAME = re.compile(r"^[A-Za-zα-ω](?:∪|∩)?[A-Za-z]?(?:∈|=)(?=[\[({∅R])")
_CHAIN = re.compile(r"<=|>=|!=|[=<>≤≥≠]")
_SIGNS = {"<=": "≤", ">=": "≥", "!=": "≠"}


@dataclass(frozen=True, slots=True)
class Piece:
    """From ``low`` to ``high``, each end closed (belongs to it) or open."""

    low: float
    high: float
    low_closed: bool
    high_closed: bool


Pieces = tuple[Piece, ...]
EVERYTHING: Pieces = (Piece(-inf, inf, low_closed=False, high_closed=False),)


class NoSet(ValueError):
    """The text is no set of the grammar."""


@dataclass(frozen=True, slots=True)
class RealSet:
    """The set's pieces at each sample of its letters; ``guessed`` where a comma's meaning was."""

    samples: tuple[Pieces, ...]
    guessed: bool = False
    signs_matter: bool = False  #: a bar or an even root stands over a letter


def judge_set(check: SetCheck, steps: int, text: str) -> Judged:
    """A set against the key."""
    wanted, written = parse_set(check.value), parse_set(text)
    if wanted is None or written is None:
        return unreadable(f"不是集合或区间，答案是 {check.value}")
    pairs = list(zip(wanted.samples, written.samples, strict=True))
    if all(_same(a, b, ends=True) for a, b in pairs):
        if (wanted.signs_matter or written.signs_matter) and answer_text(text) != answer_text(check.value):
            return right(steps, f"与 {check.value} 相同{FOR_POSITIVE_ALONE}", FOR_POSITIVE)
        return right(steps, f"与 {check.value} 相同", _GUESSED if written.guessed else 1.0)
    if all(_same(a, b, ends=False) for a, b in pairs):
        return partly(steps, check.endpoint_steps, f"端点的开闭（或等号）不对，应为 {check.value}", 0.9)
    return wrong(
        _difference(wanted.samples[0], written.samples[0], check.value), 0.8 if written.guessed else 0.95
    )


def _difference(wanted: Pieces, written: Pieces, key: str) -> str:
    if not written:
        return f"写成空集，应为 {key}"
    if not wanted:
        return f"应为空集 {key}"
    finite = [[piece.low for piece in pieces if piece.low == piece.high] for pieces in (wanted, written)]
    if len(finite[0]) == len(wanted) and len(finite[1]) == len(written):
        absent = [f"{one:g}" for one in finite[0] if not any(_close(one, other) for other in finite[1])]
        added = [f"{one:g}" for one in finite[1] if not any(_close(one, other) for other in finite[0])]
        parts = [f"少了 {'、'.join(absent)}"] * bool(absent) + [f"多了 {'、'.join(added)}"] * bool(added)
        return f"{'，'.join(parts)}，应为 {key}"
    if len(wanted) == len(written) and all(
        _close(a.low, b.low) or _close(a.high, b.high) for a, b in zip(wanted, written, strict=True)
    ):
        return f"有端点的数不对，应为 {key}"
    if _same(merged(common(wanted, written)), written, ends=True):
        return f"少了一部分，应为 {key}"
    return f"与 {key} 不同"


def parse_set(text: str) -> RealSet | None:
    """The set that the text writes; ``None`` when it writes none."""
    tidy = _NAME.sub("", answer_text(text).replace("U(", "∪(").replace("U[", "∪[").replace("U{", "∪{"))
    if not tidy:
        return None
    readers = [_Reader(shift) for shift in range(SHIFTS)]
    try:
        samples = tuple(merged(reader.read(tidy, 0)) for reader in readers)
    except NoSet:
        return None
    return RealSet(samples, readers[0].guessed, readers[0].signs_matter)


def interval_form(key: str) -> str:
    """The key's set in intervals and single elements; "" where an end is a letter or no short decimal."""
    parsed = parse_set(key)
    if parsed is None or any(not _same(parsed.samples[0], other, ends=True) for other in parsed.samples[1:]):
        return ""
    ends = [end for piece in parsed.samples[0] for end in (piece.low, piece.high)]
    if any(float(f"{end:g}") != end for end in ends):
        return ""
    return "∪".join(_shown(piece) for piece in parsed.samples[0]) or "∅"


def _shown(piece: Piece) -> str:
    if piece.low == piece.high:
        return f"{{{piece.low:g}}}"
    low = "-∞" if piece.low == -inf else f"{piece.low:g}"
    high = "+∞" if piece.high == inf else f"{piece.high:g}"
    return f"{'[' if piece.low_closed else '('}{low},{high}{']' if piece.high_closed else ')'}"


class _Reader:
    """Reads a text with the letters of endpoints at one sample."""

    def __init__(self, shift: int) -> None:
        self._shift = shift
        self.guessed = False
        self.signs_matter = False

    def read(self, text: str, depth: int) -> Pieces:
        if depth > MAX_DEPTH:
            raise NoSet("too deep")
        parts = split_outside(text, _OR)
        if len(parts) > MAX_PIECES:
            raise NoSet("too many parts")
        return tuple(piece for part in parts for piece in self._all_of(part, depth))

    def _all_of(self, text: str, depth: int) -> Pieces:
        pieces = EVERYTHING
        for part in split_outside(text, _AND):
            pieces = common(pieces, self._with_commas(part, depth))
        return pieces

    def _with_commas(self, text: str, depth: int) -> Pieces:
        """Conditions after commas hold together where that is possible, else one or the other."""
        parts = [part for part in split_outside(text, _COMMA) if part]
        if len(parts) < 2:
            return self._atom(text, depth)
        if len(parts) > MAX_PIECES:
            raise NoSet("too many parts")
        several = [self._atom(part, depth) for part in parts]
        together = EVERYTHING
        for pieces in several:
            together = common(together, pieces)
        if together and all(_CHAIN.search(part) for part in parts):
            self.guessed = not all("≠" in part for part in parts)
            return together
        return tuple(piece for pieces in several for piece in pieces)

    def _atom(self, text: str, depth: int) -> Pieces:
        if _EMPTY.fullmatch(text):
            return ()
        if _ALL.fullmatch(text):
            return EVERYTHING
        if match := _WITHOUT.fullmatch(text):
            return common(self.read(match[1], depth + 1), complement(self.read(match[2], depth + 1)))
        if match := _BUILDER.fullmatch(text):
            return self.read(match[2], depth + 1)
        if text.startswith("{") and text.endswith("}"):
            return tuple(self._point(one) for one in split_outside(text[1:-1], _COMMA))
        interval = self._interval(text)
        return interval if interval is not None else self._condition(text)

    def _interval(self, text: str) -> Pieces | None:
        match = _INTERVAL.fullmatch(text)
        ends = split_outside(match[2], _COMMA) if match else []
        if match is None or len(ends) != 2:
            return None
        low, high = self._number(ends[0]), self._number(ends[1])
        if low > high:
            raise NoSet("an interval from its larger end")
        closed = match[1] == "[" and low > -inf, match[3] == "]" and high < inf
        return (Piece(low, high, *closed),) if low < high or all(closed) else ()

    def _condition(self, text: str) -> Pieces:
        """1<x≤3, x≠0, x=±2; a bare value stands for the set of it."""
        signs = [_SIGNS.get(sign, sign) for sign in _CHAIN.findall(text)]
        sides = _CHAIN.split(text)
        if not signs:
            return tuple(self._point(one) for one in _both_signs(text))
        if len(signs) > 2 or not all(sides):
            raise NoSet("more than two relations")
        letter = sides[1] if len(signs) == 2 else next((s for s in sides if _is_name(s)), "")
        if not _is_name(letter):
            raise NoSet("no letter that the condition is about")
        pieces = EVERYTHING
        for at, sign in enumerate(signs):
            left, right_side = sides[at], sides[at + 1]
            if left == letter:
                pieces = common(pieces, self._related(sign, right_side, letter))
            else:
                pieces = common(pieces, self._related(_TURNED.get(sign, sign), left, letter))
        return pieces

    def _related(self, sign: str, bound: str, letter: str) -> Pieces:
        if letter in bound and (value := parse_value(bound)) and letter in letters_of(value):
            raise NoSet("the letter stands on both sides")
        points = tuple(self._point(one) for one in _both_signs(bound))
        if sign == "=":
            return points
        if sign == "≠":
            return complement(points)
        if len(points) != 1:
            raise NoSet("a bound of two values")
        at = points[0].low
        closed = sign in "≤≥" and abs(at) < inf
        if sign in ("<", "≤"):
            return (Piece(-inf, at, low_closed=False, high_closed=closed),)
        return (Piece(at, inf, low_closed=closed, high_closed=False),)

    def _point(self, text: str) -> Piece:
        at = self._number(text.rsplit("=", maxsplit=1)[-1])
        if abs(at) == inf:
            raise NoSet("infinity is no element")
        return Piece(at, at, low_closed=True, high_closed=True)

    def _number(self, text: str) -> float:
        if text in ("∞", "+∞", "-∞"):
            return -inf if text.startswith("-") else inf
        value = parse_value(text)
        if value is None or abs(value.samples[self._shift].imag) > CLOSE:
            raise NoSet(f"no real number: {text!r}")
        self.signs_matter |= depends_on_signs(value.node)
        return value.samples[self._shift].real


_TURNED = {"<": ">", ">": "<", "≤": "≥", "≥": "≤"}


def _is_name(text: str) -> bool:
    return bool(re.fullmatch(r"[A-Za-zα-ω](?:_\d)?", text))


def _both_signs(text: str) -> list[str]:
    return [text.replace("±", "+"), text.replace("±", "-")] if "±" in text else [text]


def common(first: Pieces, second: Pieces) -> Pieces:
    """The intersection.

    Raises:
        NoSet: it has too many pieces.
    """
    if len(first) * len(second) > MAX_PIECES**2:
        raise NoSet("too many pieces")
    both = []
    for a in first:
        for b in second:
            low, low_closed = max((a.low, not a.low_closed), (b.low, not b.low_closed))
            high, high_closed = min((a.high, a.high_closed), (b.high, b.high_closed))
            if low < high or (low == high and not low_closed and high_closed):
                both.append(Piece(low, high, not low_closed, high_closed))
    return tuple(both)


def complement(pieces: Pieces) -> Pieces:
    """The real numbers without the pieces."""
    rest: Pieces = EVERYTHING
    for piece in pieces:
        below = Piece(-inf, piece.low, low_closed=False, high_closed=not piece.low_closed)
        above = Piece(piece.high, inf, low_closed=not piece.high_closed, high_closed=False)
        rest = common(rest, tuple(one for one in (below, above) if one.low < one.high))
    return rest


def merged(pieces: Pieces) -> Pieces:
    """Sorted, with pieces that touch or overlap made one."""
    done: list[Piece] = []
    for piece in sorted(pieces, key=lambda one: (one.low, not one.low_closed)):
        last = done[-1] if done else None
        touches = last is not None and (
            piece.low < last.high or (_close(piece.low, last.high) and (piece.low_closed or last.high_closed))
        )
        if last is None or not touches:
            done.append(piece)
            continue
        high, high_closed = max((last.high, last.high_closed), (piece.high, piece.high_closed))
        done[-1] = Piece(last.low, high, last.low_closed, high_closed)
    return tuple(done)


def _same(first: Pieces, second: Pieces, *, ends: bool) -> bool:
    if len(first) != len(second):
        return False
    return all(
        _close(a.low, b.low)
        and _close(a.high, b.high)
        and (not ends or (a.low_closed, a.high_closed) == (b.low_closed, b.high_closed))
        for a, b in zip(first, second, strict=True)
    )


def _close(first: float, second: float) -> bool:
    if isinf(first) or isinf(second):
        return first == second
    return abs(first - second) <= CLOSE * max(1.0, abs(first))
