"""What the candidate added: darkness less the print, measured in and around each bubble."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ocr.bubbles.sampling import BubbleSet, Floats, Patches, darkness, patches
from ocr.rasters import PageRaster

REACH = 1.5  #: patches go out to this many half sizes
SIDE = 30
_CORE = 0.8  #: of the half size: inside the printed outline
_AROUND = 1.18  #: beyond it: outside the printed outline
_DIAGONAL = 1.0  #: beyond it both ways: past the bubble's corner
_CORNER_SHARE = 0.1
_QUIET_QUANTILE = 0.3  #: of like bubbles on the page: most are empty
_OUTLINE_FROM = 0.75  #: of the half size: the printed outline and what lies just beyond it
_OUTLINE_TO = 1.3
_EMPTIER_QUANTILE = 0.7  #: of a block's bubbles by likeness: the filled ones show less of their print
_LEAST_LIKENESS = 0.33  #: of a block's outlines with the blank's; in place they reach 0.5 to 0.9
_MOST_PRINT = 0.38  #: mean darkness that a printed letter may give; more is a filled bubble
_STRONG_QUANTILE = 0.9


@dataclass(frozen=True)
class Ink:
    """Per bubble: ``fill`` mean added darkness in the core (0 none, 1 black), ``strength`` of its
    darkest tenth, ``outside`` share of the surroundings with clear ink, ``corners`` (0–4) of them that
    a stroke leaves through. ``placed``: the outlines of its block lie where the blank has them, and
    ``outlined``: its own does (always so without a blank; a mark may hide an outline that is in place).
    """

    fill: Floats
    strength: Floats
    outside: Floats
    corners: NDArray[np.int64]
    placed: NDArray[np.bool_]
    outlined: NDArray[np.bool_]


def measure_ink(raster: PageRaster, bubbles: BubbleSet, shifts: Floats, known: Patches | None) -> Ink:
    """Ink of all bubbles after the print is taken away, which is :func:`blank_print` where known."""
    dark = darkness(patches(raster, bubbles.centres + shifts, bubbles.halves, REACH, SIDE), bubbles.field)
    print_ = _usual_print(dark, bubbles) if known is None else known
    added = np.maximum(dark - print_, 0)
    core, ring = _masks(bubbles)
    inside, free = added[:, core], 1 - print_[:, core]
    fill = inside.sum(axis=1) / np.maximum(free.sum(axis=1), 0.2 * free.shape[1])
    at = int(_STRONG_QUANTILE * inside.shape[1])
    strength = np.partition(inside, at, axis=1)[:, at]
    alike = np.ones(len(bubbles)) if known is None else _likeness(dark, known)
    clear = max(0.12, 0.4 * float(np.quantile(strength, 0.98)))
    return Ink(
        fill=fill.astype(np.float64),
        strength=strength.astype(np.float64),
        outside=_share(added > clear, ring),
        corners=_corners(added > clear, ring),
        placed=_placed(alike, bubbles),
        outlined=alike >= _LEAST_LIKENESS,
    )


def _share(inked: NDArray[np.bool_], where: NDArray[np.bool_]) -> Floats:
    """Share of the pixels of ``where`` that are inked, per bubble; 0 where there are none."""
    return np.asarray(
        (inked & where).sum(axis=(1, 2)) / np.maximum(where.sum(axis=(1, 2)), 1), dtype=np.float64
    )


def _corners(inked: NDArray[np.bool_], ring: NDArray[np.bool_]) -> NDArray[np.int64]:
    """How many of the four diagonal directions outside each bubble have ink, as a crossing-out has."""
    u, v = _grid()
    diagonal = ring & (np.minimum(u, v) >= _DIAGONAL)
    half = SIDE // 2
    quarters = [(slice(None, half), slice(None, half)), (slice(None, half), slice(half, None))]
    quarters += [(slice(half, None), slice(None, half)), (slice(half, None), slice(half, None))]
    hit = [_share(inked[:, r, c], diagonal[:, r, c]) >= _CORNER_SHARE for r, c in quarters]
    return np.asarray(np.sum(hit, axis=0), dtype=np.int64)


def _likeness(dark: Patches, print_: Patches) -> Floats:
    """How alike each bubble's outline is to the blank's in its place: a correlation, 1 the same."""
    across, down = _grid()
    far = np.maximum(across, down)
    outline = (far >= _OUTLINE_FROM) & (far <= _OUTLINE_TO)
    one, other = np.minimum(dark, 0.5)[:, outline], print_[:, outline]
    one, other = (part - part.mean(axis=1, keepdims=True) for part in (one, other))
    norm = np.sqrt((one**2).sum(axis=1) * (other**2).sum(axis=1))
    return np.asarray((one * other).sum(axis=1) / np.maximum(norm, 1e-3), dtype=np.float64)


def _placed(likeness: Floats, bubbles: BubbleSet) -> NDArray[np.bool_]:
    """Whether each bubble's block shows its printed outlines where they should be."""
    placed = np.ones(len(bubbles), bool)
    for block in range(int(bubbles.block.max()) + 1):
        own = bubbles.block == block
        placed[own] = float(np.quantile(likeness[own], _EMPTIER_QUANTILE)) >= _LEAST_LIKENESS
    return placed


