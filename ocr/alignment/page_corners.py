"""``crop_page``: the sheet of paper on its background, by its four edges."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.alignment.frame import Points
from ocr.rasters import Grey

WORK_PX = 1000  #: longer side of the picture in which edges are sought
_LEAST_AREA = 0.15  #: of the image: smaller quadrilaterals are pictures or boxes, not the page
_MOST_COSINE = 0.42  #: of a corner's angle: 65° to 115° is as far as usable photos go
_LEAST_SUPPORT = 0.55  #: of the four sides must lie on an edge
_ENOUGH_SUPPORT = 0.88  #: with this, nothing better is sought
_LEAST_LINE = 0.12  #: of the picture: shorter lines are print
_SAME_LINE_PX = 12.0
_MOST_LINES = 8  #: in each direction
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

    Candidates come from the bright areas, from closed edges and from crossing straight lines. Each
    corner of the best is the crossing of two lines fitted to the edge near that corner: paper bows, so
    a line along a whole side would miss its ends, and a folded tip is passed over.
    """
    scale = min(1.0, WORK_PX / max(image.shape))
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    smooth = np.asarray(cv2.GaussianBlur(small, (5, 5), 0), dtype=np.uint8)
    edges = page_edges(smooth)
    near_edge = np.asarray(cv2.dilate(edges, np.ones((9, 9), np.uint8)), dtype=np.uint8) > 0
    best, support = _best(_shapes(smooth, edges), near_edge)
    if support < _ENOUGH_SUPPORT:
        best, support = _best((*_crossing_lines(edges), *([] if best is None else [best])), near_edge)
    if best is None:
        return None
    fitted = _fitted(best, _snapped(best, smooth))
    return PageQuad(corners=fitted.corners / scale, residual_px=fitted.residual_px / scale)


def _best(quads: Iterable[Points], near_edge: NDArray[np.bool_]) -> tuple[Points | None, float]:
    """The quadrilateral with the best of size and edge, and the share of its sides on an edge."""
    best: tuple[float, Points | None, float] = (0.0, None, 0.0)
    for quad in quads:
        area = _area(quad) / near_edge.size
        if area >= _LEAST_AREA and _is_page_like(quad):
            support = _support(quad, near_edge)
            if support >= _LEAST_SUPPORT and area * support**3 > best[0]:
                best = (area * support**3, quad, support)
    return best[1], best[2]


def page_edges(smooth: Grey) -> Grey:
    """Edges of the coarse picture: print is first closed away so that paper is plain."""
    plain = cv2.morphologyEx(smooth, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    high = float(np.clip(plain.std(), 20.0, 120.0))
    return np.asarray(cv2.Canny(plain, high / 2, high), dtype=np.uint8)


def _shapes(smooth: Grey, edges: Grey) -> Iterator[Points]:
    """Rough corners of large bright shapes and of large shapes that edges enclose."""
    _, bright = cv2.threshold(smooth, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    solid = cv2.morphologyEx(bright, cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8))
    opened = cv2.morphologyEx(solid, cv2.MORPH_OPEN, np.ones((15, 15), np.uint8))
    joined = cv2.morphologyEx(edges, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    for mask in (opened, joined):
        contours, _ = cv2.findContours(np.asarray(mask), cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
        hulls = [cv2.convexHull(contour) for contour in contours if len(contour) >= 4]
        hulls = [hull for hull in hulls if cv2.contourArea(hull) >= _LEAST_AREA * smooth.size]
        for hull in sorted(hulls, key=cv2.contourArea, reverse=True)[:5]:
            quad = _four_corners(np.asarray(hull))
            if quad is not None:
                yield quad


def _crossing_lines(edges: Grey) -> Iterator[Points]:
    """Quadrilaterals of two lines across and two lines down: gaps in an edge do not matter here."""
    least = round(_LEAST_LINE * min(edges.shape))
    found = cv2.HoughLinesP(edges, 1, np.pi / 360, least // 2, minLineLength=least, maxLineGap=least // 4)
    if found is None:
        return
    segments = np.asarray(found, dtype=np.float64).reshape(-1, 2, 2)
    steps = segments[:, 1] - segments[:, 0]
    lengths = np.hypot(steps[:, 0], steps[:, 1])
    normals = np.column_stack([-steps[:, 1], steps[:, 0]]) / lengths[:, None]
    lines = np.column_stack([normals, np.sum(normals * segments[:, 0], axis=1)])
    flat = np.abs(steps[:, 0]) >= np.abs(steps[:, 1])
    across = _distinct(lines[flat], segments[flat], lengths[flat])
    down = _distinct(lines[~flat], segments[~flat], lengths[~flat])
    for top, bottom in itertools.combinations(across, 2):
        for left, right in itertools.combinations(down, 2):
            corners = [_crossing(one, other) for one in (top, bottom) for other in (left, right)]
            quad = np.array(corners)
            room = 0.05 * max(edges.shape)
            limits = np.array(edges.shape[::-1], dtype=np.float64) + room
            if np.isfinite(quad).all() and (quad > -room).all() and (quad < limits).all():
                yield clockwise(quad)


def _distinct(lines: Points, segments: Points, lengths: Points) -> list[Points]:
    """The longest lines that do not lie on one another."""
    kept: list[int] = []
    for i in np.argsort(-lengths):
        away = [np.abs(segments[i] @ lines[k, :2] - lines[k, 2]).max() for k in kept]
        if all(distance > _SAME_LINE_PX for distance in away):
            kept.append(int(i))
        if len(kept) == _MOST_LINES:
            break
    return [lines[k] for k in kept]


def _support(quad: Points, near_edge: NDArray[np.bool_]) -> float:
    """The share of the sides that lies on an edge; the worst side counts as much as all together."""
    steps = np.linspace(0.02, 0.98, 100)[:, None]
    shares = []
    height, width = near_edge.shape
    for start, end in zip(quad, np.roll(quad, -1, axis=0), strict=True):
        at = np.round(start + steps * (end - start)).astype(int)
        inside = (at[:, 0] >= 0) & (at[:, 0] < width) & (at[:, 1] >= 0) & (at[:, 1] < height)
        x, y = np.clip(at[:, 0], 0, width - 1), np.clip(at[:, 1], 0, height - 1)
        shares.append(float((near_edge[y, x] & inside).mean()))
    return (float(np.mean(shares)) + min(shares)) / 2


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


def _fitted(quad: Points, outline: Points) -> PageQuad:
    """The quadrilateral with its corners where lines along the outline's ends cross."""
    ends: list[tuple[NDArray[np.float64], NDArray[np.float64]]] = []
    errors = []
    for start, end in zip(quad, np.roll(quad, -1, axis=0), strict=True):
        along, away, length = _beside(start, end, outline)
        near = np.abs(away) < max(_NEAR_PX, _BOW * length)
        lines = []
        for low, high in ((_TIP, _END), (1 - _END, 1 - _TIP)):
            part = near & (along > low * length) & (along < high * length)
            line, error = _line(start, end, along[part], away[part])
            lines.append(line)
            errors.append(error)
        ends.append((lines[0], lines[1]))
    corners = np.array([_crossing(ends[i - 1][1], ends[i][0]) for i in range(4)])
    is_near = np.isfinite(corners).all() and np.abs(corners - quad).max() <= 0.05 * np.ptp(quad)
    residual = float(np.sqrt(np.mean(np.square(errors))))
    return PageQuad(corners=corners if is_near and _is_page_like(corners) else quad, residual_px=residual)


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
