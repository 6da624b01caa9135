"""Places for long answers: the black box of a short answer, 作文格, ruled lines."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from core.cards import WritingKind, WritingRegion
from core.geometry import BoxMm
from ocr.cards import measures as m
from ocr.cards.blocks import Block
from ocr.cards.sheets import Sheet, box

_FRAME_MM = 0.4


@dataclass(frozen=True)
class AnswerBox:
    """A black rectangle with the item's number and points; nothing counts outside it."""

    item: str
    label: str
    room_mm: float
    continued: str
    part: int = 0

    @property
    def height_mm(self) -> float:
        return self.room_mm + m.BLOCK_GAP_MM

    @property
    def grows(self) -> bool:
        return True

    def put(self, sheet: Sheet, x: float, y: float, width: float, height: float) -> None:
        outer = box(x, y, width, height - m.BLOCK_GAP_MM)
        sheet.frame(outer, _FRAME_MM)
        sheet.text(box(x + 2, y + 0.6, width - 4, m.BOX_LABEL_MM - 0.6), self.label, 9.5)
        region = outer.grown(-m.BOX_INSET_MM)
        sheet.writing.append(
            WritingRegion(item=self.item, part=self.part, kind=WritingKind.BOX, box=_rounded(region))
        )
        _surround(sheet, self.item, outer)

    def cut(self, room_mm: float) -> tuple[Block, Block] | None:
        # The last part is kept large enough to write in.
        first = min(room_mm - m.BLOCK_GAP_MM, self.room_mm - m.SMALLEST_PART_MM / 2)
        if first < m.SMALLEST_PART_MM:
            return None
        rest = self.room_mm - first
        label = self.label.removesuffix(self.continued) + self.continued
        return (
            replace(self, room_mm=first),
            replace(self, room_mm=rest, label=label, part=self.part + 1),
        )


@dataclass(frozen=True)
class EssayRows:
    """作文格 or ruled lines: ``rows`` of them, the first ``done`` characters being on earlier parts."""

    item: str
    label: str
    rows: int
    columns: int  #: cells of a row; 0 for ruled lines
    continued: str
    count: str  #: how a count mark is worded
    part: int = 0
    done: int = 0

    @property
    def pitch_mm(self) -> float:
        return m.CELL_MM + m.CELL_GAP_MM if self.columns else m.RULED_PITCH_MM

    @property
    def height_mm(self) -> float:
        return m.BOX_LABEL_MM + self.rows * self.pitch_mm + 1.0 + m.BLOCK_GAP_MM

    @property
    def grows(self) -> bool:
        return False

    def put(self, sheet: Sheet, x: float, y: float, width: float, height: float) -> None:
        outer = box(x, y, width, height - m.BLOCK_GAP_MM)
        sheet.frame(outer, _FRAME_MM)
        sheet.text(box(x + 2, y + 0.6, width - 4, m.BOX_LABEL_MM - 0.6), self.label, 9.5)
        region = self._region(x, y + m.BOX_LABEL_MM, width)
        sheet.writing.append(region)
        _surround(sheet, self.item, outer)
        if self.columns:
            self._count(sheet, region)

    def _region(self, x: float, y: float, width: float) -> WritingRegion:
        inner = self.columns * m.CELL_MM if self.columns else width - 6
        height = self.rows * self.pitch_mm - (m.CELL_GAP_MM if self.columns else 0.0)
        return WritingRegion(
            item=self.item,
            part=self.part,
            kind=WritingKind.GRID if self.columns else WritingKind.RULED,
            box=box(x + (width - inner) / 2, y, inner, height),
            line_pitch_mm=self.pitch_mm,
        )

    def _count(self, sheet: Sheet, region: WritingRegion) -> None:
        last = self.done + self.rows * self.columns
        for number in range(m.COUNT_EVERY, last + 1, m.COUNT_EVERY):
            index = number - self.done - 1
            if index < 0:
                continue
            row, column = divmod(index, self.columns)
            right = region.box.x_mm + (column + 1) * m.CELL_MM
            y = region.box.y_mm + row * self.pitch_mm + m.CELL_MM
            where = box(right - m.CELL_MM, y + 0.1, m.CELL_MM, m.CELL_GAP_MM - 0.2)
            sheet.text(where, self.count.format(count=number), 5.0, "right", grey=0.2)

    def cut(self, room_mm: float) -> tuple[Block, Block] | None:
        rows = int((room_mm - m.BOX_LABEL_MM - 1.0 - m.BLOCK_GAP_MM) // self.pitch_mm)
        if not 2 < rows < self.rows:
            return None
        label = self.label.removesuffix(self.continued) + self.continued
        rest = replace(
            self,
            rows=self.rows - rows,
            label=label,
            part=self.part + 1,
            done=self.done + rows * self.columns,
        )
        return replace(self, rows=rows), rest


def essay_rows(
    item: str, label: str, characters: int, width_mm: float, *, ruled: bool, continued: str, count: str
) -> EssayRows:
    """An essay's room: as many full rows as hold the characters."""
    if ruled:
        rows = max(5, math.ceil(characters * m.RULED_LETTER_MM / (width_mm - 6)))
        return EssayRows(item, label, rows, 0, continued, count)
    columns = int((width_mm - 2) // m.CELL_MM)
    return EssayRows(item, label, math.ceil(characters / columns), columns, continued, count)


def grid_cells(region: WritingRegion) -> tuple[BoxMm, ...]:
    """The cells of a 作文格 of a designed card, row by row.

    Cells are square with a fixed gap between rows (``CELL_GAP_MM``), so box and pitch say it all.
    """
    cell = region.line_pitch_mm - m.CELL_GAP_MM
    columns = round(region.box.width_mm / cell)
    rows = round((region.box.height_mm + m.CELL_GAP_MM) / region.line_pitch_mm)
    return tuple(
        box(
            region.box.x_mm + column * cell,
            region.box.y_mm + row * region.line_pitch_mm,
            cell,
            cell,
        )
        for row in range(rows)
        for column in range(columns)
    )


def _rounded(where: BoxMm) -> BoxMm:
    return box(where.x_mm, where.y_mm, where.width_mm, where.height_mm)


def _surround(sheet: Sheet, item: str, outer: BoxMm) -> None:
    sheet.item_boxes[item] = outer
