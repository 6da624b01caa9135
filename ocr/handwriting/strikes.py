"""Words struck through: long level strokes across writing, and patches of scribble.

Two signs, for two manners of crossing out:

- a bar: a thin path, nearly straight, far longer than any character's level stroke, in the middle of
  the line, with writing close above and below it and strokes crossing it. 一, 二, minus signs,
  fraction bars and underlines have nothing on one side; the stroke of 十 or 干 is too short. A bar is
  told by its shape alone, because a recogniser reads on through a single line;
- a patch much denser than the rest of its line: zigzags and hatching. Dense characters look the same,
  but they can be read, so a patch counts only where the reading is poor.

The picture is first brought to strokes three pixels thick, so that a thick pen and a fine one look
alike. All was chosen looking at the three sets of lines that ``benchmarks.crossed_out`` measures.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.handwriting.crops import INK_BELOW
from ocr.handwriting.paths import Mask, Path, level_paths, longest_first, reaches
from ocr.rasters import Grey

#: The pen's width to which a line is scaled.
PEN_PX = 3.0
#: The body of a line: the rows of all but this share of its ink, above and below.
BODY_TAIL = 0.02
#: A bar turns by at most a pixel in so many, through blocks this full.
BAR_STEP_PX, BAR_FILLED = 8, 0.95
#: A bar is at least so long, and its middle at least so far from the body's edges, in body heights.
BAR_LENGTH, BAR_INSIDE = 1.8, 0.3
#: And at least so many times as long as the pen is wide: small letters in thick strokes nearly touch.
BAR_PENS = 20
#: Where nothing crosses it a bar is at least so thick; what is left of a printed rule is a hairline.
HAIR_PX = 3.0
#: A bar rises or falls by at most this share of its length.
BAR_SLOPE = 0.12
#: Writing is seen above and below at least this share of a bar, within so many body heights.
BESIDE_SHARE, BESIDE = 0.3, 0.35
#: Strokes cross a bar in this share of its columns, and so many of them in a body height.
CROSSED_SHARE, CROSSINGS = 0.1, 1.0
#: Bars nearer to each other than this, in pixels of the scaled picture, are one.
BAR_APART_PX = 6
#: A patch is seen through a window of so many body heights, holes so wide in it do not count, it is at
#: least so wide, and no character is so wide as a broad one.
PATCH_WINDOW, PATCH_HOLE, PATCH_LEAST, PATCH_BROAD = 0.8, 0.5, 0.6, 1.2
#: Of a patch so much is ink, so many times the ink of the line, and so much with its holes closed.
PATCH_INK, PATCH_RATIO, PATCH_CLOSED = 0.5, 1.35, 0.7
#: What is lower than so many widths of the pen has no room for a scribble: dashes, 一, equals signs.
LEAST_BODY_PENS = 6
#: A dense patch is crossed out when its characters are read with less than this mean probability:
#: a broad one, and one that may be a single dense character.
BROAD_UNLESS_READ, UNLESS_READ = 0.8, 0.5
#: What closes the holes of a scribble, in pixels of the scaled picture.
HOLE_PX = 9


@dataclass(frozen=True)
class Strike:
    """A part of a line that looks struck through, in pixels of the crop.

    It is crossed out if its characters are read with less than this mean probability (``unless_read``):
    1 where the shape alone tells.
    """

    left: float
    right: float
    unless_read: float


@dataclass(frozen=True)
class _Scaled:
    """A line with strokes ``PEN_PX`` thick; ``top`` and ``bottom`` are the edges of its body."""

    mask: Mask
    scale: float
    top: int
    bottom: int

    @property
    def body(self) -> int:
        return self.bottom - self.top


def strikes_in(crop: Grey) -> tuple[Strike, ...]:
    """What looks struck through in a line, from left to right; parts may overlap.

    Args:
        crop: one line as it goes to the recogniser: grey, strokes dark on white, print removed.
    """
    mask = np.asarray(crop < INK_BELOW)
    if np.count_nonzero(mask) < PEN_PX**2:
        return ()
    line = _scaled(mask)
    found = [*_bars(line), *_patches(line)]
    return tuple(sorted(found, key=lambda strike: (strike.left, strike.right)))


def pen_px(mask: Mask) -> float:
    """About how wide the strokes are: twice their area by the length of their edges, at least 1."""
    pixels = mask.view(np.uint8)
    inner = cv2.erode(pixels, np.ones((3, 3), np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=0)
    area = int(np.count_nonzero(pixels))
    edge = area - int(np.count_nonzero(inner))
    return max(1.0, 2.0 * area / max(1, edge))


def _scaled(mask: Mask) -> _Scaled:
    scale = PEN_PX / pen_px(mask)
    size = (max(3, round(mask.shape[1] * scale)), max(3, round(mask.shape[0] * scale)))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = np.asarray(cv2.resize(mask.view(np.uint8) * 255, size, interpolation=method) > 110)
    reached = np.cumsum(np.count_nonzero(small, axis=1))
    total = max(1, int(reached[-1]))
    top = int(np.searchsorted(reached, BODY_TAIL * total))
    bottom = int(np.searchsorted(reached, (1 - BODY_TAIL) * total)) + 1
    return _Scaled(small, scale, top, max(bottom, top + 1))


def _bars(line: _Scaled) -> list[Strike]:
    thick = np.asarray(cv2.dilate(line.mask.astype(np.uint8), np.ones((3, 1), np.uint8)) > 0)
    tops, bottoms = reaches(thick)
    runs = bottoms - tops - 1  # less what it was widened by
    paths = level_paths(thick, BAR_STEP_PX, filled=BAR_FILLED)
    least = max(BAR_LENGTH * line.body, BAR_PENS * PEN_PX)
    return [
        Strike(path.first * BAR_STEP_PX / line.scale, path.columns.stop * BAR_STEP_PX / line.scale, 1.0)
        for path in longest_first(paths, least, BAR_APART_PX)
        if _is_bar(line, path, runs)
    ]


def _is_bar(line: _Scaled, path: Path, runs: NDArray[np.intp]) -> bool:
    """Whether a long path is a stroke of the pen through the writing; ``runs``: how high ink is."""
    rows = np.repeat(path.rows, BAR_STEP_PX)
    columns = np.arange(path.first * BAR_STEP_PX, path.columns.stop * BAR_STEP_PX)
    if np.percentile(runs[rows, columns], 25) < HAIR_PX:
        return False
    slope, start = np.polyfit(columns, rows, 1)
    course = np.round(slope * columns + start).astype(np.intp)
    inside = (float(course.mean()) - line.top) / line.body
    if abs(slope) > BAR_SLOPE or not BAR_INSIDE <= inside <= 1 - BAR_INSIDE:
        return False
    return _runs_through(line, course, columns)


def _runs_through(line: _Scaled, course: NDArray[np.intp], columns: NDArray[np.intp]) -> bool:
    """Whether there is writing above and below a course, and strokes that cross it."""
    sides = [_beside(line, course, columns, side) for side in (-1, 1)]
    if min(float(near.mean()) for near, _ in sides) <= BESIDE_SHARE:
        return False
    crossed = sides[0][1] & sides[1][1]
    strokes = np.count_nonzero(np.diff(crossed.astype(np.int8)) == 1)
    return bool(crossed.mean() >= CROSSED_SHARE and strokes >= CROSSINGS * len(columns) / line.body)


def _beside(
    line: _Scaled, course: NDArray[np.intp], columns: NDArray[np.intp], side: int
) -> tuple[Mask, Mask]:
    """For each column whether there is ink on one side of a course: within reach, and right at it."""
    height, start = len(line.mask), round(PEN_PX) + 1
    steps = range(start, max(start + 3, round(BESIDE * line.body)) + 1)
    at = np.array([course + side * step for step in steps])
    seen = line.mask[np.clip(at, 0, height - 1), columns] & (at >= 0) & (at < height)
    return seen.any(axis=0), seen[:2].any(axis=0)


def _patches(line: _Scaled) -> list[Strike]:
    body = line.mask[line.top : line.bottom]
    window = max(8, round(PATCH_WINDOW * line.body))
    if body.shape[1] <= window or line.body < LEAST_BODY_PENS * PEN_PX:
        return []
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (HOLE_PX, HOLE_PX))
    roomy = np.pad(body, HOLE_PX).astype(np.uint8)
    closed = cv2.morphologyEx(roomy, cv2.MORPH_CLOSE, disc)[HOLE_PX:-HOLE_PX, HOLE_PX:-HOLE_PX]
    ink, filled = (_mean_around(np.asarray(part), window) for part in (body, closed))
    usual = float(np.median(ink[ink > 0.05])) if (ink > 0.05).any() else 0.0
    dense = (ink > PATCH_INK) & (ink > PATCH_RATIO * usual) & (filled > PATCH_CLOSED)
    hole = np.ones((1, max(1, round(PATCH_HOLE * line.body))), np.uint8)
    whole = cv2.morphologyEx(dense[None].astype(np.uint8), cv2.MORPH_CLOSE, hole)[0]
    edges = np.flatnonzero(np.diff(np.concatenate([[0], whole.astype(np.int8), [0]])))
    return [
        _patch(line, left, right)
        for left, right in zip(edges[::2], edges[1::2], strict=True)
        if right - left > PATCH_LEAST * line.body
    ]


def _patch(line: _Scaled, left: int, right: int) -> Strike:
    broad = right - left > PATCH_BROAD * line.body
    return Strike(
        float(left / line.scale), float(right / line.scale), BROAD_UNLESS_READ if broad else UNLESS_READ
    )


def _mean_around(part: NDArray[np.generic], window: int) -> NDArray[np.float64]:
    """The share of ink in a window around each column."""
    share = np.count_nonzero(part, axis=0) / max(1, len(part))
    return np.convolve(share, np.ones(window) / window, mode="same")
