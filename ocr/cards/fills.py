"""Fill lines: the item's number, then a line for each blank; short ones share a row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.cards import WritingKind, WritingRegion
from core.exams import Fill
from core.geometry import BoxMm
from ocr.cards import measures as m
from ocr.cards.blocks import Block
from ocr.cards.sheets import Sheet, box, text_width_mm

_LABEL_PT = 9.5
_CELL_GAP_MM = 4.0


@dataclass(frozen=True)
class BlankCell:
    """One blank in a row: where its label starts, and how long label and line are."""

    item: str
    part: int
    label: str
    x: float
    label_mm: float
    line_mm: float


@dataclass(frozen=True)
class FillRows:
    """Rows that are kept together, since an item runs over them (mostly one row)."""

    rows: tuple[tuple[BlankCell, ...], ...]

    @property
    def height_mm(self) -> float:
        return len(self.rows) * m.FILL_ROW_MM

    @property
    def grows(self) -> bool:
        return False

    def put(self, sheet: Sheet, x: float, y: float, width: float, height: float) -> None:
        for row, cells in enumerate(self.rows):
            for cell in cells:
                _put_cell(sheet, cell, x + cell.x, y + row * m.FILL_ROW_MM)

    def cut(self, room_mm: float) -> tuple[Block, Block] | None:
        rows = int(room_mm // m.FILL_ROW_MM)
        if not 0 < rows < len(self.rows):
            return None
        return FillRows(self.rows[:rows]), FillRows(self.rows[rows:])


def _put_cell(sheet: Sheet, cell: BlankCell, x: float, y: float) -> None:
    line_x = x + cell.label_mm
    sheet.text(box(x, y + 1.5, cell.label_mm - 0.5, m.FILL_LINE_MM - 1.5), cell.label, _LABEL_PT)
    region = box(line_x, y + 0.3, cell.line_mm, m.FILL_LINE_MM)
    sheet.writing.append(WritingRegion(item=cell.item, part=cell.part, kind=WritingKind.LINE, box=region))
    whole = box(x, y, cell.label_mm + cell.line_mm, m.FILL_ROW_MM)
    seen = sheet.item_boxes.get(cell.item)
    sheet.item_boxes[cell.item] = whole if seen is None else around(seen, whole)


def around(first: BoxMm, second: BoxMm) -> BoxMm:
    """The smallest box around both."""
    left, top = min(first.x_mm, second.x_mm), min(first.y_mm, second.y_mm)
    right = max(first.right_mm, second.right_mm)
    return box(left, top, right - left, max(first.bottom_mm, second.bottom_mm) - top)


def fill_blocks(items: Sequence[Fill], width_mm: float) -> tuple[Block, ...]:
    """Consecutive fills as rows: an item starts beside the last one when all of it fits there."""
    blocks: list[Block] = []
    row: list[BlankCell] = []
    for item in items:
        cells = tuple(_cells(item, width_mm))
        used = _row_end(row)
        if row and used + _length(cells) <= width_mm:
            row.extend(_placed(cells, used))
            continue
        if row:
            blocks.append(FillRows((tuple(row),)))
        rows = _wrapped(cells, width_mm)
        row = list(rows[0]) if len(rows) == 1 else []
        if len(rows) > 1:
            blocks.append(FillRows(rows))
    if row:
        blocks.append(FillRows((tuple(row),)))
    return tuple(blocks)


def _cells(item: Fill, width_mm: float) -> Iterator[BlankCell]:
    for part, blank in enumerate(item.blanks):
        label = f"{item.number}." if part == 0 else ""
        if len(item.blanks) > 1:
            label += f"({part + 1})"
        label_mm = max(9.0 if part == 0 else 6.5, text_width_mm(label, _LABEL_PT) + 2.0)
        line_mm = min(blank.width_mm, width_mm - label_mm)
        yield BlankCell(item.number, part, label, 0.0, label_mm, line_mm)


def _length(cells: Sequence[BlankCell]) -> float:
    return sum(c.label_mm + c.line_mm for c in cells) + _CELL_GAP_MM * (len(cells) - 1)


def _row_end(row: Sequence[BlankCell]) -> float:
    return row[-1].x + row[-1].label_mm + row[-1].line_mm + _CELL_GAP_MM if row else 0.0


def _placed(cells: Sequence[BlankCell], x: float) -> Iterator[BlankCell]:
    for cell in cells:
        yield BlankCell(cell.item, cell.part, cell.label, x, cell.label_mm, cell.line_mm)
        x += cell.label_mm + cell.line_mm + _CELL_GAP_MM


def _wrapped(cells: Sequence[BlankCell], width_mm: float) -> tuple[tuple[BlankCell, ...], ...]:
    rows: list[list[BlankCell]] = [[]]
    for cell in cells:
        if rows[-1] and _row_end(rows[-1]) + cell.label_mm + cell.line_mm > width_mm + 1e-6:
            rows.append([])
        rows[-1].extend(_placed((cell,), _row_end(rows[-1])))
    return tuple(tuple(row) for row in rows)
