"""Pencil in bubbles: proper fills, faint ones, rubbed-out ones, ticks and crosses."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from core.geometry import BoxMm
from demo.handwriting import INK_PX_PER_MM, Ink

_PENCIL_MM = 0.55
_GRAIN_PX = 256


@cache
def _grain() -> NDArray[np.float32]:
    """How much graphite the paper's grain takes up, from 0.7 to 1, as a tile."""
    noise = np.random.default_rng(11).normal(0, 1, (_GRAIN_PX, _GRAIN_PX)).astype(np.float32)
    soft = cv2.GaussianBlur(noise, (0, 0), 1.6)
    return np.asarray(np.clip(0.88 + 0.35 * soft / soft.std() * 0.3, 0.6, 1.0), dtype=np.float32)


def fill_bubble(ink: Ink, box: BoxMm, rng: np.random.Generator, manner: str = "") -> None:
    """Fill one bubble in the given manner (``demo.pupils.Choice.manner``; "rubbed" is what an eraser leaves)."""
    if manner == "tick":
        _strokes(ink, [_tick(box, rng)], int(rng.integers(60, 100)), 0.6)
    elif manner == "cross":
        _strokes(ink, _cross(box, rng), int(rng.integers(60, 100)), 0.6)
    elif manner == "rubbed":
        _scribble(ink, box, rng, grey=int(rng.integers(208, 226)), cover=0.9)
    elif manner == "faint":
        _scribble(ink, box, rng, grey=int(rng.integers(150, 172)), cover=float(rng.uniform(0.6, 0.8)))
    else:
        _scribble(ink, box, rng, grey=int(rng.integers(45, 110)), cover=float(rng.uniform(0.78, 1.0)))


def _scribble(ink: Ink, box: BoxMm, rng: np.random.Generator, grey: int, cover: float) -> None:
    """A zigzag from side to side, as a hand does it: seldom quite full, sometimes over the edge."""
    width = box.width_mm * (0.72 + 0.28 * cover)
    left = box.x_mm + (box.width_mm - width) * float(rng.uniform(0.2, 0.8))
    turns = max(4, round(box.height_mm * cover / (_PENCIL_MM * 0.62)))
    ys = np.linspace(box.y_mm + 0.35, box.bottom_mm - 0.35, turns) + rng.normal(0, 0.09, turns)
    lean = float(rng.uniform(0.1, 0.5))
    points = []
    for index, y in enumerate(ys):
        x = left + (width if index % 2 else 0.0) + float(rng.normal(0, 0.22))
        points.append((x, y + (-lean if index % 2 else lean) / 2))
    _strokes(ink, [np.array(points)], grey, _PENCIL_MM)


def _tick(box: BoxMm, rng: np.random.Generator) -> NDArray[np.float64]:
    shape = np.array(((0.15, 0.5), (0.42, 0.95), (0.95, -0.15))) + rng.normal(0, 0.04, (3, 2))
    return shape * (box.width_mm, box.height_mm) + (box.x_mm, box.y_mm)


def _cross(box: BoxMm, rng: np.random.Generator) -> list[NDArray[np.float64]]:
    size, corner = (box.width_mm, box.height_mm), (box.x_mm, box.y_mm)
    falling = np.array(((0.2, 0.0), (0.8, 1.0))) + rng.normal(0, 0.05, (2, 2))
    rising = np.array(((0.2, 1.0), (0.8, 0.0))) + rng.normal(0, 0.05, (2, 2))
    return [falling * size + corner, rising * size + corner]


def _strokes(ink: Ink, paths_mm: list[NDArray[np.float64]], grey: int, pencil_mm: float) -> None:
    """Draw paths with grain, darkening what is there already."""
    every = np.concatenate(paths_mm)
    low = np.floor((every.min(axis=0) - 1) * INK_PX_PER_MM).astype(int).clip(0)
    high = np.ceil((every.max(axis=0) + 1) * INK_PX_PER_MM).astype(int)
    patch = ink[low[1] : high[1], low[0] : high[0]]
    if patch.size == 0:
        return
    mask = np.zeros(patch.shape, dtype=np.uint8)
    paths = [np.round((path * INK_PX_PER_MM - low) * 16).astype(np.int32) for path in paths_mm]
    cv2.polylines(mask, paths, False, 255, round(pencil_mm * INK_PX_PER_MM), cv2.LINE_AA, 4)
    grain = np.resize(np.roll(_grain(), tuple(low), (0, 1)), (_GRAIN_PX, _GRAIN_PX))
    repeats = -(-np.array(patch.shape) // _GRAIN_PX)
    taken = np.tile(grain, repeats)[: patch.shape[0], : patch.shape[1]]
    drawn = 255 - mask.astype(np.float32) / 255 * taken * (255 - grey)
    np.minimum(patch, drawn.astype(np.uint8), out=patch)
