"""Lines of handwriting in a region: rows of ink, straightened a little, long ones cut at gaps."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.handwriting.crops import INK_BELOW, framed
from ocr.handwriting.ink import Ink
from ocr.handwriting.prints import Mask
from ocr.handwriting.strokes import Numbers, Strokes
from ocr.rasters import Grey

#: Slopes tried, as rise over run: handwriting on unruled paper drifts by up to about 3°.
SLOPES = tuple(step * 0.005 for step in range(-12, 13))
#: Ink narrower than this has no slope to speak of.
SLOPED_FROM_MM = 30.0
#: A row's profile ends where it falls under this share of a busy row's ink.
VALLEY_SHARE = 0.12
#: Rows lower than this are accents, dots or long strokes and join their neighbour.
LOW_ROW_MM = 2.2
#: Rows higher than this probably hold two lines that touch, and so do rows so many times as high as the
#: others of their box.
HIGH_ROW_MM, HIGH_ROW_RATIO = 12.5, 1.6
#: Such a row is cut where it has at most this share of the ink of its busiest rows: a share for boxes
#: whose other rows say how high one is, and one for a row that may be a large hand's.
CUT_SHARE, CUT_ALONE_SHARE = 0.8, 0.6
#: Pieces longer than so many times their height are cut at a gap.
LONGEST = 26.0


@dataclass(frozen=True)
class Piece:
    """A crop for the engine and the half-open pixel box it shows, in the region's ink."""

    grey: Grey
    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True)
class Row:
    """One written line in reading order: one piece, or several where it was too long."""

    pieces: tuple[Piece, ...]


def find_rows(ink: Ink, *, single: bool) -> tuple[Row, ...]:
    """The written lines from top to bottom; none where there is no ink.

    Args:
        ink: the handwriting of one region.
        single: the region holds one line (a fill), however its strokes lie.
    """
    strokes = ink.strokes
    if not strokes.count:
        return ()
    slope = slope_of(strokes, ink.px_per_mm)
    if single:
        return (Row(pieces(ink, strokes.ys, strokes.xs, slope)),)
    bands = bands_of(strokes, slope, ink.px_per_mm)
    row_of = rows_of_pixels(strokes, bands, slope)
    chosen = (row_of == number for number in range(len(bands)))
    return tuple(Row(pieces(ink, strokes.ys[own], strokes.xs[own], slope)) for own in chosen if own.any())


def slope_of(strokes: Strokes, px_per_mm: float) -> float:
    """The slope at which the rows' profile is sharpest, as rise over run (positive falls)."""
    some = (strokes.ys | strokes.xs) & 1 == 0  # a quarter of the pixels tells
    ys, xs = strokes.ys[some] // 2, strokes.xs[some] // 2
    if len(xs) == 0 or (xs.max() - xs.min()) * 2 < SLOPED_FROM_MM * px_per_mm:
        return 0.0
    return max(SLOPES, key=lambda slope: (_sharpness(ys, xs, slope), -abs(slope)))


def _sharpness(ys: NDArray[np.intp], xs: NDArray[np.intp], slope: float) -> float:
    """How steep the edges of the rows' profile are: lines that are packed close leave only those."""
    level = np.round(ys - slope * xs).astype(np.intp)
    smooth = np.convolve(np.bincount(level - level.min()), np.ones(3) / 3)
    return float((np.diff(smooth) ** 2).sum())


def bands_of(strokes: Strokes, slope: float, px_per_mm: float) -> tuple[tuple[int, int], ...]:
    """Half-open spans of straightened rows that hold one line each, top to bottom."""
    profile, first = _profile(strokes, slope)
    width = round(0.7 * px_per_mm) | 1
    smooth = np.convolve(profile, np.ones(width) / width, mode="same")
    low = round(LOW_ROW_MM * px_per_mm)
    spans = _busy(smooth)
    spans = _join_low(sorted([*spans, *_short_lines(smooth, spans, low)]), low)
    limit, share = _one_line(spans, 1.5 * low, HIGH_ROW_MM * px_per_mm)
    parts = [part for span in spans for part in _split_high(smooth, span, limit, share)]
    return tuple((first + top, first + bottom) for top, bottom in parts)


def _one_line(spans: list[tuple[int, int]], low: float, high: float) -> tuple[float, float]:
    """How high one line of these may be, and down to which share of its ink a higher one is cut."""
    usual = [bottom - top for top, bottom in spans if low < bottom - top <= high]
    if not usual:
        return high, CUT_ALONE_SHARE
    return HIGH_ROW_RATIO * float(np.median(usual)), CUT_SHARE


def _busy(profile: NDArray[np.float64]) -> list[tuple[int, int]]:
    """Spans that are not sparse beside the busiest of this profile."""
    if not (profile > 0).any():
        return []
    return _runs(profile > VALLEY_SHARE * float(np.percentile(profile[profile > 0], 80)))


