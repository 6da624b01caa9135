"""``crop_page``: the sheet of paper on its background, by its four edges."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.alignment.frame import Points
from ocr.rasters import Grey

WORK_PX = 1000  #: longer side of the picture in which edges are sought
_LEAST_AREA = 0.15  #: of the image: smaller quadrilaterals are pictures or boxes, not the page
_MOST_COSINE = 0.42  #: of a corner's angle: 65° to 115° is as far as usable photos go
_LEAST_SUPPORT = 0.6  #: of the four sides must lie on an edge
_NEAR_PX = 4.0
_SNAP_PX = 8.0
_LEAST_STEP = 6.0  #: grey levels a pixel
_BOW = 0.02  #: of a side: paper bows this far from the straight line
_TIP, _END = 0.03, 0.3  #: the part of a side, from its corner, that tells where the corner is


@dataclass(frozen=True)
class PageQuad:
    """Corners clockwise from top left, in the pixels of the picture given; residual likewise."""

    corners: Points
    residual_px: float


def find_page(image: Grey) -> PageQuad | None:
    """The largest quadrilateral with paper edges along its sides, or ``None``.

    Candidates come from the bright areas and from closed edges. Each corner is the crossing of two
    lines fitted to the outline near that corner: paper bows, so a line along a whole side would miss
    its ends, and a folded tip is passed over.
    """
    scale = min(1.0, WORK_PX / max(image.shape))
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    smooth = np.asarray(cv2.GaussianBlur(small, (5, 5), 0), dtype=np.uint8)
    best: PageQuad | None = None
    best_score = 0.0
    for outline, quad in _candidates(smooth):
        fitted, support = _fitted(quad, outline)
        area = _area(fitted.corners) / smooth.size
        if support >= _LEAST_SUPPORT and area >= _LEAST_AREA and _is_page_like(fitted.corners):
            score = area * support**2
            if score > best_score:
                best, best_score = fitted, score
    if best is None:
        return None
    snapped, support = _fitted(best.corners, _snapped(best.corners, smooth))
    if support >= _LEAST_SUPPORT and _is_page_like(snapped.corners):
        best = snapped
    return PageQuad(corners=best.corners / scale, residual_px=best.residual_px / scale)


def _edges(smooth: Grey) -> Grey:
    """Edges of the coarse picture: print is first closed away so that paper is plain."""
    plain = cv2.morphologyEx(smooth, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    high = float(np.clip(plain.std(), 20.0, 120.0))
    return np.asarray(cv2.Canny(plain, high / 2, high), dtype=np.uint8)


def _candidates(smooth: Grey) -> Iterator[tuple[Points, Points]]:
    """Outlines ``(n, 2)`` of large shapes, each with the four corners that it roughly has."""
    edges = _edges(smooth)
    _, bright = cv2.threshold(smooth, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    solid = cv2.morphologyEx(bright, cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8))
    opened = cv2.morphologyEx(solid, cv2.MORPH_OPEN, np.ones((15, 15), np.uint8))
    joined = cv2.morphologyEx(edges, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    for mask in (opened, joined, cv2.dilate(edges, np.ones((3, 3), np.uint8))):
        contours, _ = cv2.findContours(np.asarray(mask), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
        large = [c for c in contours if len(c) >= 4 and _hull_area(c) >= _LEAST_AREA * smooth.size]
        for contour in sorted(large, key=_hull_area, reverse=True)[:5]:
            quad = _four_corners(np.asarray(cv2.convexHull(contour)))
            if quad is not None:
                yield np.asarray(contour, dtype=np.float64).reshape(-1, 2), quad


def _hull_area(contour: cv2.typing.MatLike) -> float:
    return float(cv2.contourArea(cv2.convexHull(contour)))


def _four_corners(hull: NDArray[np.int32]) -> Points | None:
    """The hull with the fewest corners cut that leaves four."""
    around = cv2.arcLength(hull, True)
    for share in (0.01, 0.02, 0.03, 0.05, 0.08):
        corners = cv2.approxPolyDP(hull, share * around, True)
        if len(corners) == 4:
            return clockwise(np.asarray(corners, dtype=np.float64).reshape(4, 2))
    return None


def clockwise(corners: Points) -> Points:
    """Four points clockwise, from the one nearest the picture's top left."""
    centre = corners.mean(axis=0)
    turned = corners[np.argsort(np.arctan2(corners[:, 1] - centre[1], corners[:, 0] - centre[0]))]
    return np.roll(turned, -int(np.argmin(turned.sum(axis=1))), axis=0)


