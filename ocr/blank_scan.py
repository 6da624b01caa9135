"""An existing card of the school: its blank scan, with the regions that a person drew on it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from enum import StrEnum
from typing import Literal

import cv2
import numpy as np
from pydantic import Field

from core.base import Record
from core.cards import (
    BLANK_PX_PER_MM,
    AlignmentStep,
    Bubble,
    BubbleField,
    BubblePurpose,
    Card,
    CardPage,
    CardSource,
    WritingKind,
    WritingRegion,
)
from core.errors import CardInvalid
from core.exams import Exam, MultipleChoice, SingleChoice
from core.geometry import BoxMm
from ocr.rasters import Grey

_MM_PER_INCH = 25.4
_LEAST_CELL_MM = 1.8  #: smaller cells of a bubble grid cannot be read on a 200 dpi scan
_DIGITS = tuple("0123456789")
_SHORTEST_SIDE_MM, _LONGEST_SIDE_MM = 50.0, 600.0


class RegionKind(StrEnum):
    ANSWER_BUBBLES = "answer_bubbles"  #: ``keys`` are item numbers
    NUMBER_BUBBLES = "number_bubbles"  #: one key per digit is made; ``count`` digits
    OPTIONAL_BUBBLES = "optional_bubbles"  #: 选做题: ``keys`` is the group id, labels the item numbers
    ABSENT_BUBBLE = "absent_bubble"
    NUMBER_BOXES = "number_boxes"  #: handwritten digits, ``count`` of them side by side
    WRITING = "writing"  #: ``keys`` is one item number
    NAME = "name"
    STICKER = "sticker"
    SCORE = "score"


class DrawnRegion(Record):
    """One region as drawn in the browser.

    A bubble grid's box touches the outermost bubbles' cells; it is divided evenly into one line of
    bubbles per key, with one cell per label. ``direction`` says how the labels of one key run.
    ``bubble_share`` is the printed bubble's width and height as shares of its cell.
    """

    page: int = Field(ge=1)
    kind: RegionKind
    box: BoxMm
    keys: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    count: int = Field(default=1, ge=1, le=20)
    direction: Literal["horizontal", "vertical"] = "horizontal"
    bubble_share: tuple[float, float] = (0.75, 0.65)
    writing: WritingKind = WritingKind.BOX
    part: int = Field(default=0, ge=0)
    line_pitch_mm: float = Field(default=0.0, ge=0)


def card_from_blank_scan(
    exam: Exam, pages: Sequence[Grey], dpi: float, regions: Sequence[DrawnRegion], revision: int
) -> tuple[Card, dict[str, bytes]]:
    """A card that is laid on scans by the print it shares with its blank pages.

    Args:
        exam: gives the items; multiple choices may have several bubbles filled.
        pages: grey pixels of each blank side, scanned straight, in order.
        dpi: resolution of the scan; it fixes the millimetres.
        regions: as drawn, in any order.
        revision: the card's revision.

    Returns:
        The card and the blobs that it names (blank pages as PNG), by SHA-256.

    Raises:
        CardInvalid: names the page and the region that cannot be right.
    """
    if not pages:
        raise CardInvalid("没有空白答题卡的扫描页。", "请先上传空白答题卡的扫描件。")
    sizes = [_size_mm(page, dpi, number) for number, page in enumerate(pages, start=1)]
    pngs = [_blank_png(page, size) for page, size in zip(pages, sizes, strict=True)]
    digests = [hashlib.sha256(png).hexdigest() for png in pngs]
    card_pages = [
        _page(exam, number, size, [r for r in regions if r.page == number])
        for number, size in enumerate(sizes, start=1)
    ]
    _check_regions(card_pages, regions, len(pages))
    steps = tuple(
        AlignmentStep(name="feature_alignment", options={"page": number}, blob=digest)
        for number, digest in enumerate(digests, start=1)
    )
    card = Card(
        id=f"{exam.id}-{revision}",
        exam_id=exam.id,
        revision=revision,
        exam_revision=exam.revision,
        source=CardSource.BLANK_SCAN,
        pages=tuple(card_pages),
        alignment=steps,
        number_digits=max(map(_digit_count, card_pages)),
        blank_blobs=tuple(digests),
    )
    return card, dict(zip(digests, pngs, strict=True))


def uncovered_items(exam: Exam, card: Card) -> tuple[str, ...]:
    """Numbers of the items for which no region has been drawn yet, in exam order."""
    return tuple(item.number for item in exam.items if not card.pages_of(item.number))


def _size_mm(page: Grey, dpi: float, number: int) -> tuple[float, float]:
    if not 50 <= dpi <= 1200:
        raise CardInvalid(
            f"扫描分辨率是 {dpi:g} dpi，应在 50 到 1200 之间。", "请填写扫描时的分辨率，如 200。"
        )
    height, width = (side / dpi * _MM_PER_INCH for side in page.shape)
    if min(width, height) < _SHORTEST_SIDE_MM or max(width, height) > _LONGEST_SIDE_MM:
        raise CardInvalid(
            f"第 {number} 页按 {dpi:g} dpi 算是 {width:.0f} × {height:.0f} 毫米，不像一张答题卡。",
            "请检查填写的分辨率。",
        )
    return width, height


def _blank_png(page: Grey, size_mm: tuple[float, float]) -> bytes:
    size = (round(size_mm[0] * BLANK_PX_PER_MM), round(size_mm[1] * BLANK_PX_PER_MM))
    how = cv2.INTER_AREA if size[0] < page.shape[1] else cv2.INTER_CUBIC
    _, content = cv2.imencode(".png", cv2.resize(page, size, interpolation=how))
    return np.asarray(content).tobytes()


def _page(exam: Exam, number: int, size: tuple[float, float], regions: Sequence[DrawnRegion]) -> CardPage:
    for region in regions:
        box = region.box
        if min(box.x_mm, box.y_mm) < 0 or box.right_mm > size[0] + 0.5 or box.bottom_mm > size[1] + 0.5:
            raise _wrong(region, "画到了页面之外", "请把它移到页面之内。")
    bubbles = [field for region in regions for field in _bubble_fields(exam, region)]
    return CardPage(
        number=number,
        width_mm=size[0],
        height_mm=size[1],
        sticker_box=_single_box(regions, RegionKind.STICKER),
        number_boxes=tuple(
            box for r in regions if r.kind is RegionKind.NUMBER_BOXES for box in _cells(r.box, r.count, 1)
        ),
        name_box=_single_box(regions, RegionKind.NAME),
        bubbles=tuple(bubbles),
        writing=tuple(_writing(exam, r) for r in regions if r.kind is RegionKind.WRITING),
        item_boxes=_item_boxes(regions),
        score_box=_single_box(regions, RegionKind.SCORE),
    )


def _single_box(regions: Sequence[DrawnRegion], kind: RegionKind) -> BoxMm | None:
    found = [region for region in regions if region.kind is kind]
    if len(found) > 1:
        raise _wrong(found[1], "这一页已经有一个同类的区域", "每页只能画一个。")
    return found[0].box if found else None


def _item_boxes(regions: Sequence[DrawnRegion]) -> dict[str, BoxMm]:
    """Where each item is written, for crops; of several regions of one item the first."""
    boxes: dict[str, BoxMm] = {}
    for region in regions:
        if region.kind is RegionKind.WRITING and region.keys:
            boxes.setdefault(region.keys[0], region.box)
    return boxes


def _writing(exam: Exam, region: DrawnRegion) -> WritingRegion:
    if len(region.keys) != 1:
        raise _wrong(region, "书写区要写明属于哪一道题", "请选一个题号。")
    _item(exam, region, region.keys[0])
    return WritingRegion(
        item=region.keys[0],
        part=region.part,
        kind=region.writing,
        box=region.box,
        line_pitch_mm=region.line_pitch_mm,
    )


def _bubble_fields(exam: Exam, region: DrawnRegion) -> list[BubbleField]:
    if region.kind is RegionKind.ANSWER_BUBBLES:
        return _grid(region, BubblePurpose.ANSWER, region.keys, region.labels, exam)
    if region.kind is RegionKind.NUMBER_BUBBLES:
        keys = tuple(str(position) for position in range(region.count))
        return _grid(region, BubblePurpose.NUMBER, keys, region.labels or _DIGITS, exam)
    if region.kind is RegionKind.OPTIONAL_BUBBLES:
        return _grid(region, BubblePurpose.OPTIONAL, region.keys, region.labels, exam)
    if region.kind is RegionKind.ABSENT_BUBBLE:
        return _grid(region, BubblePurpose.ABSENT, ("absent",), ("absent",), exam)
    return []


def _grid(
    region: DrawnRegion, purpose: BubblePurpose, keys: tuple[str, ...], labels: tuple[str, ...], exam: Exam
) -> list[BubbleField]:
    """One field per key; the box is divided evenly."""
    if not keys or not labels:
        raise _wrong(region, "没有题号或选项", "请填写每一行的题号和每一格的选项。")
    if len(set(labels)) < len(labels):
        raise _wrong(region, f"选项重复：{'、'.join(labels)}", "请改正选项。")
    across = region.direction == "horizontal"
    cells = _cells(region.box, len(labels) if across else len(keys), len(keys) if across else len(labels))
    if min(cells[0].width_mm, cells[0].height_mm) < _LEAST_CELL_MM:
        size = f"{cells[0].width_mm:.1f} × {cells[0].height_mm:.1f}"
        raise _wrong(region, f"每格只有 {size} 毫米", "请检查行数、列数和方向。")
    fields = []
    for i, key in enumerate(keys):
        own = [cells[i * len(labels) + j] if across else cells[j * len(keys) + i] for j in range(len(labels))]
        bubbles = tuple(
            Bubble(label=label, box=_within(cell, region.bubble_share))
            for label, cell in zip(labels, own, strict=True)
        )
        several = purpose is BubblePurpose.ANSWER and _takes_several(exam, region, key, labels)
        fields.append(BubbleField(purpose=purpose, key=key, bubbles=bubbles, multiple=several))
    return fields


def _cells(box: BoxMm, columns: int, rows: int) -> list[BoxMm]:
    """The box divided evenly, row by row."""
    width, height = box.width_mm / columns, box.height_mm / rows
    return [
        BoxMm(x_mm=box.x_mm + c * width, y_mm=box.y_mm + r * height, width_mm=width, height_mm=height)
        for r in range(rows)
        for c in range(columns)
    ]


def _within(cell: BoxMm, share: tuple[float, float]) -> BoxMm:
    """The bubble in the middle of its cell."""
    width, height = (max(0.2, min(part, 1.0)) for part in share)
    return BoxMm(
        x_mm=cell.x_mm + cell.width_mm * (1 - width) / 2,
        y_mm=cell.y_mm + cell.height_mm * (1 - height) / 2,
        width_mm=cell.width_mm * width,
        height_mm=cell.height_mm * height,
    )


def _takes_several(exam: Exam, region: DrawnRegion, key: str, labels: tuple[str, ...]) -> bool:
    _item(exam, region, key)
    item = exam.item(key)
    if isinstance(item, SingleChoice | MultipleChoice):
        strange = [label for label in labels if label not in {option.label for option in item.options}]
        if strange:
            raise _wrong(region, f"第 {key} 题没有选项 {'、'.join(strange)}", "请改正选项或题目。")
    return isinstance(item, MultipleChoice)


def _item(exam: Exam, region: DrawnRegion, key: str) -> None:
    try:
        exam.item(key)
    except KeyError as error:
        raise _wrong(region, f"考试里没有第 {key} 题", "请改正题号。") from error


def _check_regions(pages: Sequence[CardPage], regions: Sequence[DrawnRegion], count: int) -> None:
    """Regions lie on pages that exist, and no field or part is drawn twice on the card."""
    for region in regions:
        if region.page > count:
            raise _wrong(region, f"空白卡只有 {count} 页", "请改正页码。")
    seen: set[tuple[str, str, int]] = set()
    for page in pages:
        fields = [(field.purpose.value, field.key, 0) for field in page.bubbles]
        parts = [("writing", region.item, region.part) for region in page.writing]
        for one in (*fields, *parts):
            if one in seen:
                raise CardInvalid(
                    f"第 {page.number} 页：{one[1]}（{one[0]}）画了两次。", "请删去一个，或改正题号或部分号。"
                )
            seen.add(one)


def _digit_count(page: CardPage) -> int:
    return max(len(page.number_boxes), sum(f.purpose is BubblePurpose.NUMBER for f in page.bubbles))


def _wrong(region: DrawnRegion, what: str, remedy: str) -> CardInvalid:
    box = region.box
    where = f"第 {region.page} 页（{box.x_mm:.0f}，{box.y_mm:.0f} 毫米处）的 {region.kind.value} 区域"
    return CardInvalid(f"{where}：{what}。", remedy)
