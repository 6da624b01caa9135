"""A page brought into its card's frame: grey pixels in which a millimetre has a fixed length."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from core.cards import PX_PER_MM, CardPage
from core.geometry import BoxMm
from core.pages import Registration

Grey = NDArray[np.uint8]
Scalar = TypeVar("Scalar", bound=np.generic)


@dataclass(frozen=True)
class Window:
    """A half-open box of pixels, ``left`` to ``right`` and ``top`` to ``bottom``."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def width(self) -> int:
        return self.right - self.left

    def of(self, plane: NDArray[Scalar]) -> NDArray[Scalar]:
        """The window's part of a plane ``(height, width)`` that begins at pixel (0, 0)."""
        return plane[self.top : self.bottom, self.left : self.right]

    def grown(self, by_px: int) -> Window:
        """Wider by so many pixels on all sides."""
        return Window(self.left - by_px, self.top - by_px, self.right + by_px, self.bottom + by_px)

    def within(self, other: Window) -> Window:
        """What lies in the other window too; nothing (no height or width) where they are apart."""
        left, top = max(self.left, other.left), max(self.top, other.top)
        right, bottom = min(self.right, other.right), min(self.bottom, other.bottom)
        return Window(left, top, max(left, right), max(top, bottom))

    def moved(self, right_px: int, down_px: int) -> Window:
        """The same window further right and down."""
        return Window(self.left + right_px, self.top + down_px, self.right + right_px, self.bottom + down_px)


@dataclass(frozen=True, eq=False)
class PageRaster:
    """Grey pixels ``(height, width)``, 0 black to 255 white, at ``px_per_mm`` in the card's frame.

    Two rasters are equal only when they are the same one: what is found out about a blank card is kept
    by it.
    """

    pixels: Grey
    px_per_mm: float = PX_PER_MM

    def window(self, box: BoxMm, margin_mm: float = 0.0) -> Window:
        """The pixels of the box grown by the margin, cut at the page's edges.

        At least one pixel wide and high, but for boxes beyond the right or lower edge.
        """
        scale, (height, width) = self.px_per_mm, self.pixels.shape
        left = max(0, round((box.x_mm - margin_mm) * scale))
        top = max(0, round((box.y_mm - margin_mm) * scale))
        right = min(width, round((box.right_mm + margin_mm) * scale))
        bottom = min(height, round((box.bottom_mm + margin_mm) * scale))
        return Window(left, top, max(right, left + 1), max(bottom, top + 1))

    def crop(self, box: BoxMm, margin_mm: float = 0.0) -> Grey:
        """The pixels of :meth:`window`."""
        return self.window(box, margin_mm).of(self.pixels)

    @functools.cached_property
    def halved(self) -> PageRaster:
        """The page at half the scale, each pixel the mean of four."""
        size = (max(1, self.pixels.shape[1] // 2), max(1, self.pixels.shape[0] // 2))
        even = self.pixels[: 2 * size[1], : 2 * size[0]]
        pixels = cv2.resize(even, size, interpolation=cv2.INTER_AREA)
        return PageRaster(np.asarray(pixels, dtype=np.uint8), self.px_per_mm / 2)


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
