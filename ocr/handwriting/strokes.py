"""Ink pixels and the strokes that they make: joined pixels, each with its stroke's number."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.handwriting.paper import Darkness
from ocr.handwriting.prints import Mask
from ocr.rasters import Window

Numbers = NDArray[np.intp]

#: The edge of a stroke ends where it is this share as dark as its middle.
EDGE_SHARE = 0.35
#: Specks smaller than this are dust or noise of the scanner.
SPECK_MM2 = 0.08
#: A stroke that goes on within this distance beyond the print crosses it.
BRIDGE_MM = 1.6
#: A stroke of which this share lies beside print is a sliver of it.
SLIVER_SHARE = 0.8


@dataclass(frozen=True)
class Strokes:
    """The strokes of a mask, from 0. ``ys``, ``xs``, ``of``: each ink pixel and the stroke it is of."""

    count: int
    ys: Numbers
    xs: Numbers
    of: Numbers

    @cached_property
    def areas(self) -> Numbers:
        """Pixels of each stroke."""
        return self.pixels_where(None)

    def pixels_where(self, chosen: NDArray[np.bool_] | None) -> Numbers:
        """How many pixels of each stroke are chosen by a flag for each pixel; all, without flags."""
        of = self.of if chosen is None else self.of[chosen]
        return np.bincount(of, minlength=self.count)

    @cached_property
    def spans(self) -> tuple[Numbers, Numbers, Numbers, Numbers]:
        """The half-open box of each stroke: lefts, tops, rights, bottoms."""
        lows, highs = [], []
        for places in (self.xs, self.ys):
            low = np.full(self.count, np.iinfo(np.int64).max)
            high = np.full(self.count, -1)
            np.minimum.at(low, self.of, places)
            np.maximum.at(high, self.of, places)
            lows.append(low)
            highs.append(high + 1)
        return lows[0], lows[1], highs[0], highs[1]

    @cached_property
    def extents_px(self) -> NDArray[np.float64]:
        """The diagonal of each stroke's box."""
        left, top, right, bottom = self.spans
        return np.asarray(np.hypot(right - left, bottom - top), dtype=np.float64)

    @cached_property
    def centres(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The mean x and y of each stroke's pixels."""
        x, y = (np.bincount(self.of, places, minlength=self.count) for places in (self.xs, self.ys))
        return x / self.areas, y / self.areas

    def mask(self, kept: NDArray[np.bool_], shape: tuple[int, ...]) -> Mask:
        """The pixels of the strokes that are kept."""
        result = np.zeros(shape, dtype=bool)
        own = kept[self.of]
        result[self.ys[own], self.xs[own]] = True
        return result


def strokes_of(mask: Mask) -> Strokes:
    """The strokes of a mask: pixels that touch, corners included."""
    pixels = np.ascontiguousarray(mask).view(np.uint8)
    found = cv2.findNonZero(pixels) if pixels.size else None
    if found is None:
        none = np.zeros(0, dtype=np.intp)
        return Strokes(0, none, none, none)
    count, labels = cv2.connectedComponents(pixels, connectivity=8)
    xs, ys = found.reshape(-1, 2).astype(np.intp).T
    return Strokes(count - 1, ys, xs, labels[ys, xs].astype(np.intp) - 1)


def inked(darkness: Darkness, printed: Mask, limits: tuple[float, float], px_per_mm: float) -> Mask:
    """Ink pixels: dark ones off the print, and those on it that join strokes on both sides.

    Args:
        darkness: smoothed, 0 to 1.
        printed: where the print is.
        limits: a stroke is of pixels over the first, one of them at least over the second.
        px_per_mm: the scale.
    """
    weak_from, strong_from = limits
    free = strokes_of((darkness > weak_from) & ~printed)
    if not free.count:
        return np.zeros(darkness.shape, dtype=bool)
    dark = darkness[free.ys, free.xs]
    strong = free.pixels_where(dark > strong_from) > 0
    beside = cv2.dilate(np.where(printed, np.float32(0), darkness), np.ones((5, 5), np.uint8))
    slender = dark > EDGE_SHARE * beside[free.ys, free.xs]  # else the blurred edge of a darker stroke
    own = strong[free.of] & slender
    ink = np.zeros(darkness.shape, dtype=bool)
    ink[free.ys[own], free.xs[own]] = True
    if own.any():
        _bridge(ink, printed & (darkness > weak_from), round(BRIDGE_MM * px_per_mm) | 1)
    return ink


def _bridge(ink: Mask, crossed: Mask, side: int) -> None:
    """Add to the ink the crossed pixels that have it on both sides within half of ``side`` pixels."""
    left, top, width, height = cv2.boundingRect(crossed.view(np.uint8))
    whole = Window(0, 0, ink.shape[1], ink.shape[0])
    near = Window(left, top, left + width, top + height)
    part = near.grown(side).within(whole)
    if not width or not part.of(ink).any():
        return
    both = bridged(part.of(ink), side) & part.of(crossed)
    np.logical_or(part.of(ink), both, out=part.of(ink))


def bridged(ink: Mask, side: int) -> Mask:
    """Where ink lies on both sides, upright, level or aslant, of the middle of ``side`` pixels."""
    upright = np.zeros((side, side), np.uint8)
    upright[:, side // 2] = 1
    aslant = np.eye(side, dtype=np.uint8)
    pixels = ink.astype(np.uint8)
    both = np.zeros(ink.shape, dtype=bool)
    for line in (upright, upright.T, aslant, aslant[::-1]):
        both |= cv2.morphologyEx(pixels, cv2.MORPH_CLOSE, np.ascontiguousarray(line)) > 0
    return both


def kept_strokes(mask: Mask, printed: Mask, inside: Window, px_per_mm: float) -> Mask:
    """The strokes that are writing in a window of the mask.

    Left out are specks of dust, strokes of which less than half lies inside the window, and slivers
    of print that a small misfit left beside it.
    """
    strokes = strokes_of(mask)
    if not strokes.count:
        return np.zeros(mask.shape, dtype=bool)
    keep = strokes.areas >= SPECK_MM2 * px_per_mm**2
    within_x = (strokes.xs >= inside.left) & (strokes.xs < inside.right)
    within = within_x & (strokes.ys >= inside.top) & (strokes.ys < inside.bottom)
    keep &= 2 * strokes.pixels_where(within) >= strokes.areas
    if printed.any():
        beside = cv2.dilate(printed.view(np.uint8), np.ones((5, 5), np.uint8))
        slivers = strokes.pixels_where(beside[strokes.ys, strokes.xs] > 0)
        keep &= slivers < SLIVER_SHARE * strokes.areas
    return strokes.mask(keep, mask.shape)
