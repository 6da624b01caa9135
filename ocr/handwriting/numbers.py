"""Handwritten digits in the 考号 boxes: a distribution over 0–9 for each box, and what state it is in."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.geometry import BoxMm
from core.pages import DigitReading, NumberReading
from models.digits import (
    DIGITS,
    STATES,
    DigitReader,
    PlacesRecogniser,
    default_digit_reader,
    digit_of,
)
from ocr.handwriting.ink import Ink, marks_in
from ocr.rasters import Grey, PageRaster, Window

#: How far around a box its digit may reach.
MARGIN_MM = 0.8
#: The ink of an empty box is shorter than this; half a millimetre more or less settles it.
BLANK_UNDER_MM = 1.9
BLANK_SLOPE_MM = 0.15
#: From here a box is taken for crossed out or overwritten. Chosen coarsely between 0.3 and 0.8 looking at the
#: digits that training never saw: of 315 clean ones none is taken for spoilt (1 at 0.7, 3 at 0.5).
SPOILT_FROM = 0.8
#: Writing of at least this height, this far beside or over other writing, is a digit of its own.
APART_MM = 0.4
DIGIT_MM = 2.5
EMPTY, DIGIT, CROSSED, OVERWRITTEN = "empty", *STATES


@dataclass(frozen=True)
class Seen:
    """One piece of writing in a box: shares of the ten digits, and of the three states."""

    shares: NDArray[np.float64]
    states: NDArray[np.float64]

    @property
    def state(self) -> str:
        """A digit, unless it is plainly spoilt."""
        return STATES[1 + int(self.states[1:].argmax())] if self.spoilt >= SPOILT_FROM else DIGIT

    @property
    def spoilt(self) -> float:
        """The probability that it is no single digit."""
        return 1 - float(self.states[0])

    @property
    def flattened(self) -> NDArray[np.float64]:
        """The shares as far as it may be a digit after all, else any digit."""
        return (1 - self.spoilt) * self.shares + self.spoilt / len(DIGITS)


def read_number_boxes(
    raster: PageRaster,
    blank: PageRaster | None,
    boxes: Sequence[BoxMm],
    recogniser: PlacesRecogniser,
    reader: DigitReader | None = None,
) -> NumberReading:
    """Read the digit in each box.

    Args:
        raster: the scan in the card's frame.
        blank: the blank card in the same frame; its boxes are removed.
        boxes: one a digit, left to right.
        recogniser: gives a distribution over the ten digits for each place of a line.
        reader: reads the digits together with it; the shipped one when not given.

    Returns:
        A reading with source ``digits``. An empty box has ``blank`` near 1 and a flat distribution. A box
        that is crossed out or overwritten has a nearly flat one, ``blank`` near 0, and a note that says so.
    """
    inks = box_inks(raster, blank, boxes)
    writings = [writings_of(ink) for ink in inks]
    seen = iter(read_digits([crop for crops in writings for crop in crops], recogniser, reader))
    digits = [
        box_reading([next(seen) for _ in crops], blank_probability(ink))
        for crops, ink in zip(writings, inks, strict=True)
    ]
    return NumberReading(source="digits", digits=tuple(digits))


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


def read_digits(
    crops: Sequence[Grey], recogniser: PlacesRecogniser, reader: DigitReader | None = None
) -> list[Seen]:
    """What is seen in crops of :func:`ocr.handwriting.numbers.writings_of` or ``models.digits.digit_of``."""
    read = (reader or default_digit_reader()).read(crops, recogniser) if crops else None
    return [] if read is None else [Seen(*rows) for rows in zip(read.shares, read.states, strict=True)]


def writings_of(ink: Ink) -> list[Grey]:
    """The digits written in a box, cut out: one as a rule, none in an empty box.

    More than one only where pieces as high as a digit stand clearly beside or over each other, as when
    a digit is struck through and the right one squeezed in.
    """
    if not ink.strokes.count:
        return []
    groups = [box for box in _groups(ink) if box.height >= DIGIT_MM * ink.px_per_mm]
    if len(groups) < 2:
        return [digit_of(ink.grey)]
    return [digit_of(_with_paper(box.of(ink.grey))) for box in sorted(groups, key=lambda box: box.left)]


def _with_paper(crop: Grey) -> Grey:
    """The crop with paper around, so that its own edge is not taken for the box's."""
    return np.pad(crop, max(crop.shape) // 4, constant_values=255)


def _groups(ink: Ink) -> list[Window]:
    """The boxes of strokes that are near each other, in the ink's pixels."""
    near = max(1, round(APART_MM * ink.px_per_mm))
    boxes = [Window(*(int(edge) for edge in span)) for span in zip(*ink.strokes.spans, strict=True)]
    groups: list[Window] = []
    for box in boxes:
        joined = box
        apart = groups
        while True:
            touching = [g for g in apart if _overlaps(g.grown(near), joined)]
            if not touching:
                break
            apart = [g for g in apart if g not in touching]
            joined = _around([joined, *touching])
        groups = [*apart, joined]
    return groups


def _overlaps(a: Window, b: Window) -> bool:
    shared = a.within(b)
    return shared.width > 0 and shared.height > 0


def _around(windows: Sequence[Window]) -> Window:
    return Window(
        min(w.left for w in windows),
        min(w.top for w in windows),
        max(w.right for w in windows),
        max(w.bottom for w in windows),
    )


def box_reading(seen: Sequence[Seen], blank: float) -> DigitReading:
    """The reading of one box.

    Args:
        seen: the pieces of writing in it, left to right.
        blank: the probability that they are nothing.
    """
    flat = np.full(len(DIGITS), 1 / len(DIGITS))
    if not seen or blank > 0.5:
        shares = seen[0].shares if len(seen) == 1 else flat
        return DigitReading(probabilities=_shares(shares), blank=blank, state=EMPTY)
    states = [each.state for each in seen]
    if states == [DIGIT]:
        return DigitReading(probabilities=_shares(seen[0].shares), blank=blank, state=DIGIT)
    clean = [each for each, state in zip(seen, states, strict=True) if state == DIGIT]
    state = OVERWRITTEN if len(seen) == len(clean) else next(s for s in states if s != DIGIT)
    beside = len(seen) > 1 and len(clean) == 1
    note = f"{state}; beside it {DIGITS[int(clean[0].shares.argmax())]}" if beside else state
    shares = seen[0].flattened if len(seen) == 1 else flat
    return DigitReading(probabilities=_shares(shares), blank=blank, state=state, note=note)


def _shares(values: NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(float(value) for value in values)


def blank_probability(ink: Ink) -> float:
    """How likely it is that nothing is written, from the longest stroke."""
    if not ink.strokes.count:
        return 0.999
    extent_mm = float(ink.strokes.extents_px.max()) / ink.px_per_mm
    doubt = 1.0 / (1.0 + math.exp((extent_mm - BLANK_UNDER_MM) / BLANK_SLOPE_MM))
    return min(0.999, max(0.001, doubt))
