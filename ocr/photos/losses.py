"""Print that should be there and is not: reflections, torn corners, what lies outside the picture."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from core.pages import Registration
from ocr.photos.sheet import Floats, Sheet
from ocr.rasters import Grey

_CELL_MM = 5  #: a side of a cell in which print is looked for
_LEAST_PRINT = 6.0  #: grey levels of mean darkness that a cell's print must have on the blank
_LEFT_SHARE = 0.25  #: of the darkness expected: less is lost
_ASTRAY_MM = 1  #: how far print may lie beside its place
_LEAST_CELLS = 2  #: that touch, to be believed
_SHINING = 250  #: grey levels; on paper that is elsewhere at least ``_DULLER`` darker
_DULLER = 8.0
_LEAST_SPOT_MM2, _BARE_SPOT_MM2 = 4, 25  #: of a shining spot that hides print; of one where none is
_SPOT_PRINT = 100.0  #: grey levels times mm² of print, by which a spot can be judged


@dataclass(frozen=True)
class Losses:
    """Cells without their print: where the paper does not shine, and where it does."""

    lost: Floats  #: boxes ``(n, 4)`` mm: left, top, right, bottom
    glare: Floats
    share: float  #: of all cells with print that lack it


def print_lost(thumb: Grey, levels: Floats, sheet: Sheet) -> Losses:
    """Where the blank's print is not to be seen, by cells of ``_CELL_MM``; lone cells are not believed.

    Args:
        thumb: the page at a pixel a millimetre.
        levels: its paper, as ``paper_levels`` has it.
        sheet: what should be printed.
    """
    height = min(thumb.shape[0], sheet.thumb.shape[0])
    width = min(thumb.shape[1], sheet.thumb.shape[1])
    paper = cv2.resize(levels.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    there = np.maximum(255.0 - thumb[:height, :width] * (255.0 / np.maximum(paper, 8.0)), 0)
    expected = _cells(sheet.thumb[:height, :width])
    wider = _CELL_MM + 2 * _ASTRAY_MM  # print may lie a little beside its cell
    around = cv2.boxFilter(there, -1, (wider, wider), normalize=False, borderType=cv2.BORDER_CONSTANT)
    middle = slice(_CELL_MM // 2, None, _CELL_MM)
    seen = around[middle, middle][: expected.shape[0], : expected.shape[1]] / _CELL_MM**2
    printed = expected >= _LEAST_PRINT
    if not printed.any():
        return Losses(np.zeros((0, 4)), np.zeros((0, 4)), 0.0)
    gain = float(np.median(seen[printed] / expected[printed]))
    least = _LEFT_SHARE * min(gain, 1.0)
    gone = printed & (seen < least * expected)
    bright = _cells(thumb[:height, :width].astype(np.float32)) >= _SHINING
    spots = np.zeros_like(gone)
    if float(np.median(levels)) > _SHINING - _DULLER:
        bright[:] = False  # all of the paper is as white as that
    else:
        spots = _spots(thumb[:height, :width], there, sheet.thumb[:height, :width], least)
    torn, shining = _joined(gone, bright)
    share = float((torn | shining).sum() / printed.sum())
    return Losses(_boxes(torn & ~spots), _boxes(shining | spots), share)


def _spots(
    thumb: Grey, there: NDArray[np.float32], expected: NDArray[np.float32], least: float
) -> NDArray[np.bool_]:
    """Cells with shining spots, however small, in which print is gone, or in which there is none to tell."""
    bright = np.asarray(thumb >= _SHINING, dtype=np.uint8)
    closed = cv2.morphologyEx(bright, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(closed, connectivity=4)
    wanted = np.bincount(labels.ravel(), weights=expected.ravel(), minlength=count)
    seen = np.bincount(labels.ravel(), weights=there.ravel(), minlength=count)
    areas = stats[:, cv2.CC_STAT_AREA]
    gone = (wanted >= _SPOT_PRINT) & (seen < least * wanted)
    bare = (wanted < _SPOT_PRINT) & (areas >= _BARE_SPOT_MM2)
    inner = np.ones(count, np.bool_)  # what the picture does not show at all is white, too
    for edge in (labels[0], labels[-1], labels[:, 0], labels[:, -1]):
        inner[edge] = False
    hidden = (gone | bare) & inner & (areas >= _LEAST_SPOT_MM2)
    hidden[0] = False
    return _cells(hidden[labels].astype(np.float32)) > 0


def _cells(plane: NDArray[np.float32]) -> NDArray[np.float32]:
    """Means of cells."""
    rows, columns = (side // _CELL_MM for side in plane.shape)
    even = plane[: rows * _CELL_MM, : columns * _CELL_MM]
    return np.asarray(even.reshape(rows, _CELL_MM, columns, _CELL_MM).mean(axis=(1, 3)), dtype=np.float32)


def _joined(
    cells: NDArray[np.bool_], bright: NDArray[np.bool_]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """The cells in groups large enough to be believed: those without, and those with a bright cell."""
    near = cv2.dilate((cells | bright).astype(np.uint8), np.ones((3, 3), np.uint8))
    count, labels = cv2.connectedComponents(near)
    dull, shining = np.zeros_like(cells), np.zeros_like(cells)
    for label in range(1, count):
        own = labels == label
        if (cells & own).sum() >= _LEAST_CELLS:
            (shining if (bright & own).any() else dull)[cells & own] = True
    return dull, shining


def _boxes(cells: NDArray[np.bool_]) -> Floats:
    """Runs of cells beside one another as boxes."""
    edges = np.diff(np.pad(cells, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    starts, ends = np.argwhere(edges == 1), np.argwhere(edges == -1)
    boxes = np.column_stack([starts[:, 1], starts[:, 0], ends[:, 1], starts[:, 0] + 1])
    return np.asarray(boxes * float(_CELL_MM), dtype=np.float64)


def outside_picture(registration: Registration, boxes: Floats, size_px: tuple[int, int]) -> NDArray[np.bool_]:
    """Which of the boxes ``(n, 4)`` are not wholly in the picture of ``(height, width)`` px."""
    if not len(boxes):
        return np.zeros(0, np.bool_)
    matrix = np.array(registration.image_from_card, dtype=np.float64).reshape(3, 3)
    corners = boxes[:, [[0, 1], [2, 1], [2, 3], [0, 3]]]
    seen = cv2.perspectiveTransform(corners.reshape(-1, 1, 2), matrix).reshape(len(boxes), 4, 2)
    low, high = seen.min(axis=1), seen.max(axis=1)
    height, width = size_px
    return np.asarray((low < -1).any(axis=1) | (high[:, 0] > width) | (high[:, 1] > height), dtype=np.bool_)
