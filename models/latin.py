"""How a crop of Latin handwriting is laid before the reader that was trained for it.

The reader (``models/training/latin`` trains it) sees every line in one layout: level, cut to the rows of its
body, dark ink on white paper, ``HEIGHT_PX`` high and narrower than it was written, because that is what the
time of reading depends on. Columns stay where they are in proportion, so a place in the layout is the same
share of the crop's width.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
Mask = NDArray[np.bool_]

#: The reader's input: rows, and columns for each column of the same crop at this height.
HEIGHT_PX = 32
SQUEEZE = 1.0
#: One step of the network covers so many columns.
STEP_PX = 4
#: At least and at most so many columns.
LEAST_WIDTH_PX = 24
MOST_WIDTH_PX = 2400
#: A crop higher than this is shrunk before anything is measured on it.
MEASURED_PX = 64
#: The paper's level is the lightest of so many pixels square, and of its neighbours.
CELL_PX = 8
#: Nothing darker than this is taken for paper.
LEAST_PAPER = 60
#: Ink is darker than this share of the darkest twentieth, which is at least ``FAINTEST`` of 255.
INK_SHARE = 0.4
FAINTEST = 25
#: The share of the ink that may stick out above and below the body, and the room left there.
TAIL_SHARE = 0.01
MARGIN_SHARE = 0.10
#: Steeper lines than this are left as they are: what was measured is not a slope.
STEEPEST = 0.15


def framed(crop: Grey, squeeze: float = SQUEEZE) -> Grey:
    """A grey crop of one line, any size, in the layout of the reader: ``(32, W)``.

    A crop without ink comes back white.
    """
    light, mask = levelled(shrunk(crop))
    slope = slope_of(mask)
    top, bottom = body_of(mask, slope)
    width = squeezed_width(crop.shape[1] / crop.shape[0] * light.shape[0], bottom - top, squeeze)
    return laid_out(light, slope, (top, bottom), (HEIGHT_PX, width))


def shrunk(crop: Grey) -> Grey:
    """The crop at most ``MEASURED_PX`` high and at least 8 px each way."""
    height, width = crop.shape
    scale = min(1.0, MEASURED_PX / height)
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    if size == (width, height):
        return crop
    method = cv2.INTER_AREA if scale < 1.0 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(crop, size, interpolation=method), dtype=np.uint8)


def levelled(crop: Grey) -> tuple[Grey, Mask]:
    """The crop on white paper with its ink at full contrast, and where the ink is."""
    height, width = crop.shape
    cells = (max(1, width // CELL_PX), max(1, height // CELL_PX))
    small = cv2.resize(crop, cells, interpolation=cv2.INTER_AREA)
    paper = cv2.blur(cv2.dilate(small, np.ones((3, 3), np.uint8)), (3, 3))
    paper = cv2.resize(np.maximum(paper, LEAST_PAPER), (width, height), interpolation=cv2.INTER_LINEAR)
    dark = cv2.bitwise_not(cv2.divide(crop, paper, scale=255))
    counts = cv2.calcHist([dark], [0], None, [256], [0, 256]).ravel()
    counts[:FAINTEST] = 0
    black = max(FAINTEST, int(np.searchsorted(np.cumsum(counts), 0.95 * counts.sum())))
    light = cv2.bitwise_not(cv2.convertScaleAbs(dark, alpha=255.0 / black))
    return np.asarray(light, dtype=np.uint8), np.asarray(dark > max(FAINTEST, INK_SHARE * black))


def slope_of(mask: Mask) -> float:
    """By how many rows the writing falls for each column to the right, 0 where that cannot be told."""
    mass = mask.sum(axis=0, dtype=np.float64)
    total = mass.sum()
    if mask.shape[1] < 2 * mask.shape[0] or total == 0:  # a word or two have no slope of their own
        return 0.0
    columns = np.arange(mask.shape[1])
    centre = (np.arange(mask.shape[0]) @ mask) / np.maximum(mass, 1)
    middle, height = (mass @ columns) / total, (mass @ centre) / total
    spread = mass @ np.square(columns - middle)
    slope = float(mass @ ((columns - middle) * (centre - height)) / max(spread, 1e-9))
    return slope if abs(slope) <= STEEPEST else 0.0


def body_of(mask: Mask, slope: float) -> tuple[float, float]:
    """First and last row of the body, with margins, in a line levelled about the crop's middle."""
    rows, columns = np.nonzero(mask)
    if len(rows) == 0:
        return 0.0, float(mask.shape[0])
    level = np.rint(rows - slope * (columns - mask.shape[1] / 2)).astype(np.int64)
    lowest = int(level.min())
    reached = np.cumsum(np.bincount(level - lowest)) / len(level)
    top = lowest + int(np.searchsorted(reached, TAIL_SHARE))
    bottom = lowest + int(np.searchsorted(reached, 1.0 - TAIL_SHARE)) + 1
    margin = max(2.0, MARGIN_SHARE * (bottom - top))
    return top - margin, bottom + margin


def squeezed_width(width: float, height: float, squeeze: float = SQUEEZE) -> int:
    """Columns in the layout for a crop of this shape."""
    return int(np.clip(round(squeeze * width * HEIGHT_PX / height), LEAST_WIDTH_PX, MOST_WIDTH_PX))


def laid_out(light: Grey, slope: float, body: tuple[float, float], shape: tuple[int, int]) -> Grey:
    """The rows of the body, levelled, at this shape ``(rows, columns)``; white beyond the crop."""
    top, bottom = body
    across, down = light.shape[1] / shape[1], (bottom - top) / shape[0]
    if across > 1.0:  # averaged where it shrinks: sampling alone would thin the strokes
        light = np.asarray(
            cv2.resize(light, (shape[1], light.shape[0]), interpolation=cv2.INTER_AREA), dtype=np.uint8
        )
        slope, across = slope * across, 1.0
    lean = slope * across
    start = top + down / 2 - 0.5 - slope * (light.shape[1] / 2 - 0.5)
    back = np.array([[across, 0.0, across / 2 - 0.5], [lean, down, start]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    warped = cv2.warpAffine(
        light, back, (shape[1], shape[0]), flags=flags, borderMode=cv2.BORDER_CONSTANT, borderValue=(255,)
    )
    return np.asarray(warped, dtype=np.uint8)
