"""What is known of a card page before a scan is seen: where to look for sharp print, what is to be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import cv2
import numpy as np
from numpy.typing import NDArray

from core.cards import CardPage, WritingKind
from core.geometry import BoxMm
from ocr.rasters import Grey, PageRaster
from ocr.registration.landmarks import FINE, landmarks_of, without_own_print, written_share

Floats = NDArray[np.float64]

THUMB_MM = 1.0  #: a pixel of the small picture
_PATCHES = 3  #: a region
_MOST_WRITTEN = 0.35  #: of a patch may be written over
_PRINT_LEVEL = 128  #: darker pixels of the blank are surely print
_NEAR_PX = 5  #: around print the edges are the print's own
#: Blur at which the blank's print is measured beforehand, mm.
BLURS_MM = np.array([0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.65, 0.85, 1.1])
_SOBEL_SQUARED = 1 / 64  #: Sobel's kernels give eight times the gradient
_FINE_PX, _BOXES_PX = 1.0, (7, 5, 5)  #: of smoothing at 8 px/mm, between which blur shows
_RIM_PX = 6  #: of a patch that smoothing mixes with the next patch


@dataclass(frozen=True, eq=False)
class Sheet:
    """One page of a card, prepared.

    ``places`` are top left corners of patches with print, ``(n, 2)`` px on the raster, and ``region`` says
    in which of the nine parts each lies. ``sharpness`` are the ratios of fine to coarse gradients of each
    region at ``BLURS_MM``, ``(9, blurs)``. ``thumb`` is the blank's darkness at a pixel a millimetre.
    """

    places: NDArray[np.int64]
    region: NDArray[np.int64]
    near: NDArray[np.bool_]  #: beside print, ``(n, height, width)``
    dark: NDArray[np.bool_]  #: surely print
    sharpness: Floats
    thumb: NDArray[np.float32]
    reading: Floats  #: boxes of what is to be read, ``(n, 4)`` mm: left, top, right, bottom
    used: frozenset[int]  #: the parts of the page in which they lie


#: What is found out about a blank is kept as long as the blank itself is.
_KNOWN: WeakKeyDictionary[PageRaster, Sheet] = WeakKeyDictionary()


def sheet_of(blank: PageRaster, page: CardPage) -> Sheet:
    """The page prepared; worked out once for each blank."""
    if blank not in _KNOWN:
        _KNOWN[blank] = _prepared(blank, page)
    return _KNOWN[blank]


def _prepared(blank: PageRaster, page: CardPage) -> Sheet:
    marks = landmarks_of(blank, page, FINE)
    height, width = (round(side * blank.px_per_mm) for side in (FINE.height_mm, FINE.width_mm))
    corners = marks.corners_px * marks.shrink
    inside = (corners[:, 0] + width <= blank.pixels.shape[1]) & (
        corners[:, 1] + height <= blank.pixels.shape[0]
    )
    # What is written over by many tells the pen's sharpness, and no blank has it.
    usable = inside & (written_share(marks, page) <= _MOST_WRITTEN)
    corners = corners[usable]
    regions = region_of(marks.centres_mm[usable], page)
    chosen = [i for region in range(9) for i in _most_printed(blank.pixels, corners, regions == region)]
    places, region = corners[chosen].reshape(-1, 2), regions[chosen]
    views = patches(blank.pixels, places, (height, width))
    dark = views < _PRINT_LEVEL
    wide = np.ones((2 * _NEAR_PX + 1, 2 * _NEAR_PX + 1), np.uint8)
    reading = edges_of(read_boxes(page))
    near = np.array([cv2.dilate(mask.astype(np.uint8), wide) > 0 for mask in dark], dtype=np.bool_)
    return Sheet(
        places=places,
        region=region,
        near=near.reshape(dark.shape),
        dark=dark,
        sharpness=_table(views, near.reshape(dark.shape), region, blank.px_per_mm),
        thumb=_expected_print(blank, page),
        reading=reading,
        used=frozenset(int(part) for part in _parts_of(reading, page)),
    )


def _expected_print(blank: PageRaster, page: CardPage) -> NDArray[np.float32]:
    """The blank's darkness by millimetres, of print that every sheet must show.

    The cells and rules of essays are too thin to be counted on.
    """
    plain = without_own_print(blank.pixels, page, blank.px_per_mm)
    thumb = (255 - thumbnail(PageRaster(plain, blank.px_per_mm))).astype(np.float32)
    for region in page.writing:
        if region.kind in (WritingKind.GRID, WritingKind.RULED):
            box = region.box
            thumb[int(box.y_mm) : round(box.bottom_mm) + 1, int(box.x_mm) : round(box.right_mm) + 1] = 0
    return thumb


def read_boxes(page: CardPage) -> tuple[BoxMm, ...]:
    """Everything on the page that will be read."""
    boxes = [bubble.box for field in page.bubbles for bubble in field.bubbles]
    boxes += [*page.number_boxes, *(region.box for region in page.writing)]
    return tuple(boxes if page.sticker_box is None else [*boxes, page.sticker_box])


def edges_of(boxes: Sequence[BoxMm]) -> Floats:
    """The boxes as ``(n, 4)``: left, top, right, bottom."""
    edges = [(box.x_mm, box.y_mm, box.right_mm, box.bottom_mm) for box in boxes]
    return np.array(edges, dtype=np.float64).reshape(-1, 4)


def _parts_of(edges: Floats, page: CardPage) -> NDArray[np.int64]:
    """The parts of the page that boxes reach into; none is larger than two thirds of the page."""
    middles = (edges[:, :2] + edges[:, 2:]) / 2
    points = [
        np.column_stack([x, y])
        for x in (edges[:, 0], middles[:, 0], edges[:, 2])
        for y in (edges[:, 1], middles[:, 1], edges[:, 3])
    ]
    return region_of(np.concatenate(points), page)


def region_of(places_mm: Floats, page: CardPage) -> NDArray[np.int64]:
    """In which of the nine parts of the page each place ``(n, 2)`` lies."""
    across = np.clip((places_mm[:, 0] / page.width_mm * 3).astype(np.int64), 0, 2)
    down = np.clip((places_mm[:, 1] / page.height_mm * 3).astype(np.int64), 0, 2)
    return np.asarray(3 * down + across)


def region_box(region: int, page: CardPage) -> BoxMm:
    """One of the nine parts."""
    width, height = page.width_mm / 3, page.height_mm / 3
    return BoxMm(x_mm=region % 3 * width, y_mm=region // 3 * height, width_mm=width, height_mm=height)


def _most_printed(pixels: Grey, corners: NDArray[np.int64], own: NDArray[np.bool_]) -> list[int]:
    """The patches of a region with the most edges."""
    members = np.nonzero(own)[0]
    width, height = round(FINE.width_mm * 8), round(FINE.height_mm * 8)
    print_ = [
        float(np.abs(np.diff(pixels[y : y + height, x : x + width].astype(np.int16), axis=1)).mean())
        for x, y in corners[members]
    ]
    return [int(members[i]) for i in np.argsort(print_)[::-1][:_PATCHES]]


def thumbnail(raster: PageRaster) -> Grey:
    """The page at one pixel a millimetre, each the mean of its square."""
    side = round(raster.px_per_mm * THUMB_MM)
    rows, columns = (length // side for length in raster.pixels.shape)
    even = raster.pixels[: rows * side, : columns * side]
    return np.asarray(cv2.resize(even, (columns, rows), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def patches(pixels: Grey, places: NDArray[np.int64], size: tuple[int, int]) -> NDArray[np.uint8]:
    """Cut-outs of one size ``(height, width)``: ``(n, height, width)``."""
    height, width = size
    cuts = [pixels[y : y + height, x : x + width] for x, y in places]
    return np.stack(cuts) if cuts else np.zeros((0, height, width), np.uint8)


def gradients(views: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Squared gradients after a little and after much smoothing, same shape as the patches."""
    count, height, width = views.shape
    tall = views.reshape(count * height, width)
    soft = tall
    for side in _BOXES_PX:  # three boxes are nearly a Gaussian, at a fifth of its price
        soft = np.asarray(cv2.blur(soft, (side, side)), np.uint8)
    fine = np.asarray(cv2.GaussianBlur(tall, (0, 0), _FINE_PX), np.uint8)
    return _squared(fine).reshape(views.shape), _squared(soft).reshape(views.shape)


