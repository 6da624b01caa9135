"""Finding the ArUco markers of a card in an image, corners to a fraction of a pixel."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.rasters import Grey

Corners = NDArray[np.float64]  #: (4, 2) pixels, clockwise from the marker's own top left

_DICTIONARY = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)
_FAST_SIDE_PX = 1240  #: first look: an A4 page at about 106 dpi, a 9 mm marker has 37 px
_FULL_SIDE_PX = 3600  #: the thorough look, for what the first one missed
_CORNER_SHARE = 0.24  #: of the image's width and height
_ENOUGH = 4
_CELLS = 6  #: a 4×4 marker with its black border


def find_fiducials(image: Grey, wanted: AbstractSet[int]) -> dict[int, Corners]:
    """The markers with these ids that a quick look at a reduced image shows, by id.

    The image's corners are looked at first (a fifth of the work, and all there is to do for a scan); the
    whole image only where fewer than four markers were found there.
    """
    found = _detect_in_corners(image, wanted)
    if len(found) < _ENOUGH:
        found = _detect(image, wanted, _FAST_SIDE_PX, _fast_parameters()) | found
    return {marker: _refined(image, corners) for marker, corners in found.items()}


def _detect_in_corners(image: Grey, wanted: AbstractSet[int]) -> dict[int, Corners]:
    """Markers that lie wholly in one of the image's corners, at the scale of the quick look."""
    height, width = image.shape
    tall, wide = round(height * _CORNER_SHARE), round(width * _CORNER_SHARE)
    longest = max(image.shape)
    scale = min(1.0, _FAST_SIDE_PX / longest)
    parameters = _fast_parameters()
    parameters.minMarkerPerimeterRate *= longest / max(tall, wide)
    parameters.maxMarkerPerimeterRate = 3.0
    found: dict[int, Corners] = {}
    for top, left in ((0, 0), (0, width - wide), (height - tall, width - wide), (height - tall, 0)):
        corner = np.ascontiguousarray(image[top : top + tall, left : left + wide])
        seen = _detect(corner, wanted, round(scale * max(corner.shape)), parameters)
        for marker, corners in seen.items():
            moved = corners + np.array([left, top])
            known = found.get(marker)
            if known is None or side_px(moved) > side_px(known):
                found[marker] = moved
    return found


def find_all_fiducials(image: Grey, wanted: AbstractSet[int]) -> dict[int, Corners]:
    """The same on the whole image with several thresholds: five times slower, for few pages."""
    found = _detect(image, wanted, _FULL_SIDE_PX, _thorough_parameters())
    return {marker: _refined(image, corners) for marker, corners in found.items()}


def find_fiducial_near(
    image: Grey, marker_id: int, centre: tuple[float, float], side: float
) -> Corners | None:
    """The marker where it is expected, looked for at full size.

    Args:
        image: grey pixels.
        marker_id: its id.
        centre: x and y in pixels.
        side: its expected length in pixels; it may be three sides off its place.
    """
    height, width = image.shape
    reach = 3.5 * side
    left, top = int(max(0, centre[0] - reach)), int(max(0, centre[1] - reach))
    right, bottom = int(min(width, centre[0] + reach)), int(min(height, centre[1] + reach))
    if right - left < 2 * side or bottom - top < 2 * side:
        return None
    crop = np.ascontiguousarray(image[top:bottom, left:right])
    corners = _detect(crop, {marker_id}, _FAST_SIDE_PX, _near_parameters()).get(marker_id)
    return None if corners is None else _refined(image, corners + np.array([left, top]))


def _fast_parameters() -> cv2.aruco.DetectorParameters:
    parameters = cv2.aruco.DetectorParameters()
    parameters.adaptiveThreshWinSizeMin = 11
    parameters.adaptiveThreshWinSizeMax = 11
    parameters.minMarkerPerimeterRate = 0.04  # a 9 mm marker on A3 has 0.086
    parameters.maxMarkerPerimeterRate = 0.6
    return parameters


def _thorough_parameters() -> cv2.aruco.DetectorParameters:
    parameters = cv2.aruco.DetectorParameters()
    parameters.adaptiveThreshWinSizeMin = 7
    parameters.adaptiveThreshWinSizeMax = 47
    parameters.adaptiveThreshWinSizeStep = 20
    parameters.minMarkerPerimeterRate = 0.02
    parameters.maxMarkerPerimeterRate = 0.6
    return parameters


def _near_parameters() -> cv2.aruco.DetectorParameters:
    """The marker takes about a seventh of the crop's side."""
    parameters = cv2.aruco.DetectorParameters()
    parameters.adaptiveThreshWinSizeMin = 11
    parameters.adaptiveThreshWinSizeMax = 51
    parameters.adaptiveThreshWinSizeStep = 20
    parameters.minMarkerPerimeterRate = 0.2
    return parameters


def _detect(
    image: Grey, wanted: AbstractSet[int], longest_px: int, parameters: cv2.aruco.DetectorParameters
) -> dict[int, Corners]:
    """Corners in the pixels of ``image``, found on a copy no longer than ``longest_px``."""
    scale = min(1.0, longest_px / max(image.shape))
    seen = (
        image if scale == 1.0 else cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    )
    corners, ids, _ = cv2.aruco.ArucoDetector(_DICTIONARY, parameters).detectMarkers(seen)
    found: dict[int, Corners] = {}
    numbers = [] if ids is None else [int(i) for i in ids.ravel()]
    for marker, quad in zip(numbers, corners, strict=True):
        # Pixel centres: x in the copy stands for (x + ½) / scale − ½ in the image.
        points = (np.asarray(quad, dtype=np.float64).reshape(4, 2) + 0.5) / scale - 0.5
        known = found.get(marker)
        if marker in wanted and (known is None or side_px(points) > side_px(known)):
            found[marker] = points
    return found


def side_px(corners: Corners) -> float:
    """Mean length of the marker's sides."""
    return float(np.linalg.norm(corners - np.roll(corners, 1, axis=0), axis=1).mean())


def _refined(image: Grey, corners: Corners) -> Corners:
    """The corners moved to where the edges meet; the window stays within one cell of the marker."""
    cell = side_px(corners) / _CELLS
    half_window = int(np.clip(round(0.6 * cell), 2, 12))
    points = corners.astype(np.float32).reshape(-1, 1, 2).copy()
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 30, 0.02)
    refined = cv2.cornerSubPix(image, points, (half_window, half_window), (-1, -1), stop)
    moved = np.asarray(refined, dtype=np.float64).reshape(4, 2)
    # A corner that ran away met something else (a stroke, the paper's edge): keep the first one.
    far = np.linalg.norm(moved - corners, axis=1) > half_window
    return np.where(far[:, None], corners, moved)
