"""The paper of a scan: how light it is, how noisy, and how much darker than it each pixel is."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.rasters import Grey

Darkness = NDArray[np.float32]

#: Darkness of a pixel, 0 paper to 1 black: ink is made of pixels over WEAK joined to one over STRONG.
#: Faint pencil starts at about 0.15; print that shows through from the back stays under that.
WEAK, STRONG = 0.08, 0.15
#: On noisy scans the two rise to so many standard deviations of the paper.
WEAK_SIGMA, STRONG_SIGMA = 3.5, 6.0
#: What smoothing with a 3 × 3 Gaussian leaves of the noise of single pixels.
SMOOTHED = 0.375
#: The paper's level is the lightest of so many pixels square, and of its neighbours.
CELL_PX = 8
#: Nothing darker than this is taken for paper.
LEAST_PAPER = 60
#: Statistics of the whole crop are taken of every so many pixels each way.
STRIDE = 4


def paper_of(scan: Grey) -> Grey:
    """The level of the paper under each pixel, ``LEAST_PAPER`` to 255, same shape as the scan."""
    height, width = scan.shape
    rows, columns = height // CELL_PX * CELL_PX or height, width // CELL_PX * CELL_PX or width
    cells = (max(1, columns // CELL_PX), max(1, rows // CELL_PX))
    small = cv2.resize(scan, cells, interpolation=cv2.INTER_AREA)
    light = cv2.blur(cv2.dilate(small, np.ones((5, 5), np.uint8)), (5, 5))
    level = cv2.resize(np.maximum(light, LEAST_PAPER), (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(level, dtype=np.uint8)


def usual_darkness(scan: Grey, paper: Grey) -> float:
    """How dark the paper's own texture is; 0 for a crop that is mostly ink, which has no paper."""
    some, level = scan[::STRIDE, ::STRIDE], paper[::STRIDE, ::STRIDE]
    usual = 1.0 - float(np.median(some / level.astype(np.float32)))
    return usual if usual < WEAK else 0.0


def darkness_of(scan: Grey) -> Darkness:
    """How much darker each pixel is than the paper around it: 0 paper, 1 black; less than 0 is noise."""
    paper = paper_of(scan)
    return darkness_on(scan, paper, usual_darkness(scan, paper))


def darkness_on(scan: Grey, paper: Grey, usual: float) -> Darkness:
    """The same, of any part of a scan whose paper and usual darkness are known."""
    light = cv2.divide(np.ascontiguousarray(scan), np.ascontiguousarray(paper), dtype=cv2.CV_32F)
    return np.asarray(np.subtract(1.0 - usual, light, out=light), dtype=np.float32)


def smoothed(darkness: Darkness) -> Darkness:
    """Without the noise of single pixels, in [0, 1]: what is ink is decided on this."""
    smooth = cv2.GaussianBlur(darkness, (3, 3), 0)
    return np.asarray(np.clip(smooth, 0.0, 1.0, out=smooth), dtype=np.float32)


def shade_of(scan: Grey, paper: Grey) -> Grey:
    """:func:`smoothed` darkness in 255ths, for a first quick look (the usual darkness is in it)."""
    light = cv2.divide(np.ascontiguousarray(scan), paper, scale=255)
    return np.asarray(255 - cv2.GaussianBlur(light, (3, 3), 0), dtype=np.uint8)


def noise_of(scan: Grey) -> float:
    """The standard deviation of the paper's darkness, as :func:`smoothed` leaves it.

    Taken from the differences of neighbouring pixels, of which strokes are a small part.
    """
    if scan.shape[1] < 2:
        return 0.0
    steps = cv2.absdiff(scan[::2, 1:], scan[::2, :-1])
    counts = cv2.calcHist([steps], [0], None, [256], [0, 256]).ravel()
    middle = int(np.searchsorted(np.cumsum(counts), counts.sum() / 2))
    return float(middle / 0.6745 / np.sqrt(2.0) * SMOOTHED / 255.0)


def thresholds(sigma: float) -> tuple[float, float]:
    """The weak and the strong threshold of ink on paper of this noise."""
    return max(WEAK, WEAK_SIGMA * sigma), max(STRONG, STRONG_SIGMA * sigma)
