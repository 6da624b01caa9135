"""``CropOnLogo``: a printed logo found on the page and moved to where the template has it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ocr.alignment.markers import parabola_peak
from ocr.rasters import Grey

_SCALES = (1.0, 0.95, 1.05, 0.9, 1.1)
_FINE = 2  #: the tool's working picture is coarse; the logo is sought at twice its size


@dataclass(frozen=True)
class FoundLogo:
    """Top left of the logo in working pixels, and its correlation with the picture given."""

    x: float
    y: float
    correlation: float


def find_logo(image: Grey, logo: Grey, working_px: tuple[int, int], width_px: float) -> FoundLogo:
    """The best place of the logo.

    Args:
        image: the page's pixels.
        logo: its picture, cut at its edges.
        working_px: width and height to which the tool brings every page; places are in these pixels.
        width_px: how wide the logo is there.
    """
    size = (working_px[0] * _FINE, working_px[1] * _FINE)
    page = cv2.GaussianBlur(cv2.resize(image, size, interpolation=cv2.INTER_AREA), (3, 3), 0)
    best = FoundLogo(0.0, 0.0, -1.0)
    for scale in _SCALES:
        wide = max(4, round(width_px * scale * _FINE))
        tall = max(4, round(wide * logo.shape[0] / logo.shape[1]))
        if wide >= size[0] or tall >= size[1]:
            continue
        small = cv2.resize(logo, (wide, tall), interpolation=cv2.INTER_AREA)
        scores = np.asarray(cv2.matchTemplate(page, small, cv2.TM_CCOEFF_NORMED), dtype=np.float64)
        y, x = (int(v) for v in np.unravel_index(int(np.argmax(scores)), scores.shape))
        if scores[y, x] > best.correlation:
            place = (parabola_peak(scores[y, :], x) / _FINE, parabola_peak(scores[:, x], y) / _FINE)
            best = FoundLogo(*place, float(scores[y, x]))
    return best
