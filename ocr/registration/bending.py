"""How far curled, stretched or crumpled paper has carried the print from where the map puts it.

Fiducials fix the page's corners only. In between, tiles of thin print (frames, numerals, outlines) of
the blank are sought in the rectified scan. Thick ink is taken away on both first, so filled bubbles do
not pull. Large tiles come first: they hold enough print beside the bubbles to tell one row of bubbles
from the next. Small tiles then follow the paper closely.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.rasters import Grey, PageRaster

Points = NDArray[np.float64]  #: (n, 2) mm as x, y

_PX_PER_MM = 2.0
_THICK_PX = 3  #: ink this wide both ways is a mark, not print
_PAPER_MM = 18.0  #: a stretch in which there is bare paper
_LARGE_MM, _LARGE_STEP_MM = (50.0, 36.0), (26.0, 20.0)
_SMALL_MM, _SMALL_STEP_MM = (28.0, 20.0), (20.0, 14.0)
_REACH_MM, _NEAR_MM = 5.0, 1.0
_STILL_MM = 0.35  #: a page whose first tiles all lie nearer than this is taken as flat
_FAR_COST = 0.01  #: of likeness for each mm moved
_LEAST_LIKENESS = 0.35
_LEAST_PRINT = 2.5  #: grey levels of deviation in a tile, below which it has too little print
_ODD_MM = 1.2  #: a tile this far from what its neighbours say is not believed
_LEAST_NEIGHBOURS = 4


@dataclass(frozen=True)
class Bending:
    """Displacements ``moves`` in mm at ``places`` (both ``(n, 2)``); none at all for a flat page.

    ``reach`` is how far apart, in mm, places were sampled (x, y).
    """

    places: Points
    moves: Points
    reach: tuple[float, float] = _LARGE_STEP_MM

    @property
    def is_flat(self) -> bool:
        return not len(self.places)

    def at(self, points: Points) -> Points:
        """The displacement at each point: a plane through the tiles near it, the nearer the weightier."""
        if self.is_flat:
            return np.zeros_like(points)
        away = (points[:, None, :] - self.places[None, :, :]) / np.array(self.reach)
        weights = np.exp(-0.5 * (away**2).sum(axis=2)) + 1e-6
        return _planes(away, weights, self.moves)


FLAT = Bending(np.zeros((0, 2)), np.zeros((0, 2)))


def page_bending(raster: PageRaster, blank: PageRaster, points: Points) -> Bending:
    """Where the scan's print lies against the blank's around the points that matter.

    Args:
        raster: the page in the card's frame.
        blank: the printed card without writing, in the same frame.
        points: places on the page in mm, e.g. bubble centres.

    Returns:
        ``FLAT`` where the print lies within a third of a millimetre, or cannot be followed.
    """
    still, seen = _thin_print_of_blank(blank), _thin_print(raster)
    centres = _tile_centres(points, _LARGE_STEP_MM)
    look = _scattered(centres)
    first = _matches(still, seen, centres[look], _LARGE_MM, np.zeros((int(look.sum()), 2)), _REACH_MM)
    if len(first.moves) == 0 or float(np.abs(first.moves).max()) < _STILL_MM:
        return FLAT
    rest = _matches(still, seen, centres[~look], _LARGE_MM, np.zeros((int((~look).sum()), 2)), _REACH_MM)
    coarse = _believed(_joined(first, rest))
    if len(coarse.moves) < _LEAST_NEIGHBOURS:
        return FLAT
    near = _tile_centres(points, _SMALL_STEP_MM)
    fine = _matches(still, seen, near, _SMALL_MM, coarse.at(near), _NEAR_MM)
    fine = _believed(Bending(fine.places, fine.moves, _SMALL_STEP_MM))
    return fine if len(fine.moves) >= _LEAST_NEIGHBOURS else coarse


def _thin_print(raster: PageRaster) -> Grey:
    """Thin dark strokes at the working scale, on black; marks and shadows are gone."""
    scale = _PX_PER_MM / raster.px_per_mm
    height, width = (round(side * scale) for side in raster.pixels.shape)
    whole = raster.pixels[: round(height / scale), : round(width / scale)]  # whole steps are far quicker
    small = cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA)
    coarse = cv2.resize(small, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    side = round(_PAPER_MM * _PX_PER_MM / 4)
    paper = cv2.resize(cv2.dilate(coarse, np.ones((side, side), np.uint8)), small.shape[::-1])
    dark = cv2.subtract(paper, small)
    thin = cv2.morphologyEx(dark, cv2.MORPH_TOPHAT, np.ones((_THICK_PX, _THICK_PX), np.uint8))
    return np.asarray(thin, dtype=np.uint8)


@functools.lru_cache(maxsize=16)
def _thin_print_of_blank(blank: PageRaster) -> Grey:
    return _thin_print(blank)


def _tile_centres(points: Points, step_mm: tuple[float, float]) -> Points:
    """Centres of the cells of a grid that hold any of the points."""
    cells = np.unique(np.floor(points / step_mm).astype(np.int64), axis=0)
    return np.asarray((cells + 0.5) * step_mm, dtype=np.float64)


def _scattered(centres: Points) -> NDArray[np.bool_]:
    """Every fifth tile, no two beside each other: enough to see whether the page is flat."""
    columns = np.unique(centres[:, 0], return_inverse=True)[1]
    rows = np.unique(centres[:, 1], return_inverse=True)[1]
    return np.asarray((columns + 2 * rows) % 5 == 0, dtype=np.bool_)


def _matches(
    still: Grey, seen: Grey, centres: Points, size_mm: tuple[float, float], guess: Points, reach_mm: float
) -> Bending:
    """Each tile's displacement, sought around its guess; tiles without print or likeness are left out."""
    kept, moves = [], []
    for centre, near in zip(centres, guess, strict=True):
        move = _match(still, seen, centre, np.array(size_mm) / 2, near, reach_mm)
        if move is not None:
            kept.append(centre)
            moves.append(move)
    shape = (len(kept), 2)
    return Bending(np.array(kept, np.float64).reshape(shape), np.array(moves, np.float64).reshape(shape))


