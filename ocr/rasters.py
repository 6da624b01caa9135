"""A page brought into its card's frame: grey pixels in which a millimetre has a fixed length."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from core.cards import PX_PER_MM, CardPage
from core.geometry import BoxMm
from core.pages import Registration

Grey = NDArray[np.uint8]


@dataclass(frozen=True)
class PageRaster:
    """Grey pixels ``(height, width)``, 0 black to 255 white, at ``px_per_mm`` in the card's frame."""

    pixels: Grey
    px_per_mm: float = PX_PER_MM

    def crop(self, box: BoxMm, margin_mm: float = 0.0) -> Grey:
        """The pixels inside the box grown by the margin, cut at the page's edges."""
        scale, (height, width) = self.px_per_mm, self.pixels.shape
        left = max(0, round((box.x_mm - margin_mm) * scale))
        top = max(0, round((box.y_mm - margin_mm) * scale))
        right = min(width, round((box.right_mm + margin_mm) * scale))
        bottom = min(height, round((box.bottom_mm + margin_mm) * scale))
        return self.pixels[top : max(bottom, top + 1), left : max(right, left + 1)]


def rectify(
    image: Grey, registration: Registration, page: CardPage, px_per_mm: float = PX_PER_MM
) -> PageRaster:
    """The card page as if scanned straight: outside the image is white.

    Args:
        image: grey pixels ``(height, width)`` as scanned.
        registration: where the card page lies in the image.
        page: gives the size in millimetres.
    """
    image_from_card = np.array(registration.image_from_card, dtype=np.float64).reshape(3, 3)
    image_from_raster = image_from_card @ np.diag([1 / px_per_mm, 1 / px_per_mm, 1.0])
    size = (round(page.width_mm * px_per_mm), round(page.height_mm * px_per_mm))
    pixels = cv2.warpPerspective(
        image,
        image_from_raster,
        size,
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=255,
    )
    return PageRaster(pixels=np.asarray(pixels, dtype=np.uint8), px_per_mm=px_per_mm)