def blank_print(blank: PageRaster, bubbles: BubbleSet) -> Patches:
    """The blank's print, a little widened and strengthened: scanned print is never quite in place."""
    dark = darkness(patches(blank, bubbles.centres, bubbles.halves, REACH, SIDE), bubbles.field)
    tall = dark.reshape(-1, SIDE)
    wide = np.maximum(np.maximum(tall, np.roll(tall, 1, axis=1)), np.roll(tall, -1, axis=1))
    shaped = wide.reshape(dark.shape)
    up, down = np.roll(shaped, 1, axis=1), np.roll(shaped, -1, axis=1)
    return np.maximum(shaped, np.maximum(up, down))


def _usual_print(dark: Patches, bubbles: BubbleSet) -> Patches:
    """What bubbles with the same label and size look like when nobody filled them.

    The lower quantile over the page, pixel by pixel. Where even that is as dark as a filled bubble
    (nearly all of them are filled), the quantile over all labels serves, and failing that nothing.
    """
    general = _quiet(dark)
    if _core_mean(general) > _MOST_PRINT:
        general = np.zeros_like(general)
    print_ = np.broadcast_to(general, dark.shape).copy()
    for kind in np.unique(bubbles.kind):
        own = bubbles.kind == kind
        if own.sum() >= 4:
            quiet = _quiet(dark[own])
            if _core_mean(quiet) <= min(_MOST_PRINT, _core_mean(general) + 0.2):
                print_[own] = quiet
    return print_


def _quiet(dark: Patches) -> Patches:
    at = int(_QUIET_QUANTILE * (len(dark) - 1))
    return np.asarray(np.partition(dark, at, axis=0)[at], dtype=np.float32)


def _grid() -> tuple[Floats, Floats]:
    steps = ((np.arange(SIDE) + 0.5) / SIDE * 2 - 1) * REACH
    return np.meshgrid(np.abs(steps), np.abs(steps))


def _core() -> NDArray[np.bool_]:
    u, v = _grid()
    return np.asarray(u**4 + v**4 <= _CORE**4)


def _core_mean(patch: Patches) -> float:
    return float(patch[_core()].mean())


def _masks(bubbles: BubbleSet) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """The core, one for all, and each bubble's surroundings up to half way to its neighbours."""
    u, v = _grid()
    beyond = np.maximum(u, v) >= _AROUND
    room = np.minimum(bubbles.room, REACH)
    ring = beyond & (u <= room[:, 0, None, None]) & (v <= room[:, 1, None, None])
    return _core(), ring