def _short_lines(
    profile: NDArray[np.float64], spans: list[tuple[int, int]], low: int
) -> list[tuple[int, int]]:
    """Lines of a word or two, which are sparse beside full ones: what is left, if it is high enough."""
    rest = profile.copy()
    for top, bottom in spans:
        rest[max(0, top - low // 2) : bottom + low // 2] = 0.0
    return [span for span in _busy(rest) if span[1] - span[0] >= low]


def _profile(strokes: Strokes, slope: float) -> tuple[NDArray[np.float64], int]:
    level = np.round(strokes.ys - slope * strokes.xs).astype(np.intp)
    first = int(level.min())
    return np.bincount(level - first).astype(np.float64), first


def _runs(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _join_low(spans: list[tuple[int, int]], low: int) -> list[tuple[int, int]]:
    """Give rows lower than ``low`` to the nearer neighbour, when that is no further than ``low``."""
    spans = list(spans)
    at = 0
    while at < len(spans) and len(spans) > 1:
        top, bottom = spans[at]
        above = top - spans[at - 1][1] if at else low + 1
        below = spans[at + 1][0] - bottom if at + 1 < len(spans) else low + 1
        if bottom - top >= low or min(above, below) > low:
            at += 1
        elif above <= below:
            spans[at - 1 : at + 1] = [(spans[at - 1][0], bottom)]
            at = max(0, at - 1)
        else:
            spans[at : at + 2] = [(top, spans[at + 1][1])]
    return spans


def _split_high(
    profile: NDArray[np.float64], span: tuple[int, int], limit: float, share: float
) -> list[tuple[int, int]]:
    """Cut a row that is higher than one line at its deepest valley, again and again."""
    top, bottom = span
    if bottom - top <= limit:
        return [span]
    quarter = (bottom - top) // 4
    cut = top + quarter + int(np.argmin(profile[top + quarter : bottom - quarter]))
    peaks = min(profile[top:cut].max(), profile[cut:bottom].max())
    if profile[cut] > share * peaks:
        return [span]
    parts = ((top, cut), (cut, bottom))
    return [part for half in parts for part in _split_high(profile, half, limit, share)]


def rows_of_pixels(strokes: Strokes, bands: tuple[tuple[int, int], ...], slope: float) -> Numbers:
    """For each ink pixel the number of its row, from 0.

    A stroke belongs to the row of its middle; one that reaches through two rows is cut between them.
    """
    bounds = np.array([(above[1] + below[0]) / 2 for above, below in pairwise(bands)])
    x, y = strokes.centres
    row_of = np.searchsorted(bounds, y - slope * x)[strokes.of]
    _, top, _, bottom = strokes.spans
    typical = float(np.median([bottom - top for top, bottom in bands]))
    cut = (bottom - top > 1.6 * typical)[strokes.of]
    row_of[cut] = np.searchsorted(bounds, strokes.ys[cut] - slope * strokes.xs[cut])
    return row_of


def pieces(ink: Ink, ys: Numbers, xs: Numbers, slope: float) -> tuple[Piece, ...]:
    """The crops of one row, given its ink pixels: only its own strokes, cut where it is too long."""
    top, left = max(0, int(ys.min()) - 1), max(0, int(xs.min()) - 1)
    grey = ink.grey[top : int(ys.max()) + 2, left : int(xs.max()) + 2]
    own = np.zeros(grey.shape, dtype=bool)
    own[ys - top, xs - left] = True
    near = cv2.dilate(own.view(np.uint8), np.ones((5, 5), np.uint8))
    grey = np.asarray(cv2.bitwise_or(grey, 255 * (1 - near)), dtype=np.uint8)
    height = float(np.ptp(ys - slope * xs)) + 1
    return tuple(
        _piece(grey[:, start:end], own[:, start:end], (left + start, top), slope)
        for start, end in cut_at_gaps(np.asarray(own.any(axis=0)), height)
    )


def cut_at_gaps(columns: NDArray[np.bool_], height: float) -> list[tuple[int, int]]:
    """Half-open spans of columns, none longer than ``LONGEST`` heights if a gap allows it."""
    width = len(columns)
    if width <= LONGEST * height:
        return [(0, width)]
    gaps = [gap for gap in _runs(~columns) if gap[0] > width // 4 and gap[1] < width - width // 4]
    if not gaps:
        return [(0, width)]
    start, end = max(gaps, key=lambda gap: gap[1] - gap[0])
    rest = cut_at_gaps(columns[end:], height)
    return [*cut_at_gaps(columns[:start], height), *((end + a, end + b) for a, b in rest)]


def _piece(grey: Grey, mask: Mask, corner: tuple[int, int], slope: float) -> Piece:
    """The crop straightened, cut to the line's body, with a white margin; ``corner`` is (left, top)."""
    rows = np.flatnonzero(mask.any(axis=1))
    first, last = int(rows[0]), int(rows[-1]) + 1
    level = straightened(grey[first:last], slope)
    crop, margin = framed(level, level < INK_BELOW)
    left, top = corner
    return Piece(crop, left - margin, top + first, left + grey.shape[1] + margin, top + last)


def straightened(crop: Grey, slope: float) -> Grey:
    """The crop sheared level, cut tight again; unchanged for slopes under one in a hundred."""
    height, width = crop.shape
    if abs(slope) * width < 0.15 * height or abs(slope) < 0.01:
        return crop
    shear = np.array([[1.0, 0.0, 0.0], [-slope, 1.0, slope * width / 2]], dtype=np.float64)
    level = cv2.warpAffine(crop, shear, (width, height), flags=cv2.INTER_LINEAR, borderValue=255)
    rows = np.flatnonzero((level < INK_BELOW).any(axis=1))
    if len(rows) == 0:
        return crop
    return np.asarray(level[rows[0] : rows[-1] + 1], dtype=np.uint8)
