"""Handwriting apart from print: what the registered blank card does not explain is ink.

The blank card is shifted by up to half a millimetre, tile by tile, onto the print of the scan; the
pixels under the shifted print are painted white, except where a stroke visibly crosses them.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import cv2
import numpy as np
from numpy.typing import NDArray

from core.geometry import BoxMm
from ocr.rasters import Grey, PageRaster

Mask = NDArray[np.bool_]
Darkness = NDArray[np.float32]

#: Darkness of a pixel, 0 paper to 1 black: ink is made of pixels over WEAK joined to one over STRONG.
#: Faint pencil starts at about 0.15; print that shows through from the back stays under that.
WEAK, STRONG = 0.08, 0.15
#: On noisy scans the two rise to so many standard deviations of the paper.
WEAK_SIGMA, STRONG_SIGMA = 3.5, 6.0
#: The edge of a stroke ends where it is this share as dark as its middle.
EDGE_SHARE = 0.35
#: What smoothing with a 3 × 3 Gaussian leaves of the noise of single pixels.
SMOOTHED = 0.375
#: Print is what the blank card shows darker than this.
PRINT_FROM = 0.12
#: How far the print of a scan may lie from where the registration puts it.
SHIFT_MM = 0.5
#: Print is looked for in tiles of this size, so that paper may be slightly bent.
TILE_MM = 40.0
#: Specks smaller than this are dust or noise of the scanner.
SPECK_MM2 = 0.08
#: A stroke that goes on within this distance beyond the print crosses it.
BRIDGE_MM = 1.6
#: Lines at least this long and straight count as print where there is no blank card.
RULE_MM = 15.0


@dataclass(frozen=True)
class Ink:
    """The handwriting of one region.

    ``grey`` is white paper (255) with the strokes in their own grey, stretched to full contrast;
    ``mask`` says which pixels are ink. Both are ``(height, width)``; their top left pixel is
    ``(left_px, top_px)`` of the page's raster, which has ``px_per_mm``.
    """

    grey: Grey
    mask: Mask
    left_px: int
    top_px: int
    px_per_mm: float

    def box_mm(self, left: int, top: int, right: int, bottom: int) -> BoxMm:
        """The box on the card of a half-open pixel box of this region (at least one pixel)."""
        scale = self.px_per_mm
        return BoxMm(
            x_mm=(self.left_px + left) / scale,
            y_mm=(self.top_px + top) / scale,
            width_mm=max(1, right - left) / scale,
            height_mm=max(1, bottom - top) / scale,
        )

    def inside(self, box: BoxMm) -> Mask:
        """Which pixels of this region lie in the box."""
        scale, (height, width) = self.px_per_mm, self.mask.shape
        rows = np.arange(height) + self.top_px
        columns = np.arange(width) + self.left_px
        within_y = (rows >= box.y_mm * scale) & (rows < box.bottom_mm * scale)
        within_x = (columns >= box.x_mm * scale) & (columns < box.right_mm * scale)
        return np.asarray(within_y[:, None] & within_x[None, :])


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
    scale = raster.px_per_mm
    scan = raster.crop(box, margin_mm)
    left = max(0, round((box.x_mm - margin_mm) * scale))
    top = max(0, round((box.y_mm - margin_mm) * scale))
    if not scan.size:  # a region beyond the page
        return Ink(scan, np.zeros(scan.shape, dtype=bool), left, top, scale)
    sharp = darkness_of(scan)
    darkness = smoothed(sharp)
    if blank is not None and blank.px_per_mm == scale:
        printed = print_mask(darkness, 1.0 - _same_size(blank.crop(box, margin_mm), scan) / 255.0, scale)
    else:
        printed = rules_mask(darkness, scale)
    mask = strokes(darkness, printed, thresholds(noise_of(scan)), scale)
    inside = Ink(scan, mask, left, top, scale).inside(box)
    mask = kept_strokes(mask, printed, inside, scale)
    return Ink(clean_grey(sharp, mask), mask, left, top, scale)


def darkness_of(scan: Grey) -> Darkness:
    """How much darker each pixel is than the paper around it: 0 paper, 1 black; less than 0 is noise."""
    height, width = scan.shape
    small = cv2.resize(scan, (max(1, width // 8), max(1, height // 8)), interpolation=cv2.INTER_AREA)
    paper = cv2.blur(cv2.dilate(small, np.ones((5, 5), np.uint8)), (5, 5))
    level = cv2.resize(paper, (width, height), interpolation=cv2.INTER_LINEAR).astype(np.float32)
    below = 1.0 - scan / np.maximum(level, 60.0)
    usual = float(np.median(below[::4, ::4]))
    if usual < WEAK:  # a crop that is mostly ink has no paper to speak of
        below -= usual
    return np.asarray(below, dtype=np.float32)


def smoothed(darkness: Darkness) -> Darkness:
    """Without the noise of single pixels, in [0, 1]: what is ink is decided on this."""
    return np.clip(cv2.GaussianBlur(darkness, (3, 3), 0), 0.0, 1.0).astype(np.float32)


def noise_of(scan: Grey) -> float:
    """The standard deviation of the paper's darkness, as :func:`smoothed` leaves it.

    Taken from the differences of neighbouring pixels, of which strokes are a small part.
    """
    rows = scan[::2].astype(np.int16)
    steps = np.abs(np.diff(rows, axis=1))
    counts = np.bincount(steps.ravel(), minlength=2)
    middle = int(np.searchsorted(np.cumsum(counts), counts.sum() / 2)) if counts.sum() else 0
    return float(middle / 0.6745 / np.sqrt(2.0) * SMOOTHED / 255.0)


def thresholds(sigma: float) -> tuple[float, float]:
    """The weak and the strong threshold of ink on paper of this noise."""
    return max(WEAK, WEAK_SIGMA * sigma), max(STRONG, STRONG_SIGMA * sigma)


def print_mask(darkness: Darkness, blank_darkness: NDArray[np.floating], px_per_mm: float) -> Mask:
    """Where the scan shows the card's print: the blank's, shifted tile by tile, a little wider."""
    printed = np.zeros(darkness.shape, dtype=np.uint8)
    source = blank_darkness.astype(np.float32)
    side = round(TILE_MM * px_per_mm)
    for top, left in product(range(0, darkness.shape[0], side), range(0, darkness.shape[1], side)):
        tile = source[top : top + side, left : left + side]
        if (tile > PRINT_FROM).any():
            down, right = _shift(darkness, tile, top, left, round(SHIFT_MM * px_per_mm))
            _stamp(printed, tile > PRINT_FROM, top + down, left + right)
    grown = cv2.dilate(printed, np.ones((5, 5), np.uint8))
    return np.asarray(grown > 0)


def _shift(darkness: Darkness, tile: Darkness, top: int, left: int, slack: int) -> tuple[int, int]:
    """How far down and right the tile's print lies in the scan; no shift wins ties."""
    height, width = tile.shape
    window = cv2.copyMakeBorder(darkness, slack, slack, slack, slack, cv2.BORDER_CONSTANT, value=0.0)
    window = window[top : top + height + 2 * slack, left : left + width + 2 * slack]
    match = cv2.matchTemplate(window, tile, cv2.TM_CCORR)
    offsets = np.arange(-slack, slack + 1)
    far = np.hypot(offsets[:, None], offsets[None, :]) / max(1, slack)
    match = match * (1.0 - 0.03 * far)
    down, right = np.unravel_index(int(np.argmax(match)), match.shape)
    return int(down) - slack, int(right) - slack


