"""Handwriting apart from print: what the registered blank card does not explain is ink.

The blank card is shifted by up to half a millimetre, tile by tile, onto the print of the scan; the
pixels under the shifted print are painted white, except where a stroke visibly crosses them. Most of
a region is paper: a quick look says where anything dark is off the print, and only there the scan is
looked at closely.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from core.geometry import BoxMm
from ocr.handwriting.paper import (
    STRONG,
    Darkness,
    darkness_on,
    noise_of,
    paper_of,
    shade_of,
    smoothed,
    thresholds,
    usual_darkness,
)
from ocr.handwriting.prints import Mask, free_of_print, print_mask
from ocr.handwriting.rules import rules_mask
from ocr.handwriting.strokes import Strokes, inked, kept_strokes, strokes_of
from ocr.rasters import Grey, PageRaster, Window

#: The close look reaches so far around everything that the quick look finds.
AROUND_MM = 3.0


@dataclass(frozen=True)
class Ink:
    """The handwriting of one region.

    ``grey`` is white paper (255) with the strokes in their own grey, stretched to full contrast;
    ``mask`` says which pixels are ink. Both are ``(height, width)`` and show only the part of the
    region that has writing; their top left pixel is ``(left_px, top_px)`` of the page's raster, which
    has ``px_per_mm``.
    """

    grey: Grey
    mask: Mask
    left_px: int
    top_px: int
    px_per_mm: float

    @cached_property
    def strokes(self) -> Strokes:
        """The strokes of the mask."""
        return strokes_of(self.mask)

    def box_mm(self, left: int, top: int, right: int, bottom: int) -> BoxMm:
        """The box on the card of a half-open pixel box of this region (at least one pixel)."""
        scale = self.px_per_mm
        return BoxMm(
            x_mm=(self.left_px + left) / scale,
            y_mm=(self.top_px + top) / scale,
            width_mm=max(1, right - left) / scale,
            height_mm=max(1, bottom - top) / scale,
        )

    def inside(self, box: BoxMm) -> int:
        """How many ink pixels lie in a box."""
        window = inner_window(box, self.px_per_mm).moved(-self.left_px, -self.top_px)
        whole = Window(0, 0, self.mask.shape[1], self.mask.shape[0])
        return int(np.count_nonzero(window.within(whole).of(self.mask)))


@dataclass(frozen=True)
class Marks:
    """All ink in a part of a page, whatever region it belongs to.

    ``sharp`` is the darkness of each pixel, ``mask`` which are ink, ``printed`` which are print; all
    are as large as ``window``, their place in the page's pixels.
    """

    sharp: Darkness
    mask: Mask
    printed: Mask
    window: Window
    px_per_mm: float

    def writing(self, box: BoxMm, seen: Window) -> Ink:
        """The strokes that belong to a box, of what is seen through a window of the page's pixels."""
        part = seen.within(self.window)
        own = part.moved(-self.window.left, -self.window.top)
        inside = inner_window(box, self.px_per_mm).moved(-part.left, -part.top)
        mask = kept_strokes(own.of(self.mask), own.of(self.printed), inside, self.px_per_mm)
        return Ink(clean_grey(own.of(self.sharp), mask), mask, part.left, part.top, self.px_per_mm)


def inner_window(box: BoxMm, px_per_mm: float) -> Window:
    """The pixels whose upper left corners lie in a box."""
    edges = (box.x_mm, box.y_mm, box.right_mm, box.bottom_mm)
    return Window(*(math.ceil(edge * px_per_mm) for edge in edges))


def ink_of(raster: PageRaster, blank: PageRaster | None, box: BoxMm, margin_mm: float) -> Ink:
    """The handwriting in and around a box.

    Args:
        raster: the scan in the card's frame.
        blank: the blank card in the same frame and scale; without it, long straight lines are
            taken for print.
        box: the region.
        margin_mm: how far around it to look; a stroke is kept when at least half of it lies in the
            box.
    """
    region = raster.window(box, margin_mm)
    return marks_in(raster, blank, region).writing(box, region)


def marks_in(raster: PageRaster, blank: PageRaster | None, region: Window) -> Marks:
    """All ink in a region of the page's pixels; the marks cover only the part that has any."""
    scan, scale = np.ascontiguousarray(region.of(raster.pixels)), raster.px_per_mm
    known = blank if blank is not None and blank.px_per_mm == scale else None
    if not scan.size:  # a region beyond the page
        return _no_marks(region, scale)
    paper, limits = paper_of(scan), thresholds(noise_of(scan))
    usual, shade = usual_darkness(scan, paper), shade_of(scan, paper)
    part = _dark_part(shade, usual + limits[1], region, known, scale)
    if part is None:
        return _no_marks(region, scale)
    sharp = darkness_on(part.of(scan), part.of(paper), usual)
    darkness = smoothed(sharp)
    printed = print_mask(shade, known, region, part) if known else rules_mask(darkness, limits[0], scale)
    mask = inked(darkness, printed, limits, scale)
    return Marks(sharp, mask, printed, part.moved(region.left, region.top), scale)


def _dark_part(
    shade: Grey, strong_from: float, region: Window, blank: PageRaster | None, px_per_mm: float
) -> Window | None:
    """The part of the region around all that is dark off the print, in the region's pixels."""
    dark = cv2.threshold(shade, math.floor(strong_from * 255) - 1, 1, cv2.THRESH_BINARY)[1]
    if blank is not None:
        cv2.multiply(dark, free_of_print(blank, region), dst=dark)
    left, top, width, height = cv2.boundingRect(dark)
    if not width:
        return None
    found = Window(left, top, left + width, top + height)
    return found.grown(round(AROUND_MM * px_per_mm)).within(Window(0, 0, shade.shape[1], shade.shape[0]))


def _no_marks(region: Window, px_per_mm: float) -> Marks:
    nothing = np.zeros((0, 0), dtype=bool)
    at = Window(region.left, region.top, region.left, region.top)
    return Marks(nothing.astype(np.float32), nothing, nothing, at, px_per_mm)


def clean_grey(darkness: Darkness, mask: Mask) -> Grey:
    """The strokes alone, in grey on white."""
    if not mask.any():
        return np.full(mask.shape, 255, dtype=np.uint8)
    away = 255 * (1 - cv2.dilate(mask.view(np.uint8), np.ones((5, 5), np.uint8)))
    return np.asarray(cv2.bitwise_or(grey_of(darkness, mask), away), dtype=np.uint8)


def grey_of(darkness: Darkness, mask: Mask) -> Grey:
    """Darkness as grey pixels at full contrast: the darkest twentieth of the ink becomes black."""
    black = max(STRONG, _darkest_twentieth(darkness[mask])) if mask.any() else 1.0
    shade = cv2.convertScaleAbs(np.maximum(darkness, 0.0), alpha=255.0 / black)
    return np.asarray(cv2.bitwise_not(shade), dtype=np.uint8)


def _darkest_twentieth(values: Darkness) -> float:
    """The 95th percentile of at least one value, as :func:`numpy.percentile`, at a third of its cost."""
    place = 0.95 * (len(values) - 1)
    low = int(place)
    high = min(low + 1, len(values) - 1)
    below, above = np.partition(values, (low, high))[[low, high]]
    return float(above - (above - below) * np.float32(1 - place + low))
