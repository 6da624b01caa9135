"""Landmarks: patches of a blank card's own print by which a scan of it can be held against it.

Print that differs from sheet to sheet (page code, stickers, names) and what candidates fill is left out
or tolerated: a patch is matched by correlation, and what is matched wrongly is left to robust fitting.
"""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import cv2
import numpy as np
from numpy.typing import NDArray

from core.cards import CardPage
from core.geometry import BoxMm
from ocr.rasters import Grey, PageRaster

Floats = NDArray[np.float64]

_LEAST_TRACE = 40.0  #: mean squared gradient (grey levels per px) of a patch with print
_SUBPIXEL_LEAST = 1e-6


@dataclass(frozen=True)
class Layout:
    """How landmarks are laid out: one a cell at most, patches of this size, on a raster of this scale."""

    cell_mm: float
    width_mm: float
    height_mm: float
    shrink: int  #: the raster's scale is divided by this


#: Fine landmarks for the surface, coarse ones for large displacements.
FINE = Layout(cell_mm=11.0, width_mm=11.0, height_mm=8.0, shrink=2)
COARSE = Layout(cell_mm=22.0, width_mm=24.0, height_mm=16.0, shrink=4)


@dataclass(frozen=True, eq=False)
class Landmarks:
    """Patches of a blank page. ``tensors`` say in which directions a patch tells a displacement at all.

    ``corners_px`` are their top left corners on the shrunken raster, ``(n, 2)`` as x, y; ``centres_mm``
    their middles on the card; ``tensors`` are ``(n, 2, 2)``, largest eigenvalue 1: along a lone rule
    nothing can be told.
    """

    patches: tuple[Grey, ...]
    corners_px: NDArray[np.int64]
    centres_mm: Floats
    tensors: Floats
    px_per_mm: float
    shrink: int

    def __len__(self) -> int:
        return len(self.patches)

    def some(self, chosen: NDArray[np.int64]) -> Landmarks:
        """Only these."""
        return Landmarks(
            tuple(self.patches[i] for i in chosen), self.corners_px[chosen], self.centres_mm[chosen],
            self.tensors[chosen], self.px_per_mm, self.shrink,
        )  # fmt: skip