def _stamp(target: NDArray[np.uint8], shape: Mask, top: int, left: int) -> None:
    """Set ``target`` where ``shape`` is set, with its corner at ``(top, left)``, cut at the edges."""
    height, width = target.shape
    rows = slice(max(0, top), min(height, top + shape.shape[0]))
    columns = slice(max(0, left), min(width, left + shape.shape[1]))
    part = shape[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
    target[rows, columns] |= part.astype(np.uint8)


def rules_mask(darkness: Darkness, px_per_mm: float) -> Mask:
    """Long straight horizontal and vertical lines, for cards without a blank picture."""
    dark = (darkness > WEAK).astype(np.uint8)
    length = round(RULE_MM * px_per_mm)
    thick = np.ones((5, 5), np.uint8)
    found: NDArray[np.integer | np.floating] = np.zeros_like(dark)
    for size in ((length, 1), (1, length)):
        if dark.shape[1] >= size[0] and dark.shape[0] >= size[1]:
            line = np.ones((size[1], size[0]), np.uint8)
            found = np.maximum(found, cv2.morphologyEx(dark, cv2.MORPH_OPEN, line))
    return np.asarray(cv2.dilate(found, thick) > 0)


def strokes(darkness: Darkness, printed: Mask, limits: tuple[float, float], px_per_mm: float) -> Mask:
    """Ink pixels: dark ones off the print, and those on it that join strokes on both sides."""
    weak_from, strong_from = limits
    free = ((darkness > weak_from) & ~printed).astype(np.uint8)
    count, labels = cv2.connectedComponents(free, connectivity=8)
    strong = np.zeros(count, dtype=bool)
    strong[np.unique(labels[darkness > strong_from])] = True
    strong[0] = False
    ink = strong[labels] & slender(darkness, printed)
    if not ink.any() or not printed.any():
        return np.asarray(ink)
    crossing = bridged(ink, round(BRIDGE_MM * px_per_mm)) & printed & (darkness > weak_from)
    return np.asarray(ink | crossing)


def slender(darkness: Darkness, printed: Mask) -> Mask:
    """Pixels that are not merely the blurred edge of a much darker stroke beside them."""
    beside = cv2.dilate(np.where(printed, np.float32(0), darkness), np.ones((5, 5), np.uint8))
    return np.asarray(darkness > EDGE_SHARE * beside)


def bridged(ink: Mask, length: int) -> Mask:
    """Where ink lies on both sides, upright, level or aslant, within ``length`` pixels."""
    side = length | 1
    upright = np.zeros((side, side), np.uint8)
    upright[:, side // 2] = 1
    aslant = np.eye(side, dtype=np.uint8)
    pixels = ink.astype(np.uint8)
    both = np.zeros(ink.shape, dtype=bool)
    for line in (upright, upright.T, aslant, aslant[::-1]):
        both |= cv2.morphologyEx(pixels, cv2.MORPH_CLOSE, np.ascontiguousarray(line)) > 0
    return both


def kept_strokes(mask: Mask, printed: Mask, inside: Mask, px_per_mm: float) -> Mask:
    """The strokes that are writing in this region.

    Left out are specks of dust, strokes of which less than half lies inside the region, and slivers
    of print that a small misfit left beside it.
    """
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    area = stats[:, cv2.CC_STAT_AREA]
    keep = area >= SPECK_MM2 * px_per_mm**2
    keep &= 2 * np.bincount(labels[inside], minlength=count) >= area
    if printed.any():
        beside = cv2.dilate(printed.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
        keep &= np.bincount(labels[beside], minlength=count) < 0.8 * area
    keep[0] = False
    return np.asarray(keep[labels])


def clean_grey(darkness: Darkness, mask: Mask) -> Grey:
    """The strokes alone, in grey on white."""
    near = cv2.dilate(mask.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    return np.where(near, grey_of(darkness, mask), 255).astype(np.uint8)


def grey_of(darkness: Darkness, mask: Mask) -> Grey:
    """Darkness as grey pixels at full contrast: the darkest twentieth of the ink becomes black."""
    black = max(STRONG, float(np.percentile(darkness[mask], 95))) if mask.any() else 1.0
    return np.asarray(255 - np.round(np.clip(darkness / black, 0.0, 1.0) * 255), dtype=np.uint8)


def _same_size(crop: Grey, like: Grey) -> Grey:
    """The blank's crop cut or filled with white to the scan's (rasters may differ by a pixel)."""
    result = np.full(like.shape, 255, dtype=np.uint8)
    height, width = min(crop.shape[0], like.shape[0]), min(crop.shape[1], like.shape[1])
    result[:height, :width] = crop[:height, :width]
    return result
