"""A picture that could not be laid on its card: what is the matter with it, as far as it tells by itself."""

from __future__ import annotations

import cv2
import numpy as np

from ocr.photos.records import Quality, Severity
from ocr.rasters import Grey

_LONG_SIDE_PX = 1600
_LEAST_LONG_SIDE_PX = 1170  #: A4 at 100 dpi
_DARK_PAPER = 80.0
_LEAST_DEPTH = 40.0
_EDGE_QUANTILE = 0.98  #: of all gradients: the edges of print and paper
_BLURRED_PX = 1.65  #: of a picture of ``_LONG_SIDE_PX``: about 0.35 mm on A4; sharp photos lie below 1.4
_TILES = 6  #: each way
_LEAST_EDGES, _LEAST_TILES = 60, 4  #: pixels of edges in a tile; tiles with edges
_SHARPER = 0.7  #: quantile of the tiles' sharpness that stands for the picture
_MOST_BLUR_PX = 9.0
_LEAST_EDGE = 4.0  #: grey levels a pixel: below there is nothing to be sharp or blurred


def judge_picture(image: Grey) -> Quality:
    """What a person could do better with the next picture: size, light, sharpness."""
    advice = []
    longest = max(image.shape)
    if longest < _LEAST_LONG_SIDE_PX:
        advice.append(f"请靠近一些: 图片长边只有 {longest} 像素")
    scale = min(1.0, _LONG_SIDE_PX / longest)
    small = np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    some = small[::4, ::4]
    low, high = (float(v) for v in np.quantile(some, (0.01, 0.9)))
    if high < _DARK_PAPER:
        advice.append("请重拍: 画面太暗")
    elif high - low < _LEAST_DEPTH:
        advice.append("请重拍: 画面太淡或是空白")
    blur = edge_blur_px(small)
    if blur > _BLURRED_PX:
        advice.append("请重拍: 画面模糊")
    severity = Severity.RETAKE if advice else Severity.READABLE
    return Quality(severity=severity, advice=tuple(advice), paper=(round(high, 1),) * 9)


def edge_blur_px(image: Grey) -> float:
    """The blur of edges in the sharper part of the picture, in pixels; 0 where there are no edges.

    At an edge of blur b a gradient after smoothing with s falls as 1 ÷ √(b² + s²): two smoothings tell b.
    Taken tile by tile, since what is around the paper may well be out of focus.
    """
    fine, coarse = (_gradient(image, sigma) for sigma in (1.0, 3.0))
    height, width = (max(1, side // _TILES) for side in image.shape)
    ratios = []
    for top in range(0, height * _TILES, height):
        for left in range(0, width * _TILES, width):
            tile = slice(top, top + height), slice(left, left + width)
            least = max(float(np.quantile(coarse[tile][::2, ::2], _EDGE_QUANTILE)), _LEAST_EDGE)
            edges = coarse[tile] >= least
            if edges.sum() >= _LEAST_EDGES:
                ratios.append(float(np.median(fine[tile][edges] / coarse[tile][edges])))
    if len(ratios) < _LEAST_TILES:
        return 0.0
    ratio = float(np.quantile(ratios, _SHARPER))
    if ratio <= 1.0:
        return _MOST_BLUR_PX
    return float(min(_MOST_BLUR_PX, np.sqrt(max(0.0, (9.0 - ratio**2) / (ratio**2 - 1.0)))))


def _gradient(image: Grey, sigma_px: float) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    smooth = cv2.GaussianBlur(image, (0, 0), sigma_px).astype(np.float32)
    right, down = (
        cv2.Sobel(smooth, cv2.CV_32F, 1, 0, scale=0.125),
        cv2.Sobel(smooth, cv2.CV_32F, 0, 1, scale=0.125),
    )
    return np.asarray(cv2.magnitude(right, down), dtype=np.float32)
