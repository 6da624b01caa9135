"""The frame that alignment steps hand on: where the part of the image that matters now lies."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from core.pages import RegistrationMethod
from ocr.rasters import Grey

Matrix = NDArray[np.float64]  # 3x3, maps homogeneous column vectors
Points = NDArray[np.float64]  # (n, 2) as x, y


@dataclass(frozen=True)
class Frame:
    """A rectangle of ``width`` × ``height`` px that ``image_from_frame`` maps onto the scan.

    ``residual_share`` is the RMS error of the last fit as a share of the frame's longer side.
    """

    image_from_frame: Matrix
    width: float
    height: float
    method: RegistrationMethod
    residual_share: float = 0.0

    def view(self, image: Grey, long_side_px: int) -> tuple[Grey, Matrix]:
        """The frame's pixels with this longer side, and the matrix from those pixels to the scan's.

        A frame larger in the scan than in the view is averaged down first, so that thin print stays.
        """
        scale = long_side_px / max(self.width, self.height)
        size = (max(1, round(self.width * scale)), max(1, round(self.height * scale)))
        image_from_view = self.image_from_frame @ np.diag([1 / scale, 1 / scale, 1.0])
        source, shrink = _averaged(image, image_from_view, size)
        source_from_view = np.diag([shrink, shrink, 1.0]) @ image_from_view
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        pixels = cv2.warpPerspective(
            source, source_from_view, size, flags=flags, borderMode=cv2.BORDER_REPLICATE
        )
        return np.asarray(pixels, dtype=np.uint8), image_from_view


def whole_image(image: Grey) -> Frame:
    """The frame that is the scan itself."""
    height, width = image.shape
    return Frame(np.eye(3), float(width), float(height), RegistrationMethod.WHOLE_IMAGE)


def _averaged(image: Grey, image_from_view: Matrix, size: tuple[int, int]) -> tuple[Grey, float]:
    corners = mapped(image_from_view, np.array([[0, 0], [size[0], 0], [0, size[1]]], dtype=np.float64))
    steps = [np.hypot(*(corners[i] - corners[0])) / size[i - 1] for i in (1, 2)]
    ratio = float(min(steps))
    if ratio < 1.5:
        return image, 1.0
    small = cv2.resize(image, None, fx=1 / ratio, fy=1 / ratio, interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.uint8), 1 / ratio


def mapped(matrix: Matrix, points: Points) -> Points:
    """The points ``(n, 2)`` after the homography."""
    return np.asarray(
        cv2.perspectiveTransform(points.reshape(-1, 1, 2).astype(np.float64), matrix), dtype=np.float64
    ).reshape(-1, 2)


def from_rectangle(width: float, height: float, corners: Points) -> Matrix:
    """The homography that takes a rectangle's corners (clockwise from top left) to these points."""
    rectangle = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    return np.asarray(cv2.getPerspectiveTransform(rectangle, corners.astype(np.float32)), dtype=np.float64)
