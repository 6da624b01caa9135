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
from core.pages import Registration, Warp
from ocr.splines import surface

Grey = NDArray[np.uint8]
Scalar = TypeVar("Scalar", bound=np.generic)

_MAP_STEP_PX = 8  #: a warp is told at every so many pixels of a raster


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
    """The card page as if scanned straight and flat: outside the image is white.

    Args:
        image: grey pixels ``(height, width)`` as scanned.
        registration: where the card page lies in the image, with the paper's warp where it has one.
        page: gives the size in millimetres.
        px_per_mm: scale of the raster.
    """
    image_from_card = np.array(registration.image_from_card, dtype=np.float64).reshape(3, 3)
    size = (round(page.width_mm * px_per_mm), round(page.height_mm * px_per_mm))
    if registration.warp is not None:
        map_x, map_y = _warped_map(image_from_card, registration.warp, page, size, px_per_mm)
        pixels = cv2.remap(
            image, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=255
        )
        return PageRaster(pixels=np.asarray(pixels, dtype=np.uint8), px_per_mm=px_per_mm)
    image_from_raster = image_from_card @ np.diag([1 / px_per_mm, 1 / px_per_mm, 1.0])
    pixels = cv2.warpPerspective(
        image,
        image_from_raster,
        size,
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=255,
    )
    return PageRaster(pixels=np.asarray(pixels, dtype=np.uint8), px_per_mm=px_per_mm)


def _warped_map(
    image_from_card: NDArray[np.float64], warp: Warp, page: CardPage, size: tuple[int, int], px_per_mm: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Where each pixel of the raster lies in the image; computed on every eighth pixel, linear between."""
    across, along = (
        ((np.arange(-1.0, -(-side // _MAP_STEP_PX) + 1) + 0.5) * _MAP_STEP_PX - 0.5) / px_per_mm
        for side in size
    )
    shape, page_mm = (warp.rows, warp.columns), (page.width_mm, page.height_mm)
    right, down = (
        surface(np.reshape(points, shape), page_mm, across, along) for points in (warp.x_mm, warp.y_mm)
    )
    x_mm, y_mm = np.meshgrid(across, along)
    points = np.stack([x_mm + right, y_mm + down], axis=-1)
    coarse = cv2.perspectiveTransform(points, image_from_card).astype(np.float32)
    whole = (coarse.shape[1] * _MAP_STEP_PX, coarse.shape[0] * _MAP_STEP_PX)
    fine = cv2.resize(coarse, whole, interpolation=cv2.INTER_LINEAR)
    own = np.asarray(fine[_MAP_STEP_PX : _MAP_STEP_PX + size[1], _MAP_STEP_PX : _MAP_STEP_PX + size[0]])
    return np.ascontiguousarray(own[..., 0]), np.ascontiguousarray(own[..., 1])
