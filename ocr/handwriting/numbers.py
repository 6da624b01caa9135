"""Handwritten digits in the 考号 boxes: a distribution over 0–9 for each box."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from core.geometry import BoxMm
from core.pages import DigitReading, NumberReading
from ocr.handwriting.ink import Ink, marks_in
from ocr.rasters import Grey, PageRaster, Window

DIGITS = "0123456789"
#: Digits of one number are set side by side at this distance for the recogniser, 48 px high, the
#: longer side of each this many pixels.
PITCH_PX = 64
DIGIT_PX = 25
LINE_PX = 48
LEAD_PX = 24
#: How far around a box its digit may reach.
MARGIN_MM = 0.8
#: The ink of an empty box is shorter than this; half a millimetre more or less settles it.
BLANK_UNDER_MM = 1.9
BLANK_SLOPE_MM = 0.15


class DigitRecogniser(Protocol):
    """What is needed of a recogniser (:class:`models.recogniser.LineRecogniser` has it)."""

    def one_of_each(
        self, line: Grey, centres_px: Sequence[float], pitch_px: float, alphabet: str
    ) -> NDArray[np.float64]: ...


def read_number_boxes(
    raster: PageRaster,
    blank: PageRaster | None,
    boxes: Sequence[BoxMm],
    recogniser: DigitRecogniser,
) -> NumberReading:
    """Read the digit in each box.

    Args:
        raster: the scan in the card's frame.
        blank: the blank card in the same frame; its boxes are removed.
        boxes: one a digit, left to right.
        recogniser: gives a distribution over the ten digits for each place of a line.

    Returns:
        A reading with source ``digits``. An empty box has ``blank`` near 1 and a flat distribution.
    """
    inks = box_inks(raster, blank, boxes)
    digits = [digit_crop(ink.grey, ink.mask) for ink in inks]
    rows = digit_distributions([d for d in digits if d is not None], recogniser)
    flat = np.full(len(DIGITS), 1 / len(DIGITS))
    written = iter(rows)
    return NumberReading(
        source="digits",
        digits=tuple(
            DigitReading(
                probabilities=tuple(float(p) for p in (flat if digit is None else next(written))),
                blank=blank_probability(ink),
            )
            for digit, ink in zip(digits, inks, strict=True)
        ),
    )


def box_inks(raster: PageRaster, blank: PageRaster | None, boxes: Sequence[BoxMm]) -> list[Ink]:
    """The ink of each box. Boxes stand side by side, so the scan is looked at once for all of them."""
    if not boxes:
        return []
    windows = [raster.window(box, MARGIN_MM) for box in boxes]
    every = Window(
        min(w.left for w in windows),
        min(w.top for w in windows),
        max(w.right for w in windows),
        max(w.bottom for w in windows),
    )
    marks = marks_in(raster, blank, every)
    return [marks.writing(box, window) for box, window in zip(boxes, windows, strict=True)]


def digit_distributions(digits: Sequence[Grey], recogniser: DigitRecogniser) -> NDArray[np.float64]:
    """``(digits, 10)`` probabilities of crops made by :func:`digit_crop`.

    The digits of one number are read as one line, well apart: that is quicker than one by one, and
    more of them are right.
    """
    if not digits:
        return np.zeros((0, len(DIGITS)))
    line = np.full((LINE_PX, 2 * LEAD_PX + PITCH_PX * len(digits)), 255, dtype=np.uint8)
    centres = [LEAD_PX + PITCH_PX * (at + 0.5) for at in range(len(digits))]
    for digit, centre in zip(digits, centres, strict=True):
        height, width = digit.shape
        top, left = (LINE_PX - height) // 2, round(centre - width / 2)
        line[top : top + height, left : left + width] = digit
    return recogniser.one_of_each(line, centres, PITCH_PX, DIGITS)


def digit_crop(grey: Grey, mask: NDArray[np.bool_]) -> Grey | None:
    """The ink cut out and scaled so that its longer side is ``DIGIT_PX``; nothing without ink."""
    ys, xs = np.nonzero(mask)
    if len(ys) == 0:
        return None
    crop = grey[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1]
    scale = DIGIT_PX / max(crop.shape)
    size = (max(1, round(crop.shape[1] * scale)), max(1, round(crop.shape[0] * scale)))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(crop, size, interpolation=method), dtype=np.uint8)


def blank_probability(ink: Ink) -> float:
    """How likely it is that nothing is written, from the longest stroke."""
    if not ink.strokes.count:
        return 0.999
    extent_mm = float(ink.strokes.extents_px.max()) / ink.px_per_mm
    doubt = 1.0 / (1.0 + math.exp((extent_mm - BLANK_UNDER_MM) / BLANK_SLOPE_MM))
    return min(0.999, max(0.001, doubt))
