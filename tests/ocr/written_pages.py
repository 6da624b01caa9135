"""Pages for the tests of handwriting: a blank card and scans of it with strokes and printed words."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from core.cards import WritingKind, WritingRegion
from core.geometry import BoxMm
from ocr.rasters import Grey, PageRaster

SCALE = 8
WIDTH_MM, HEIGHT_MM = 120, 100

FILL = WritingRegion(item="1", kind=WritingKind.LINE, box=BoxMm(x_mm=15, y_mm=10, width_mm=80, height_mm=10))
ANSWER = WritingRegion(
    item="2", kind=WritingKind.BOX, box=BoxMm(x_mm=10, y_mm=26, width_mm=100, height_mm=40)
)
ESSAY = WritingRegion(
    item="3",
    kind=WritingKind.GRID,
    box=BoxMm(x_mm=10, y_mm=70, width_mm=96, height_mm=24),
    line_pitch_mm=12,
)
REGIONS = (FILL, ANSWER, ESSAY)
NUMBER_BOXES = tuple(BoxMm(x_mm=12 + 9 * at, y_mm=40, width_mm=8, height_mm=10) for at in range(8))


def px(mm: float) -> int:
    return round(mm * SCALE)


def paper() -> Grey:
    return np.full((px(HEIGHT_MM), px(WIDTH_MM)), 255, dtype=np.uint8)


def blank_card() -> Grey:
    """A fill line with its number, a framed box, a grid of squares."""
    page = paper()
    cv2.putText(page, "1.", (px(7), px(18)), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 0, 2, cv2.LINE_AA)
    cv2.line(page, (px(15), px(19)), (px(95), px(19)), 0, 3)
    framed(page, ANSWER.box, 4)
    for row in range(2):
        for column in range(8):
            square = BoxMm(x_mm=10 + 12 * column, y_mm=70 + 12 * row, width_mm=12, height_mm=12)
            framed(page, square, 2)
    return page


def number_card() -> Grey:
    page = paper()
    for box in NUMBER_BOXES:
        framed(page, box, 3)
    return page


def framed(page: Grey, box: BoxMm, thick: int) -> None:
    cv2.rectangle(page, (px(box.x_mm), px(box.y_mm)), (px(box.right_mm), px(box.bottom_mm)), 0, thick)


@dataclass
class Scan:
    """A blank card with ink, then seen by a scanner."""

    card: Grey
    ink: Grey = field(default_factory=paper)

    def word(self, text: str, x_mm: float, y_mm: float, size: float = 1.5, thick: int = 3) -> Scan:
        """Ink the text with its baseline's left end at this place."""
        cv2.putText(
            self.ink, text, (px(x_mm), px(y_mm)), cv2.FONT_HERSHEY_SIMPLEX, size, 0, thick, cv2.LINE_AA
        )
        return self

    def stroke(self, *points_mm: tuple[float, float], thick: int = 4, grey: int = 0) -> Scan:
        """Ink a stroke through these points."""
        points = np.array([[px(x), px(y)] for x, y in points_mm], dtype=np.int32)
        cv2.polylines(self.ink, [points], False, grey, thick, cv2.LINE_AA)
        return self

    def raster(
        self, *, shift_px: tuple[float, float] = (0.0, 0.0), noise: float = 4.0, seed: int = 0
    ) -> PageRaster:
        """The page as registered: print off by ``shift_px``, blurred, noisy, grey paper."""
        move = np.array([[1.0, 0.0, shift_px[0]], [0.0, 1.0, shift_px[1]]])
        size = (self.card.shape[1], self.card.shape[0])
        card = cv2.warpAffine(self.card, move, size, borderValue=255)
        page = np.minimum(card, self.ink).astype(np.float32) * 0.9 + 10
        seen = cv2.GaussianBlur(page, (0, 0), 0.8)
        seen = seen + np.random.default_rng(seed).normal(0, noise, page.shape)
        return PageRaster(np.clip(seen, 0, 255).astype(np.uint8), SCALE)


def blank_raster() -> PageRaster:
    return PageRaster(blank_card(), SCALE)
