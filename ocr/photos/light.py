"""Light on the paper: its level, shadows, and the page as if lit evenly."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.photos.sheet import Floats, thumbnail
from ocr.rasters import Grey, PageRaster

_CELL = 8  #: mm a side of a cell in which some paper is bare
_QUANTILE = 0.9  #: of a cell is its paper
_UNEVEN = 0.1  #: share of light lost somewhere, from which a page is worth evening
_TARGET = 235.0  #: grey level of evened paper


def paper_levels(thumb: Grey) -> Floats:
    """The paper's level in cells of ``_CELL`` mm: ``(rows, columns)``; print and ink do not lower it."""
    rows, columns = (side // _CELL for side in thumb.shape)
    cells = thumb[: rows * _CELL, : columns * _CELL].reshape(rows, _CELL, columns, _CELL)
    flat = np.swapaxes(cells, 1, 2).reshape(rows, columns, -1)
    at = int(_QUANTILE * (flat.shape[2] - 1))
    levels = np.partition(flat, at, axis=2)[:, :, at]
    return np.asarray(cv2.medianBlur(np.ascontiguousarray(levels), 3), dtype=np.float64)


def shadow_of(levels: Floats) -> float:
    """The share of light that the darkest part of the paper lacks against the lightest."""
    inner = levels[1:-1, 1:-1] if min(levels.shape) > 4 else levels
    low, high = np.quantile(inner, (0.03, 0.97))
    return float(np.clip(1 - low / max(float(high), 1.0), 0, 1))


def evened(raster: PageRaster, thumb: Grey | None = None) -> PageRaster:
    """The page as if lit evenly; the very same raster where it nearly is.

    Divides by the paper's level, which is read from a thumbnail and smooth: nothing as small as a stroke or
    a bubble can vanish in it.
    """
    small = thumbnail(raster) if thumb is None else thumb
    if shadow_of(paper_levels(small)) < _UNEVEN:
        return raster
    level = _smooth_paper(small)
    height, width = raster.pixels.shape
    paper = cv2.resize(level, (width, height), interpolation=cv2.INTER_LINEAR)
    pixels = cv2.divide(raster.pixels, np.asarray(paper, np.uint8), scale=_TARGET)
    return PageRaster(np.asarray(pixels, dtype=np.uint8), raster.px_per_mm)


def _smooth_paper(thumb: Grey) -> NDArray[np.uint8]:
    """The paper's level at each millimetre, 40 to 255."""
    closed = cv2.morphologyEx(thumb, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    smooth = cv2.GaussianBlur(cv2.medianBlur(closed, 5), (0, 0), 2.0)
    return np.asarray(np.maximum(smooth, 40), dtype=np.uint8)
