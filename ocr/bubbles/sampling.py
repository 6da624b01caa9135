"""Bubbles as equal small patches, whatever their printed size, with darkness against the paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from core.cards import BubbleField
from ocr.rasters import PageRaster

Floats = NDArray[np.float64]
Patches = NDArray[np.float32]  # (bubbles, side, side)

_NEIGHBOURS = 8
_PAPER_SHARE = 0.85  #: this quantile of a bubble's surroundings is its paper


@dataclass(frozen=True)
class BubbleSet:
    """All bubbles of a page in reading order. Centres and half sizes in mm, ``(n, 2)`` as x, y.

    ``room`` is how far from the centre, in half sizes, the bubble's own ground reaches: half way to
    its neighbour. ``block`` numbers groups that lie together and move together.
    """

    centres: Floats
    halves: Floats
    room: Floats
    field: NDArray[np.int64]
    block: NDArray[np.int64]
    kind: NDArray[np.int64]  #: same number: same label and size, so the same print

    def __len__(self) -> int:
        return len(self.centres)

    def moved(self, by_mm: Floats) -> BubbleSet:
        """The same bubbles, each displaced."""
        return replace(self, centres=self.centres + by_mm)


def bubble_set(fields: Sequence[BubbleField], tile_mm: float, tile_pitches: float) -> BubbleSet:
    """The bubbles of the fields, flattened in order; there must be at least one field.

    Blocks are cut into tiles of about ``tile_mm``, but not smaller than ``tile_pitches`` bubbles.
    """
    boxes = [
        (b.box.x_mm, b.box.y_mm, b.box.width_mm, b.box.height_mm) for field in fields for b in field.bubbles
    ]
    corners = np.array(boxes, dtype=np.float64)
    halves = corners[:, 2:] / 2
    centres = corners[:, :2] + halves
    kinds: dict[tuple[str, float, float], int] = {}
    labels = [b.label for field in fields for b in field.bubbles]
    kind = [
        kinds.setdefault((label, round(w, 1), round(h, 1)), len(kinds))
        for label, (_, _, w, h) in zip(labels, boxes, strict=True)
    ]
    field = np.repeat(np.arange(len(fields)), [len(f.bubbles) for f in fields])
    pitch, pairs = _neighbourhood(centres, halves)
    return BubbleSet(
        centres=centres,
        halves=halves,
        room=pitch / 2 / halves,
        field=field,
        block=_blocks(centres, pairs, np.maximum(tile_mm, tile_pitches * np.median(pitch, axis=0))),
        kind=np.array(kind),
    )


def _neighbourhood(centres: Floats, halves: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """Distance to the next bubble beside and below, ``(n, 2)`` mm, and pairs that lie together."""
    count = min(_NEIGHBOURS + 1, len(centres))
    pitch = 4 * halves
    if count < 2:
        return pitch, np.zeros((0, 2), np.int64)
    _, near = cKDTree(centres).query(centres, k=count)
    away = np.abs(centres[near] - centres[:, None, :])
    for axis in (0, 1):
        in_line = (away[:, :, 1 - axis] < halves[:, None, 1 - axis]) & (away[:, :, axis] > 1e-6)
        nearest = np.where(in_line, away[:, :, axis], np.inf).min(axis=1)
        pitch[:, axis] = np.minimum(pitch[:, axis], nearest)
    together = (away <= 3.2 * 2 * halves[:, None, :]).all(axis=2) & (near != near[:, :1])
    rows, columns = np.nonzero(together)
    return pitch, np.column_stack([rows, near[rows, columns]])


def _blocks(centres: Floats, pairs: NDArray[np.int64], tile_mm: Floats) -> NDArray[np.int64]:
    count = len(centres)
    graph = coo_matrix((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    _, component = connected_components(graph, directed=False)
    tiles = np.zeros((count, 2), np.int64)
    for block in np.unique(component):
        own = component == block
        low, high = centres[own].min(axis=0), centres[own].max(axis=0)
        cuts = np.maximum(1, np.round((high - low) / tile_mm))
        share = (centres[own] - low) / np.maximum(high - low, 1e-6)
        tiles[own] = np.minimum(share * cuts, cuts - 1).astype(np.int64)
    keys = np.column_stack([component, tiles])
    return np.asarray(np.unique(keys, axis=0, return_inverse=True)[1], dtype=np.int64).ravel()


def patches(raster: PageRaster, centres: Floats, halves: Floats, reach: float, side: int) -> Patches:
    """Grey values around each centre, ``(n, side, side)``, out to ``reach`` half sizes.

    Outside the page is white.
    """
    steps = ((np.arange(side) + 0.5) / side * 2 - 1) * reach
    scale = raster.px_per_mm
    xs = (centres[:, :1] + steps * halves[:, :1]) * scale - 0.5
    ys = (centres[:, 1:] + steps * halves[:, 1:]) * scale - 0.5
    shape = (len(centres), side, side)
    map_x = np.broadcast_to(xs[:, None, :], shape).reshape(-1, side).astype(np.float32)
    map_y = np.broadcast_to(ys[:, :, None], shape).reshape(-1, side).astype(np.float32)
    return _remapped(raster, map_x, map_y, side).reshape(shape)


def _remapped(raster: PageRaster, map_x: Patches, map_y: Patches, side: int) -> Patches:
    """``cv2.remap`` in strips: its pictures may not be higher than 32767 rows."""
    rows = 32000 // side * side
    strips = [
        cv2.remap(
            raster.pixels,
            map_x[top : top + rows],
            map_y[top : top + rows],
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=255,
        )
        for top in range(0, len(map_x), rows)
    ]
    return np.concatenate(strips).astype(np.float32)


def darkness(grey: Patches, field: NDArray[np.int64]) -> Patches:
    """Share of the paper's light that is missing, 0 paper to 1 black, per pixel of each patch.

    The paper's level is taken beside each bubble, and at least as light as in the rest of its field.
    """
    sparse = grey[:, ::3, ::3].reshape(len(grey), -1)
    at = int(_PAPER_SHARE * sparse.shape[1])
    paper = np.partition(sparse, at, axis=1)[:, at]
    order = np.lexsort((paper, field))
    starts = np.searchsorted(field[order], np.arange(field.max() + 1))
    sizes = np.bincount(field)
    typical = paper[order][starts + sizes // 2]
    level = np.maximum(np.maximum(paper, typical[field]), 40.0)
    return np.asarray(np.clip(1.0 - grey / level[:, None, None], 0.0, 1.0), dtype=np.float32)
