"""How a crop is laid out for a recogniser: the body of the writing large, a little paper around."""

from __future__ import annotations

import cv2
import numpy as np

from ocr.handwriting.ink import grey_of
from ocr.handwriting.paper import STRONG, darkness_of, smoothed
from ocr.handwriting.prints import Mask
from ocr.rasters import Grey

#: A pixel of a cleaned crop that is darker than this is ink.
INK_BELOW = 200
#: The share of a line's ink that may stick out above and below its body (tails and flourishes).
TAIL_SHARE = 0.01
#: Room above and below the body, as a share of its height; tails show in it.
MARGIN_SHARE = 0.10


def framed(grey: Grey, mask: Mask) -> tuple[Grey, int]:
    """The crop cut to the rows of its body, with a margin on all sides, and that margin in pixels.

    The recogniser sees every line 48 px high, so a single long tail would make all letters small:
    the body is where all but ``TAIL_SHARE`` of the ink lies. The margin shows what is there, and
    white beyond the crop's edge.
    """
    mass = mask.sum(axis=1, dtype=np.int64)
    total = int(mass.sum())
    if total == 0:
        return grey, 0
    reached = np.cumsum(mass) / total
    top = int(np.searchsorted(reached, TAIL_SHARE))
    bottom = int(np.searchsorted(reached, 1.0 - TAIL_SHARE)) + 1
    margin = max(2, round(MARGIN_SHARE * (bottom - top)))
    white = cv2.copyMakeBorder(grey, margin, margin, margin, margin, cv2.BORDER_CONSTANT, value=255)
    return np.asarray(white[top : bottom + 2 * margin], dtype=np.uint8), margin


def tightened(crop: Grey) -> Grey:
    """A line crop from anywhere: contrast stretched, cut to its ink, framed.

    For crops without a card around them (benchmarks, single pictures); regions of a card go through
    :func:`ocr.handwriting.ink.ink_of`. A crop without ink comes back as it is.
    """
    if min(crop.shape) < 3:
        return crop
    darkness = darkness_of(crop)
    mask = smoothed(darkness) > STRONG
    columns = np.flatnonzero(mask.any(axis=0))
    if len(columns) == 0:
        return crop
    sides = slice(int(columns[0]), int(columns[-1]) + 1)
    grey = grey_of(darkness, mask)
    return framed(grey[:, sides], mask[:, sides])[0]
