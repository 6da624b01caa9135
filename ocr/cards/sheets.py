"""A page while it is being designed: things are put on it, and at the end it becomes a CardPage."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from core.cards import (
    BubbleField,
    CardPage,
    Fiducial,
    Printed,
    PrintedKind,
    WritingRegion,
)
from core.geometry import BoxMm, PointMm
from ocr.cards import measures as m

_PT_MM = 25.4 / 72
_LINE_SPACING = 1.45


def box(x: float, y: float, width: float, height: float) -> BoxMm:
    """A box rounded to micrometres, so that the data and the print say the same number."""
    return BoxMm(x_mm=round(x, 3), y_mm=round(y, 3), width_mm=round(width, 3), height_mm=round(height, 3))


def text_width_mm(text: str, size_pt: float) -> float:
    """About how wide the text is set: an em for a wide character, 0.56 em for any other.

    Where a Chinese character meets a Latin letter or a digit, a quarter of an em is left between them.
    """
    wide = [unicodedata.east_asian_width(c) in "WFA" for c in text]
    ems = sum(1.0 if one else 0.56 for one in wide)
    meetings = sum(one != other for one, other in pairwise(wide))
    return (ems + 0.25 * meetings) * size_pt * _PT_MM


def text_height_mm(text: str, size_pt: float, width_mm: float) -> float:
    """About how high the text is when it is broken to this width."""
    lines = sum(max(1, -int(-text_width_mm(line, size_pt) * 1.04 // width_mm)) for line in text.split("\n"))
    return lines * size_pt * _PT_MM * _LINE_SPACING


def fitted_size_pt(text: str, width_mm: float, largest_pt: float, smallest_pt: float) -> float:
    """The largest size at which the text stays on one line, not below the smallest."""
    natural = text_width_mm(text, 1.0)
    return round(min(largest_pt, max(smallest_pt, width_mm / max(natural, 0.01) * 0.97)), 2)


@dataclass
class Sheet:
    """One page under design. Everything added is in page millimetres."""

    number: int
    width_mm: float
    height_mm: float
    code_box: BoxMm | None = None
    sticker_box: BoxMm | None = None
    number_boxes: tuple[BoxMm, ...] = ()
    name_box: BoxMm | None = None
    score_box: BoxMm | None = None
    bubbles: list[BubbleField] = field(default_factory=list)
    writing: list[WritingRegion] = field(default_factory=list)
    item_boxes: dict[str, BoxMm] = field(default_factory=dict)
    printed: list[Printed] = field(default_factory=list)

    def text(
        self,
        where: BoxMm,
        text: str,
        size_pt: float = 9.0,
        align: Literal["left", "center", "right"] = "left",
        *,
        bold: bool = False,
        grey: float = 0.0,
        slot: str = "",
    ) -> None:
        """Print words in a box (or leave room for a pre-named copy's)."""
        self.printed.append(
            Printed(
                kind=PrintedKind.TEXT,
                box=where,
                text=text,
                size_pt=size_pt,
                align=align,
                bold=bold,
                grey=grey,
                slot=slot,
            )
        )

    def frame(self, where: BoxMm, line_mm: float = 0.2, grey: float = 0.0) -> None:
        self.printed.append(Printed(kind=PrintedKind.FRAME, box=where, line_mm=line_mm, grey=grey))

    def fill(self, where: BoxMm, grey: float = 0.0) -> None:
        self.printed.append(Printed(kind=PrintedKind.FILL, box=where, grey=grey))

    def rule(self, x: float, y: float, width: float, line_mm: float = 0.25, grey: float = 0.0) -> None:
        """A horizontal line from ``x`` whose middle is at ``y``."""
        self.fill(box(x, y - line_mm / 2, width, line_mm), grey)

    def card_page(self) -> CardPage:
        """The finished page."""
        return CardPage(
            number=self.number,
            width_mm=self.width_mm,
            height_mm=self.height_mm,
            fiducials=self._fiducials(),
            code_box=self.code_box,
            sticker_box=self.sticker_box,
            number_boxes=self.number_boxes,
            name_box=self.name_box,
            bubbles=tuple(self.bubbles),
            writing=tuple(self.writing),
            item_boxes=self.item_boxes,
            score_box=self.score_box,
            printed=tuple(self.printed),
        )

    def _fiducials(self) -> tuple[Fiducial, ...]:
        left, right = m.FIDUCIAL_INSET_MM, self.width_mm - m.FIDUCIAL_INSET_MM
        top, bottom = m.FIDUCIAL_INSET_MM, self.height_mm - m.FIDUCIAL_INSET_MM
        corners = ((left, top), (right, top), (right, bottom), (left, bottom))
        return tuple(
            Fiducial(marker_id=marker_id, centre=PointMm(x_mm=x, y_mm=y), side_mm=m.FIDUCIAL_MM)
            for marker_id, (x, y) in zip(m.FIDUCIAL_IDS, corners, strict=True)
        )