def shrunken(pixels: Grey, shrink: int) -> Grey:
    """Pixels averaged by ``shrink`` × ``shrink``."""
    size = (max(1, pixels.shape[1] // shrink), max(1, pixels.shape[0] // shrink))
    even = pixels[: size[1] * shrink, : size[0] * shrink]
    return np.asarray(cv2.resize(even, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


#: What is found out about a blank is kept as long as the blank itself is.
_KNOWN: WeakKeyDictionary[PageRaster, dict[Layout, Landmarks]] = WeakKeyDictionary()


def landmarks_of(blank: PageRaster, page: CardPage, layout: Layout) -> Landmarks:
    """The blank's landmarks: in each cell the patch that tells most, if any has print."""
    known = _KNOWN.setdefault(blank, {})
    if layout not in known:
        known[layout] = _landmarks(blank, page, layout)
    return known[layout]


def _landmarks(blank: PageRaster, page: CardPage, layout: Layout) -> Landmarks:
    small = shrunken(blank.pixels, layout.shrink)
    scale = blank.px_per_mm / layout.shrink
    size = (round(layout.width_mm * scale), round(layout.height_mm * scale))
    sums = _tensor_sums(without_own_print(small, page, scale), size)
    step = layout.cell_mm * scale
    corners = []
    for top in np.arange(0, sums.shape[1] - 1, step):
        for left in np.arange(0, sums.shape[2] - 1, step):
            corner = _best_in(sums, int(left), int(top), round(step))
            if corner is not None:
                corners.append(corner)
    places = np.array(corners, dtype=np.int64).reshape(-1, 2)
    xx, xy, yy = sums[:, places[:, 1], places[:, 0]]
    tensors = np.stack([xx, xy, xy, yy], axis=-1).reshape(-1, 2, 2)
    largest = np.linalg.eigvalsh(tensors)[:, -1]
    return Landmarks(
        patches=tuple(small[y : y + size[1], x : x + size[0]].copy() for x, y in places),
        corners_px=places,
        centres_mm=(places + (np.array(size) - 1) / 2) / scale + 0.5 / scale - 0.5 / blank.px_per_mm,
        tensors=tensors / np.maximum(largest, 1e-9)[:, None, None],
        px_per_mm=scale,
        shrink=layout.shrink,
    )


def without_own_print(small: Grey, page: CardPage, scale: float) -> Grey:
    """The blank with what differs from sheet to sheet whitened."""
    own: list[BoxMm] = [b for b in (page.code_box, page.sticker_box, page.name_box) if b is not None]
    own += [one.box for one in page.printed if one.slot]
    plain = small.copy()
    for box in own:
        left, top = int(box.x_mm * scale), int(box.y_mm * scale)
        plain[top : int(box.bottom_mm * scale) + 2, left : int(box.right_mm * scale) + 2] = 255
    return plain


def _tensor_sums(pixels: Grey, size: tuple[int, int]) -> Floats:
    """The structure tensor (xx, xy, yy) averaged over a patch with its corner at each pixel, ``(3, h, w)``."""
    right = cv2.Sobel(pixels, cv2.CV_32F, 1, 0, scale=0.125)
    down = cv2.Sobel(pixels, cv2.CV_32F, 0, 1, scale=0.125)
    planes = [right * right, right * down, down * down]
    means = [cv2.boxFilter(p, -1, size, anchor=(0, 0), borderType=cv2.BORDER_CONSTANT) for p in planes]
    inside = (slice(0, pixels.shape[0] - size[1]), slice(0, pixels.shape[1] - size[0]))
    return np.stack([mean[inside] for mean in means]).astype(np.float64)


def _best_in(sums: Floats, left: int, top: int, step: int) -> tuple[int, int] | None:
    """The corner in the cell whose patch tells most in its weaker direction; ``None`` without print."""
    xx, xy, yy = sums[:, top : top + step : 2, left : left + step : 2]
    trace = xx + yy
    weaker = trace / 2 - np.sqrt((xx - yy) ** 2 / 4 + xy**2)
    value = np.where(trace >= _LEAST_TRACE, weaker + 0.02 * trace, -1.0)
    row, column = np.unravel_index(int(np.argmax(value)), value.shape)
    return None if value[row, column] < 0 else (left + 2 * int(column), top + 2 * int(row))


def written_share(marks: Landmarks, page: CardPage) -> Floats:
    """Which part of each fine landmark's patch is there to be written in or filled: ``(n,)``."""
    plan = np.zeros((int(page.height_mm) + 1, int(page.width_mm) + 1))
    boxes = [region.box for region in page.writing] + list(page.number_boxes)
    boxes += [bubble.box for field in page.bubbles for bubble in field.bubbles]
    for box in boxes:
        plan[int(box.y_mm) : round(box.bottom_mm), int(box.x_mm) : round(box.right_mm)] = 1.0
    half_x, half_y = FINE.width_mm / 2, FINE.height_mm / 2
    shares = [
        plan[
            max(0, int(y - half_y)) : int(y + half_y) + 1, max(0, int(x - half_x)) : int(x + half_x) + 1
        ].mean()
        for x, y in marks.centres_mm
    ]
    return np.array(shares)


@dataclass(frozen=True)
class Found:
    """Where landmarks were found: displacement on the card in mm ``(n, 2)``, and correlation ``(n,)``."""

    shifts_mm: Floats
    scores: Floats


def find_landmarks(scan: Grey, marks: Landmarks, expected_mm: Floats, reach_mm: float) -> Found:
    """Look for each landmark around where it is expected.

    Args:
        scan: the page at the landmarks' scale.
        marks: of its blank.
        expected_mm: displacement at each, ``(n, 2)``.
        reach_mm: how far around that is looked, each way.

    Returns:
        Displacements to a fraction of a pixel, and how alike patch and place are (-1 to 1).
    """
    reach = max(1, round(reach_mm * marks.px_per_mm))
    offsets = np.round(expected_mm * marks.px_per_mm).astype(np.int64)
    # White around the page, so that landmarks at its edges are looked for as far as all others.
    room = reach + int(np.abs(offsets).max(initial=0))
    wide = cv2.copyMakeBorder(scan, room, room, room, room, cv2.BORDER_CONSTANT, value=(255,))
    shifts, scores = expected_mm.copy(), np.full(len(marks), -1.0)
    for i, patch in enumerate(marks.patches):
        left, top = marks.corners_px[i] + offsets[i] + room - reach
        bottom, right = top + patch.shape[0] + 2 * reach, left + patch.shape[1] + 2 * reach
        likeness = cv2.matchTemplate(wide[top:bottom, left:right], patch, cv2.TM_CCOEFF_NORMED)
        x, y, scores[i] = _peak(np.asarray(likeness, np.float32))
        shifts[i] = (offsets[i] + (x - reach, y - reach)) / marks.px_per_mm
    return Found(shifts, scores)


def _peak(likeness: NDArray[np.float32]) -> tuple[float, float, float]:
    """The place of the maximum, refined by parabolas, and its height."""
    _, height, _, (x, y) = cv2.minMaxLoc(likeness)
    row, column = likeness[y], likeness[:, x]
    return x + _vertex(row, x), y + _vertex(column, y), float(height)


def _vertex(line: NDArray[np.float32], at: int) -> float:
    if not 0 < at < len(line) - 1:
        return 0.0
    before, here, after = (float(v) for v in line[at - 1 : at + 2])
    bend = before - 2 * here + after
    return 0.0 if bend > -_SUBPIXEL_LEAST else float(np.clip(0.5 * (before - after) / bend, -0.5, 0.5))
