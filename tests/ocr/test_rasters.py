"""Rasters and windows: pixels of boxes, cut where the page ends."""

from __future__ import annotations

import numpy as np
import pytest

from core.geometry import BoxMm
from ocr.rasters import PageRaster, Window


def raster(height: int = 40, width: int = 60) -> PageRaster:
    return PageRaster(np.arange(height * width, dtype=np.uint8).reshape(height, width), 4)


def box(x_mm: float, y_mm: float, width_mm: float, height_mm: float) -> BoxMm:
    return BoxMm(x_mm=x_mm, y_mm=y_mm, width_mm=width_mm, height_mm=height_mm)


@pytest.mark.parametrize(
    ("place", "margin_mm", "window"),
    [
        (box(2, 1, 3, 2), 0.0, Window(8, 4, 20, 12)),
        (box(2, 1, 3, 2), 0.5, Window(6, 2, 22, 14)),
        (box(-1, -1, 3, 3), 0.0, Window(0, 0, 8, 8)),
        (box(13, 8, 9, 9), 0.0, Window(52, 32, 60, 40)),
        (box(2, 1, 0.01, 0.01), 0.0, Window(8, 4, 9, 5)),
    ],
)
def test_a_window_is_cut_at_the_pages_edges_and_never_empty_inside(
    place: BoxMm, margin_mm: float, window: Window
) -> None:
    assert raster().window(place, margin_mm) == window
    assert raster().crop(place, margin_mm).shape == (window.height, window.width)


def test_a_crop_beyond_the_page_has_no_pixels() -> None:
    assert raster().crop(box(100, 100, 5, 5)).size == 0


def test_windows_that_are_apart_have_nothing_in_common() -> None:
    common = Window(0, 0, 10, 10).within(Window(20, 4, 30, 8))
    assert (common.width, common.height) == (0, 4)
    assert common.of(np.ones((40, 40), dtype=np.uint8)).size == 0


def test_a_window_moved_and_grown_shows_the_pixels_it_says() -> None:
    plane = np.arange(100).reshape(10, 10)
    moved = Window(1, 1, 3, 2).moved(2, 3).grown(1)
    assert moved == Window(2, 3, 6, 6)
    assert moved.of(plane)[0, 0] == 32


def test_a_halved_raster_has_the_means_of_four_pixels_at_half_the_scale() -> None:
    pixels = np.array([[0, 100, 7], [100, 200, 7], [9, 9, 9]], dtype=np.uint8)
    half = PageRaster(pixels, 8).halved
    assert half.pixels.tolist() == [[100]]
    assert half.px_per_mm == 4


def test_what_is_known_of_one_raster_is_not_taken_for_another() -> None:
    one, same = raster(), raster()
    assert one != same
    assert len({one, same, one}) == 2
