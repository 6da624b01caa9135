"""Field blocks of a template: types, label ranges and where each bubble stands, in template pixels."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator
from typing import Any

from core.base import Record
from core.cards import Bubble, BubbleField, BubblePurpose
from core.errors import CardInvalid
from core.geometry import BoxMm

_DIGITS = tuple("0123456789")
#: What a block's ``fieldType`` means: the bubbles' values in printed order, and their direction.
FIELD_TYPES: dict[str, tuple[tuple[str, ...], str]] = {
    "QTYPE_INT": (_DIGITS, "vertical"),
    "QTYPE_INT_FROM_1": ((*_DIGITS[1:], "0"), "vertical"),
    "QTYPE_MCQ4": (tuple("ABCD"), "horizontal"),
    "QTYPE_MCQ5": (tuple("ABCDE"), "horizontal"),
    "QTYPE_MCQ4_RTL": (tuple("DCBA"), "horizontal"),
    "QTYPE_MCQ5_RTL": (tuple("EDCBA"), "horizontal"),
    # Names that templates of 2018-2021 used.
    "QTYPE_MCQ": (tuple("ABCD"), "horizontal"),
    "QTYPE_ROLL": (_DIGITS, "vertical"),
    "QTYPE_MED": (("E", "H"), "vertical"),
}
_RANGE = re.compile(r"^(?P<stem>[^.\d]+)(?P<first>\d+)\.{2,3}(?P<last>\d+)$")
_MOST_FIELDS = 2000


class Layout(Record):
    """What all blocks of a template share. ``mm_per_px`` turns template pixels into card millimetres."""

    file: str
    page_px: tuple[float, float]
    bubble_px: tuple[float, float]
    mm_per_px: float
    empty_value: str = ""


class BlockFields(Record):
    """The fields of one block, and what the tool prints for each when nothing is filled."""

    fields: tuple[BubbleField, ...]
    empty_values: dict[str, str]


def expand_labels(labels: Any, file: str, field: str) -> tuple[str, ...]:
    """Labels with ranges written out: ``["q1..3", "x"]`` is ``("q1", "q2", "q3", "x")``.

    Raises:
        CardInvalid: not a list of texts, an empty or too long range, or a label given twice.
    """
    if not isinstance(labels, list | tuple) or not labels or not all(isinstance(x, str) for x in labels):
        raise _invalid(file, field, f'应是文字的列表，如 ["q1..20"]，现在是 {labels!r}')
    wide = tuple(itertools.chain.from_iterable(_expand(label, file, field) for label in labels))
    twice = sorted({label for label in wide if wide.count(label) > 1})
    if twice:
        raise _invalid(file, field, f"标签重复：{'、'.join(twice[:5])}")
    return wide


def _expand(label: str, file: str, field: str) -> tuple[str, ...]:
    found = _RANGE.match(label)
    if found is None:
        return (label,)
    first, last = int(found["first"]), int(found["last"])
    if not first < last < first + _MOST_FIELDS:
        raise _invalid(file, field, f"范围 {label!r} 应从小到大，且不超过 {_MOST_FIELDS} 个")
    return tuple(f"{found['stem']}{number}" for number in range(first, last + 1))


def block_fields(name: str, block: Any, layout: Layout) -> BlockFields:
    """The bubble fields of one entry of ``fieldBlocks``.

    Raises:
        CardInvalid: a value is missing, of the wrong kind, or a bubble falls outside the page.
    """
    where = f"fieldBlocks.{name}"
    if not isinstance(block, dict):
        raise _invalid(layout.file, where, f"应是一个对象，现在是 {block!r}")
    values, direction = _values_and_direction(block, layout.file, where)
    labels = expand_labels(block.get("fieldLabels"), layout.file, f"{where}.fieldLabels")
    size = pair(block, "bubbleDimensions", layout.file, where, layout.bubble_px)
    origin = pair(block, "origin", layout.file, where)
    gap = number(block, "bubblesGap", layout.file, where)
    fields = []
    for label, offset in zip(labels, _label_offsets(block, len(labels), layout.file, where), strict=True):
        corners = _corners(origin, offset, gap, len(values), direction)
        boxes = [_box(corner, size, layout, f"{where}（{label}）") for corner in corners]
        bubbles = tuple(Bubble(label=v, box=b) for v, b in zip(values, boxes, strict=True))
        fields.append(BubbleField(purpose=BubblePurpose.CUSTOM, key=label, bubbles=bubbles))
    empty = block.get("emptyValue", layout.empty_value)
    return BlockFields(fields=tuple(fields), empty_values=dict.fromkeys(labels, str(empty)))


def _values_and_direction(block: dict[str, Any], file: str, where: str) -> tuple[tuple[str, ...], str]:
    kind = block.get("fieldType")
    if kind is not None and kind not in FIELD_TYPES:
        known = "、".join(FIELD_TYPES)
        raise _invalid(
            file, f"{where}.fieldType", f"不认识 {kind!r}；可用：{known}，或写 bubbleValues 和 direction"
        )
    values, direction = FIELD_TYPES.get(str(kind), ((), ""))
    given = block.get("bubbleValues", list(values))
    direction = block.get("direction", direction)
    if not isinstance(given, list) or not given or not all(isinstance(v, str | int) for v in given):
        raise _invalid(file, f"{where}.bubbleValues", f"应是非空的列表，现在是 {given!r}")
    if direction not in ("horizontal", "vertical"):
        raise _invalid(file, f"{where}.direction", f"应是 horizontal 或 vertical，现在是 {direction!r}")
    return tuple(str(v) for v in given), direction


def _label_offsets(block: dict[str, Any], count: int, file: str, where: str) -> tuple[float, ...]:
    """Distance of each label from the first, in pixels; ``labelsGap`` is one gap or a list of gaps."""
    gaps = block.get("labelsGap", 0 if count == 1 else None)
    if isinstance(gaps, list):
        if len(gaps) != count - 1 or not all(_is_number(gap) for gap in gaps):
            raise _invalid(file, f"{where}.labelsGap", f"应有 {count - 1} 个数，现在是 {gaps!r}")
        return tuple(itertools.accumulate((float(gap) for gap in gaps), initial=0.0))
    gap = number({"labelsGap": gaps}, "labelsGap", file, where)
    return tuple(index * gap for index in range(count))


def _corners(
    origin: tuple[float, float], offset: float, gap: float, count: int, direction: str
) -> Iterator[tuple[float, float]]:
    """Top left of each bubble: bubbles run along the direction, labels across it."""
    for index in range(count):
        along, across = index * gap, offset
        dx, dy = (along, across) if direction == "horizontal" else (across, along)
        yield origin[0] + dx, origin[1] + dy


def _box(corner: tuple[float, float], size: tuple[float, float], layout: Layout, where: str) -> BoxMm:
    (x, y), (width, height), scale = corner, size, layout.mm_per_px
    centre = (x + width / 2, y + height / 2)
    if not (0 <= centre[0] <= layout.page_px[0] and 0 <= centre[1] <= layout.page_px[1]):
        raise _invalid(
            layout.file, where, f"填涂框中心 {centre} 在页面 {layout.page_px} 之外；请检查 origin 和间距"
        )
    return BoxMm(x_mm=x * scale, y_mm=y * scale, width_mm=width * scale, height_mm=height * scale)


def pair(
    source: dict[str, Any], key: str, file: str, where: str = "", default: tuple[float, float] | None = None
) -> tuple[float, float]:
    """Two numbers under ``key``; sizes (``…Dimensions``) must be above zero.

    Raises:
        CardInvalid: missing, or not two finite numbers in range.
    """
    value = source.get(key, default)
    field = f"{where}.{key}" if where else key
    least = 1e-6 if "imensions" in key else 0.0
    if not isinstance(value, list | tuple) or len(value) != 2 or not all(_is_number(v, least) for v in value):
        raise _invalid(file, field, f"应是两个数，如 [300, 400]，现在是 {value!r}")
    return float(value[0]), float(value[1])


def number(source: dict[str, Any], key: str, file: str, where: str) -> float:
    """A number of at least 0 under ``key``.

    Raises:
        CardInvalid: missing, or not a finite number of at least 0.
    """
    value = source.get(key)
    if not _is_number(value):
        raise _invalid(file, f"{where}.{key}", f"应是不小于 0 的数，现在是 {value!r}")
    return float(str(value))


def _is_number(value: object, least: float = 0.0) -> bool:
    good = isinstance(value, int | float) and not isinstance(value, bool)
    return good and math.isfinite(float(str(value))) and least <= float(str(value)) <= 1e5


def _invalid(file: str, field: str, what: str) -> CardInvalid:
    return CardInvalid(f"{file} 的 {field}：{what}。", "请改正后重新导入。")
