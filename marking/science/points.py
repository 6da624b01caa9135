"""Coordinates and vectors: (1,-2), A(1,-2), "x=1, y=-2", 3i-2j, and several points in any order."""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.answer_keys import PointCheck
from marking.science.judged import Judged, right, unreadable, wrong
from marking.science.values import (
    FOR_POSITIVE,
    FOR_POSITIVE_ALONE,
    Value,
    answer_text,
    letters_of,
    parse_value,
    split_outside,
)

MAX_POINTS = 12
MAX_COORDINATES = 4
_COMMA = re.compile(r"[,;]")
_JOINT = re.compile(r"[,;]|或者|或|且|和|与|及")
_LABELLED = re.compile(r"^(?:点|向量)?(?P<label>[A-Za-z](?:_\d|')?)?=?(?P<inner>[(<].*[)>])$")
_NAMED = re.compile(r"^(?P<name>[A-Za-z])=(?P<value>[^=]+)$")
_UNIT_VECTORS = "ijk"


@dataclass(frozen=True, slots=True)
class Point:
    """Coordinates, with the point's letter where it is given."""

    coordinates: tuple[Value, ...]
    label: str = ""

    def equals(self, other: Point) -> bool:
        """Whether all coordinates agree, and the letters where both have one."""
        if len(self.coordinates) != len(other.coordinates):
            return False
        if self.label and other.label and self.label != other.label:
            return False
        return all(a.equals(b) for a, b in zip(self.coordinates, other.coordinates, strict=True))

    def equals_for_all_signs(self, other: Point) -> bool:
        """Whether the two are equal with negative letters as well."""
        pairs = zip(self.coordinates, other.coordinates, strict=True)
        return self.equals(other) and all(a.equals_for_all_signs(b) for a, b in pairs)


def judge_points(check: PointCheck, steps: int, text: str) -> Judged:
    """One point, or several in any order, against the key."""
    wanted, written = parse_points(check.value), parse_points(text)
    if not wanted or not written:
        return unreadable(f"不是坐标，答案是 {check.value}")
    absent = [point for point in wanted if not any(point.equals(other) for other in written)]
    added = [point for point in written if not any(point.equals(other) for other in wanted)]
    if not absent and not added:
        if all(any(point.equals_for_all_signs(other) for other in written) for point in wanted):
            return right(steps, f"与 {check.value} 相同")
        return right(steps, f"与 {check.value} 相同{FOR_POSITIVE_ALONE}", FOR_POSITIVE)
    return wrong(_difference(absent, added, check.value))


def _difference(absent: list[Point], added: list[Point], key: str) -> str:
    if not added:
        return f"少了 {len(absent)} 个点，应为 {key}"
    if not absent:
        return f"多了 {len(added)} 个点，应为 {key}"
    wanted, written = absent[0].coordinates, added[0].coordinates
    if len(wanted) != len(written):
        return f"坐标的个数不对，应为 {key}"
    if all(a.equals(b) for a, b in zip(wanted, written[::-1], strict=True)):
        return f"横、纵坐标写反了，应为 {key}"
    off = [str(at) for at, (a, b) in enumerate(zip(wanted, written, strict=True), start=1) if not a.equals(b)]
    if not off:
        return f"点的名称不对，应为 {key}"
    return f"第 {'、'.join(off)} 个坐标错，应为 {key}"


def parse_points(text: str) -> tuple[Point, ...]:
    """The points that the text writes; none when it writes none."""
    whole = answer_text(text)
    tidy = whole.removeprefix("{")  # the brace before the lines of a system's solution
    if whole.startswith("{") and whole.endswith("}"):
        tidy = whole[1:-1]
    named = _named(tidy)
    if named is not None:
        return (named,)
    parts = [part for part in split_outside(tidy, _JOINT) if part]
    if 2 <= len(parts) <= MAX_COORDINATES and not any(char in whole for char in "(=<{"):
        parts = [f"({tidy})"]  # 1,-2 without its brackets; {1,-2} is a set of numbers
    if not 1 <= len(parts) <= MAX_POINTS:
        return ()
    points = [_point(part) for part in parts]
    return tuple(point for point in points if point is not None) if all(points) else ()


def _point(text: str) -> Point | None:
    match = _LABELLED.fullmatch(text)
    if match is None:
        return _by_unit_vectors(text)
    values = [parse_value(one) for one in split_outside(match["inner"][1:-1], _COMMA)]
    known = tuple(value for value in values if value is not None)
    if len(known) < len(values) or not 2 <= len(known) <= MAX_COORDINATES:
        return None
    return Point(known, match["label"] or "")


def _named(text: str) -> Point | None:
    """x=1, y=-2: the coordinates in the order of their letters."""
    parts = [_NAMED.fullmatch(part) for part in split_outside(text, _COMMA) if part]
    matches = [match for match in parts if match is not None]
    names = [match["name"] for match in matches]
    if len(matches) < len(parts) or not 2 <= len(set(names)) == len(names) <= MAX_COORDINATES:
        return None
    values = [parse_value(match["value"]) for match in sorted(matches, key=lambda match: match["name"])]
    known = tuple(value for value in values if value is not None)
    return Point(known) if len(known) == len(values) else None


def _by_unit_vectors(text: str) -> Point | None:
    """3i-2j: the coordinates are the coefficients of i, j, k."""
    value = parse_value(text.rsplit("=", maxsplit=1)[-1])
    if value is None or not letters_of(value) or not letters_of(value) <= set(_UNIT_VECTORS):
        return None
    dimensions = 3 if "k" in letters_of(value) else 2
    found = []
    for unit in _UNIT_VECTORS[:dimensions]:
        others = dict.fromkeys(_UNIT_VECTORS, "0") | {unit: "1"}
        found.append(parse_value("".join(f"({others[c]})" if c in others else c for c in value.text)))
    known = tuple(one for one in found if one is not None)
    return Point(known) if len(known) == dimensions else None