def _fitted(quad: Points, outline: Points) -> tuple[PageQuad, float]:
    """The quadrilateral with corners fitted to the outline, and the share of it that the outline backs."""
    ends: list[tuple[NDArray[np.float64], NDArray[np.float64]]] = []
    supports, errors = [], []
    for start, end in zip(quad, np.roll(quad, -1, axis=0), strict=True):
        along, away, length = _beside(start, end, outline)
        near = np.abs(away) < max(_NEAR_PX, _BOW * length)
        supports.append(np.unique((along[near] / length * 50).astype(int)).size / 50)
        lines = []
        for low, high in ((_TIP, _END), (1 - _END, 1 - _TIP)):
            part = near & (along > low * length) & (along < high * length)
            line, error = _line(start, end, along[part], away[part])
            lines.append(line)
            errors.append(error)
        ends.append((lines[0], lines[1]))
    corners = np.array([_crossing(ends[i - 1][1], ends[i][0]) for i in range(4)])
    if not np.isfinite(corners).all() or np.abs(corners - quad).max() > 0.05 * np.ptp(outline):
        corners = quad
    residual = float(np.sqrt(np.mean(np.square(errors))))
    return PageQuad(corners=corners, residual_px=residual), float(min(1.0, np.mean(supports)))


def _snapped(quad: Points, smooth: Grey) -> Points:
    """Points along the sides, each moved across the side to the steepest step in brightness.

    Masks lie a pixel or two beside the paper's true edge; this finds it again.
    """
    offsets = np.arange(-_SNAP_PX, _SNAP_PX + 0.5, 0.5)
    moved = []
    for start, end in zip(quad, np.roll(quad, -1, axis=0), strict=True):
        length = float(max(np.hypot(*(end - start)), 1e-9))
        unit = (end - start) / length
        normal = np.array([-unit[1], unit[0]])
        base = start + np.arange(1.0, length - 1)[:, None] * unit
        places = (base[:, None, :] + offsets[:, None] * normal).astype(np.float32)
        profile = cv2.remap(smooth, places[..., 0], places[..., 1], cv2.INTER_LINEAR)
        steps = np.abs(np.diff(np.asarray(profile, dtype=np.float32)[:, ::2], axis=1))
        at = np.argmax(steps, axis=1)
        clear = steps[np.arange(len(at)), at] >= _LEAST_STEP
        moved.append(base[clear] + ((offsets[::2][at] + 0.5)[:, None] * normal)[clear])
    return np.concatenate(moved)


def _beside(start: Points, end: Points, outline: Points) -> tuple[Points, Points, float]:
    """Where the outline's points lie along the side and how far from it (only those beside it)."""
    length = float(max(np.hypot(*(end - start)), 1e-9))
    unit = (end - start) / length
    along = (outline - start) @ unit
    away = (outline - start) @ np.array([-unit[1], unit[0]])
    beside = (along >= 0) & (along < length)
    return along[beside], away[beside], length


def _line(start: Points, end: Points, along: Points, away: Points) -> tuple[NDArray[np.float64], float]:
    """The line ``(a, b, c)``, ``ax + by = c``, through points given beside a side; its RMS error."""
    length = float(max(np.hypot(*(end - start)), 1e-9))
    unit = (end - start) / length
    normal = np.array([-unit[1], unit[0]])
    slope, offset, error = 0.0, 0.0, _NEAR_PX
    keep = np.ones(len(along), bool)
    for _ in range(4):
        if keep.sum() < 8:
            break
        slope, offset = np.polyfit(along[keep], away[keep], 1)
        off = np.abs(away - slope * along - offset)
        error = float(np.sqrt(np.mean(off[keep] ** 2)))
        keep = off < max(1.0, 2.5 * float(np.median(off)))
    tilted = (normal - slope * unit) / np.hypot(1.0, slope)
    return np.array([*tilted, tilted @ (start + normal * offset)]), error


def _crossing(one: NDArray[np.float64], other: NDArray[np.float64]) -> Points:
    matrix = np.array([one[:2], other[:2]])
    if abs(np.linalg.det(matrix)) < 1e-6:
        return np.array([np.nan, np.nan])
    return np.asarray(np.linalg.solve(matrix, np.array([one[2], other[2]])), dtype=np.float64)


def _area(corners: Points) -> float:
    x, y = corners[:, 0], corners[:, 1]
    return float(abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2)


def _is_page_like(corners: Points) -> bool:
    sides = np.roll(corners, -1, axis=0) - corners
    lengths = np.hypot(sides[:, 0], sides[:, 1])
    if lengths.min() < 1:
        return False
    units = sides / lengths[:, None]
    cosines = np.abs(np.sum(units * np.roll(units, -1, axis=0), axis=1))
    return bool(cosines.max() <= _MOST_COSINE)
