"""Whether two images of one card page are the same sheet fed twice, or two sheets.

The print is the same on both, so it says nothing. What one page has and the other has not, beyond a
tolerance for skew and scanner noise, is counted in square millimetres of ink.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.rasters import Grey, PageRaster

#: At or above this two images show one sheet. It stands for 12 mm² of ink that has no partner on the
#: other image: 25 mm of a 0.5 mm pen.
SAME_PAGE_SIMILARITY = 0.5

_HALF_INK_MM2 = 12.0  #: the similarity is one half here
_PX_PER_MM = 4.0
_TOLERANCE_MM = 0.8  #: how far a stroke may be shifted between two scans
_STRONG, _WEAK = 70, 25  #: how much darker than the paper around a stroke and its faint partner are
_SPECK_MM2 = 0.25  #: dust


def page_similarity(a: PageRaster, b: PageRaster) -> float:
    """How alike two rectified images of the same card page are, from 0 to 1; symmetric.

    Args:
        a: one image of the page.
        b: another, of the same size in millimetres.

    Raises:
        ValueError: the pages have different sizes.
    """
    first, second = _darkness(a), _darkness(b)
    if abs(first.shape[0] - second.shape[0]) > 2 or abs(first.shape[1] - second.shape[1]) > 2:
        raise ValueError(
            f"pages of different size: {first.shape} and {second.shape} px at {_PX_PER_MM} px/mm"
        )
    height, width = min(first.shape[0], second.shape[0]), min(first.shape[1], second.shape[1])
    first, second = first[:height, :width], second[:height, :width]
    alone_mm2 = _alone_mm2(first, second) + _alone_mm2(second, first)
    return float(0.5 ** (alone_mm2 / _HALF_INK_MM2))


def _darkness(raster: PageRaster) -> Grey:
    """How much darker than the paper around it each point is, at the working scale."""
    scale = _PX_PER_MM / raster.px_per_mm
    small = cv2.resize(raster.pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    # The closing must be wider than any stroke or bubble, so that it sees only paper.
    coarse = cv2.resize(small, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    paper = cv2.morphologyEx(coarse, cv2.MORPH_CLOSE, np.ones((13, 13), np.uint8))
    paper = cv2.resize(paper, (small.shape[1], small.shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.subtract(paper, small), dtype=np.uint8)


def _alone_mm2(of: Grey, other: Grey) -> float:
    """Ink of one page with nothing near it on the other, without specks, in mm²."""
    radius = round(_TOLERANCE_MM * _PX_PER_MM)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    near = cv2.dilate((other > _WEAK).astype(np.uint8), disc)
    alone = ((of > _STRONG) & (near == 0)).astype(np.uint8)
    return _area_without_specks_px(alone) / _PX_PER_MM**2


def _area_without_specks_px(mask: NDArray[np.uint8]) -> float:
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    areas = stats[1:, cv2.CC_STAT_AREA]
    return float(areas[areas >= _SPECK_MM2 * _PX_PER_MM**2].sum())
