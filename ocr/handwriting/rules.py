"""Rule lines, borders and cell walls where no blank card tells where they are: long, thin, straight.

A rule is followed along its whole length, though it be slanted, bent or broken. What is taken away is
a band as thin as the rule itself; strokes that cross it are joined again by
:func:`ocr.handwriting.strokes.inked`. Underlines and the walls of a 作文格 go the same way.

Chosen looking at the photographed pages of ``cn-exam-lines-small`` and ``homework-photos``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.handwriting.paper import Darkness
from ocr.handwriting.paths import Mask, Path, Rows, level_paths, longest_first, reaches

#: A path turns by at most one pixel in so many: rules on a rectified page or a straight photo.
STEP_PX = 6
#: Holes of so many steps are closed: writing that stands on a rule or crosses it.
MENDED = 7
#: Lines nearer to each other than this are one.
APART_MM = 0.6
#: A rule is no thicker than this.
THICKEST_MM = 1.0
#: Lines at least this long count as rules, and they span at least this share of the picture: a stroke
#: through a few words is neither.
RULE_MM = 15.0
RULE_SHARE = 0.25
#: Along at least this share of a rule nothing but the rule is seen.
FREE_SHARE = 0.5
#: How far a rule may lie off its own straight course, in times its thickness.
OFF_COURSE = 1.5
#: What is so many times as dark as the rule is writing over it.
COVERED = 1.3
#: A wall of a cell is at least so high, and both its ends are so near to a rule.
WALL_MM = 5.0
#: Fewer of them are strokes of characters that touch the rules.
LEAST_WALLS = 3
REACH_MM = 0.7


@dataclass(frozen=True)
class _Band:
    """A rule: its columns, the row of its middle in each, how many pixels thick it is."""

    columns: Rows
    middle: NDArray[np.float64]
    thick: float


def rules_mask(darkness: Darkness, weak_from: float, px_per_mm: float) -> Mask:
    """Rules, borders and the walls between them, but not what is written over them more darkly.

    Args:
        darkness: smoothed, 0 to 1, ``(height, width)``.
        weak_from: what is darker may be part of a rule.
        px_per_mm: the scale.
    """
    dark = np.asarray(darkness > weak_from)
    height, width = dark.shape
    level = _rules(darkness, dark, px_per_mm, _least(width, px_per_mm))
    upright = _rules(darkness.T, dark.T, px_per_mm, _least(height, px_per_mm)).T
    found = level | upright
    if level.any() and height >= WALL_MM * px_per_mm:
        found |= _walls(darkness, dark & ~upright, level, px_per_mm)
    return np.asarray(found)


def _least(extent_px: int, px_per_mm: float) -> float:
    return max(RULE_MM * px_per_mm, RULE_SHARE * extent_px)


def _rules(darkness: Darkness, dark: Mask, px_per_mm: float, least_px: float) -> Mask:
    """Nearly level rules of at least this length, as thick as they are seen."""
    found = np.zeros(dark.shape, dtype=bool)
    if dark.shape[1] >= least_px:
        for band in _bands(dark, px_per_mm, least_px):
            _paint(found, darkness, band)
    return found


def _bands(dark: Mask, px_per_mm: float, least_px: float) -> Iterator[_Band]:
    """Thin straight paths of at least this length through what is thin itself."""
    wide, thickest = _widened(dark), THICKEST_MM * px_per_mm
    tops, bottoms = reaches(wide)
    thin = wide & (bottoms - tops - 1 <= thickest)
    for path in longest_first(
        level_paths(thin, STEP_PX, mended=MENDED), least_px, round(APART_MM * px_per_mm)
    ):
        band = _band(path, tops, bottoms, thickest)
        if band is not None:
            yield band


def _widened(dark: Mask) -> Mask:
    """A pixel wider above and below, so that a hair line that slants has no holes."""
    pixels = np.ascontiguousarray(dark).astype(np.uint8)
    return np.asarray(cv2.dilate(pixels, np.ones((3, 1), np.uint8)) > 0)


def _band(path: Path, tops: Rows, bottoms: Rows, thickest_px: float) -> _Band | None:
    """The rule that a path follows; None where it follows none."""
    columns = np.arange(path.first * STEP_PX, (path.first + len(path.rows)) * STEP_PX)
    rows = np.repeat(path.rows, STEP_PX)
    top, bottom = tops[rows, columns], bottoms[rows, columns]
    thick = bottom - top - 1  # less what it was widened by
    seen = (thick > 0) & (thick <= thickest_px)
    if seen.mean() < FREE_SHARE:
        return None
    usual = float(np.median(thick[seen]))
    free = seen & (thick <= usual + 1)
    middle = (top + bottom) / 2
    course = _course(columns[free], middle[free])
    near = np.abs(middle[free] - course(columns[free])) <= max(2.0, OFF_COURSE * usual)
    if near.sum() < FREE_SHARE * len(columns):
        return None
    kept = columns[free][near]
    return _Band(columns, np.interp(columns, kept, middle[free][near]), usual)


def _course(columns: Rows, rows: NDArray[np.float64]) -> Callable[[Rows], NDArray[np.float64]]:
    """A gentle curve through most of the points, whatever a few of them say."""
    origin, scale = columns.mean(), max(1.0, float(np.ptp(columns)) / 2)
    places = (columns - origin) / scale
    chosen = np.ones(len(places), dtype=bool)
    for _ in range(3):
        curve = np.polynomial.Polynomial.fit(places[chosen], rows[chosen], 2, domain=[-1, 1])
        off = np.abs(rows - curve(places))
        chosen = off <= max(1.0, 2.0 * float(np.median(off)))
    return lambda at: np.asarray(curve((at - origin) / scale), dtype=np.float64)


def _paint(found: Mask, darkness: Darkness, band: _Band) -> None:
    """Set the pixels of a band, a little wider than the rule looks, where nothing darker covers it."""
    half = band.thick / 2 + 0.5
    middle = np.clip(np.round(band.middle).astype(np.intp), 0, len(found) - 1)
    darker = COVERED * float(np.median(darkness[middle, band.columns]))
    for row in range(-int(half) - 1, int(half) + 2):
        rows = middle + row
        inside = (np.abs(rows - band.middle) <= half) & (rows >= 0) & (rows < len(found))
        rows, columns = rows[inside], band.columns[inside]
        found[rows, columns] |= darkness[rows, columns] <= darker


def _walls(darkness: Darkness, dark: Mask, rules: Mask, px_per_mm: float) -> Mask:
    """Upright strokes that run from one rule to another."""
    height, width = dark.shape
    found = np.zeros((width, height), dtype=bool)
    reach = round(REACH_MM * px_per_mm)
    near = cv2.dilate(rules.astype(np.uint8), np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)) > 0
    walls = []
    for band in _bands((dark & ~rules).T, px_per_mm, WALL_MM * px_per_mm):
        first, last = band.columns[[0, -1]]
        ends = np.clip(np.round(band.middle[[0, -1]]).astype(np.intp), 0, width - 1)
        if near[first, ends[0]] and near[last, ends[1]]:
            walls.append(band)
    for wall in walls if len(walls) >= LEAST_WALLS else ():
        _paint(found, darkness.T, wall)
    return found.T
