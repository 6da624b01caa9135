"""``crop_on_markers``: a printed marker found once in each quarter of the page."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.alignment.frame import Points
from ocr.rasters import Grey

WORK_PX = 1200  #: longer side of the view in which markers are sought
_LEAST_SIDE_PX = 9  #: a marker smaller than this in the view says nothing
_SCALE_STEP = 1.08
_SHRINK = 0.45  #: smallest marker tried, as a share of the one that the template expects
_GROW = 1.35
_LEAST_CORRELATION = 0.45
_SAME_SIZE = 1.25  #: the four markers' sizes differ by no more than this factor


@dataclass(frozen=True)
class Match:
    """A marker in the view: centre, side and normalised correlation in [-1, 1]."""

    x: float
    y: float
    side: float
    correlation: float


@dataclass(frozen=True)
class FourMarkers:
    """Centres clockwise from top left in view px, the doubt of their places, and the correlations.

    The doubt is a quarter of the RMS distance between where the half-size and the full view have them.
    """

    centres: Points
    doubt_px: float
    correlations: tuple[float, ...]


def find_markers(view: Grey, marker: Grey, width_ratio: float) -> FourMarkers | str:
    """The four markers, or the reason why they were not found.

    Args:
        view: the page, its longer side ``WORK_PX``.
        marker: the marker's picture, cut at its edges.
        width_ratio: width of the sheet over width of the marker, as the template expects it.
    """
    smooth = np.asarray(cv2.GaussianBlur(view, (3, 3), 0), dtype=np.uint8)
    expected = view.shape[1] / width_ratio
    sides = _sides(expected, min(view.shape) / 4)
    if not sides:
        return f"标记图在页面上只有 {expected:.0f} 像素，太小"
    coarse = np.asarray(
        cv2.resize(smooth, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), dtype=np.uint8
    )
    ladder = [_best_in_quarters(coarse, marker, side) for side in sides]
    common = max(range(len(ladder)), key=lambda i: sum(m.correlation for m in ladder[i]))
    found = [_nearby_best(ladder, common, quarter) for quarter in range(4)]
    weak = [m.correlation < _LEAST_CORRELATION for m in found]
    if any(weak):
        names = "、".join(n for n, w in zip(("左上", "右上", "右下", "左下"), weak, strict=True) if w)
        return f"没有找到{names}角的定位标记（相似度 {min(m.correlation for m in found):.2f}）"
    if max(m.side for m in found) / min(m.side for m in found) > _SAME_SIZE:
        return "四角找到的标记大小不一，不可信"
    fine = [_refined(smooth, marker, match) for match in found]
    shifts = np.array([np.hypot(f.x - m.x, f.y - m.y) for f, m in zip(fine, found, strict=True)])
    centres = np.array([[m.x, m.y] for m in fine])
    doubt = float(np.sqrt(np.mean(shifts**2))) / 4
    return FourMarkers(centres, doubt, tuple(m.correlation for m in fine))


def _sides(expected: float, most: float) -> list[float]:
    sides = []
    side = max(expected * _SHRINK, _LEAST_SIDE_PX)
    while side <= min(expected * _GROW, most):
        sides.append(side)
        side *= _SCALE_STEP
    return sides


def _scaled(marker: Grey, side: float) -> Grey:
    size = (max(3, round(side)), max(3, round(side * marker.shape[0] / marker.shape[1])))
    return np.asarray(cv2.resize(marker, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _best_in_quarters(coarse: Grey, marker: Grey, side: float) -> list[Match]:
    """The best match of each quarter, clockwise from top left; ``coarse`` is the view at half size."""
    template = _scaled(marker, side / 2)
    scores = np.asarray(cv2.matchTemplate(coarse, template, cv2.TM_CCOEFF_NORMED))
    th, tw = template.shape
    middle_y, middle_x = (
        max(1, (whole - part) // 2) for whole, part in zip(coarse.shape, (th, tw), strict=True)
    )
    matches = []
    for top, left in ((0, 0), (0, middle_x), (middle_y, middle_x), (middle_y, 0)):
        quarter = scores[slice(top, None if top else middle_y), slice(left, None if left else middle_x)]
        y, x = np.unravel_index(int(np.argmax(quarter)), quarter.shape)
        centre_x, centre_y = left + int(x) + tw / 2, top + int(y) + th / 2
        correlation = float(quarter[y, x])
        matches.append(Match(2 * centre_x - 0.5, 2 * centre_y - 0.5, side=side, correlation=correlation))
    return matches


def _nearby_best(ladder: list[list[Match]], common: int, quarter: int) -> Match:
    """The quarter's best among sizes near the common one (perspective makes far markers smaller)."""
    steps = ladder[max(0, common - 2) : common + 3]
    return max((level[quarter] for level in steps), key=lambda m: m.correlation)


def _refined(smooth: Grey, marker: Grey, match: Match) -> Match:
    """The match sought again in the whole view, to the peak between pixels."""
    template = _scaled(marker, match.side)
    th, tw = template.shape
    reach = 5
    top, left = round(match.y - (th - 1) / 2) - reach, round(match.x - (tw - 1) / 2) - reach
    top, left = max(0, top), max(0, left)
    window = smooth[top : top + th + 2 * reach, left : left + tw + 2 * reach]
    if window.shape[0] < th or window.shape[1] < tw:
        return match
    scores = np.asarray(cv2.matchTemplate(window, template, cv2.TM_CCOEFF_NORMED), dtype=np.float64)
    y, x = np.unravel_index(int(np.argmax(scores)), scores.shape)
    dy, dx = parabola_peak(scores[:, x], int(y)), parabola_peak(scores[y, :], int(x))
    correlation = float(scores[y, x])
    return Match(left + dx + (tw - 1) / 2, top + dy + (th - 1) / 2, match.side, correlation)


def parabola_peak(values: NDArray[np.float64], at: int) -> float:
    """The peak's place between samples, by the parabola through ``at`` and its neighbours."""
    if not 0 < at < len(values) - 1:
        return float(at)
    before, here, after = values[at - 1 : at + 2]
    bend = before - 2 * here + after
    return float(at if bend >= 0 else at + float(np.clip(0.5 * (before - after) / bend, -0.5, 0.5)))