def _match(
    still: Grey, seen: Grey, centre: Points, half: Points, guess: Points, reach_mm: float
) -> Points | None:
    height, width = still.shape
    left, top = np.maximum(np.round((centre - half) * _PX_PER_MM).astype(int), 0)
    right, bottom = np.minimum(np.round((centre + half) * _PX_PER_MM).astype(int), (width, height))
    tile = still[top:bottom, left:right]
    if tile.size == 0 or float(tile.std()) < _LEAST_PRINT:
        return None
    reach = round(reach_mm * _PX_PER_MM)
    off = np.round(guess * _PX_PER_MM).astype(int)
    window = _cut(
        seen, left + off[0] - reach, top + off[1] - reach, right + off[0] + reach, bottom + off[1] + reach
    )
    likeness = np.asarray(cv2.matchTemplate(window, tile, cv2.TM_CCOEFF_NORMED), dtype=np.float64)
    steps = np.arange(-reach, reach + 1) / _PX_PER_MM
    scores = likeness - _FAR_COST * np.hypot(steps[None, :], steps[:, None])
    y, x = (int(v) for v in np.unravel_index(int(np.argmax(scores)), scores.shape))
    if likeness[y, x] < _LEAST_LIKENESS:
        return None
    peak = np.array([_peak(likeness[y, :], x), _peak(likeness[:, x], y)]) - reach
    return np.asarray((peak + off) / _PX_PER_MM, dtype=np.float64)


def _cut(plane: Grey, left: int, top: int, right: int, bottom: int) -> Grey:
    """The window; nothing is printed outside the page."""
    height, width = plane.shape
    beyond = (max(0, -top), max(0, bottom - height), max(0, -left), max(0, right - width))
    inside = plane[max(0, top) : max(0, bottom), max(0, left) : max(0, right)]
    if not any(beyond):
        return inside
    return np.asarray(cv2.copyMakeBorder(inside, *beyond, cv2.BORDER_CONSTANT, value=0), dtype=np.uint8)


def _peak(values: NDArray[np.float64], at: int) -> float:
    """The peak between samples, by a parabola."""
    if not 0 < at < len(values) - 1:
        return float(at)
    before, here, after = (float(v) for v in values[at - 1 : at + 2])
    bend = before - 2 * here + after
    return at if bend >= 0 else at + float(np.clip(0.5 * (before - after) / bend, -0.5, 0.5))


def _believed(found: Bending) -> Bending:
    """Without the tiles that are far from what the others say of their place, the oddest first."""
    places, moves = found.places, found.moves
    while len(places) >= _LEAST_NEIGHBOURS:
        away = (places[:, None, :] - places[None, :, :]) / np.array(found.reach)
        weights = np.exp(-0.5 * (away**2).sum(axis=2)) + 1e-6
        np.fill_diagonal(weights, 0.0)
        off = np.hypot(*(moves - _planes(away, weights, moves)).T)
        worst = int(np.argmax(off))
        if off[worst] <= _ODD_MM:
            break
        places, moves = np.delete(places, worst, axis=0), np.delete(moves, worst, axis=0)
    return Bending(places, moves, found.reach)


def _planes(away: Points, weights: Points, moves: Points) -> Points:
    """Weighted least squares of a plane for each point, a little held to the weighted mean."""
    design = np.concatenate([np.ones((*away.shape[:2], 1)), away], axis=2)
    weighted = design * weights[:, :, None]
    normal = weighted.transpose(0, 2, 1) @ design
    normal[:, [1, 2], [1, 2]] += 0.05 * weights.sum(axis=1)[:, None]
    normal[:, 0, 0] += 1e-9
    right = weighted.transpose(0, 2, 1) @ moves
    return np.asarray(np.linalg.solve(normal, right)[:, 0, :], dtype=np.float64)


def _joined(*parts: Bending) -> Bending:
    both: Iterable[Bending] = parts
    return Bending(
        np.concatenate([part.places for part in parts]), np.concatenate([part.moves for part in both])
    )