def _squared(smooth: Grey) -> NDArray[np.float32]:
    right, down = cv2.spatialGradient(smooth)
    across, along = right.astype(np.float32), down.astype(np.float32)
    total = cv2.multiply(across, across, scale=_SOBEL_SQUARED) + cv2.multiply(
        along, along, scale=_SOBEL_SQUARED
    )
    return np.asarray(total, dtype=np.float32)


def region_sums(values: NDArray[np.float32], mask: NDArray[np.bool_], region: NDArray[np.int64]) -> Floats:
    """Sums over the masked pixels of each region's patches, without the patches' rims: ``(9,)``."""
    inner = (slice(None), slice(_RIM_PX, -_RIM_PX), slice(_RIM_PX, -_RIM_PX))
    each = np.einsum("nhw,nhw->n", values[inner], mask[inner].astype(np.float32))
    return np.asarray(np.bincount(region, weights=each, minlength=9), dtype=np.float64)


def _table(
    views: NDArray[np.uint8], near: NDArray[np.bool_], region: NDArray[np.int64], px_per_mm: float
) -> Floats:
    ratios = []
    for blur in BLURS_MM * px_per_mm:
        soft = views if blur == 0 else np.stack([cv2.GaussianBlur(v, (0, 0), blur) for v in views])
        fine, coarse = gradients(np.asarray(soft, np.uint8))
        ratios.append(region_sums(fine, near, region) / np.maximum(region_sums(coarse, near, region), 1e-6))
    return np.stack(ratios, axis=1)
