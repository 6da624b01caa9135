from __future__ import annotations

import cv2
import numpy as np
import pytest

from ocr.rasters import Grey, PageRaster
from ocr.registration.bending import FLAT, Bending, Points, page_bending

PX = 8.0
SIZE_MM = (150.0, 180.0)


def _blank() -> Grey:
    """Rows of outlined boxes with letters, numbered at the left, in a frame."""
    page = np.full((round(SIZE_MM[1] * PX), round(SIZE_MM[0] * PX)), 255, np.uint8)
    for row in range(18):
        y = 20 + 8 * row
        cv2.putText(
            page, str(row * 7 % 31), (round(12 * PX), round((y + 3) * PX)), 0, 0.9, 60, 2, cv2.LINE_AA
        )
        for column in range(12):
            x = 24 + 9.5 * column
            box = tuple(round(v * PX) for v in (x, y, 5.0, 3.0))
            cv2.rectangle(page, box, 110, 2)
            cv2.putText(page, "ABCD"[column % 4], (box[0] + 14, box[1] + 20), 0, 0.5, 110, 1, cv2.LINE_AA)
    cv2.rectangle(page, (70, 120), (page.shape[1] - 40, page.shape[0] - 120), 60, 3)
    return page


def _points() -> Points:
    return np.array([(26.5 + 9.5 * c, 21.5 + 8 * r) for r in range(18) for c in range(12)])


def _moved(page: Grey, curl_mm: float, wave_mm: float = 220.0) -> tuple[Grey, Points]:
    """The page curled; and by how much each of the points was carried, in mm."""
    y, x = np.mgrid[0 : page.shape[0], 0 : page.shape[1]].astype(np.float32)
    turn = 2 * np.pi / (wave_mm * PX)
    bent = cv2.remap(
        page,
        (x + curl_mm * PX * np.cos(turn * y)).astype(np.float32),
        (y + curl_mm * PX * np.sin(turn * y)).astype(np.float32),
        cv2.INTER_LINEAR,
        borderValue=255,
    )
    at = _points()
    place = at.copy()
    for _ in range(30):  # where in the bent picture each point of the page ended up
        angle = 2 * np.pi / wave_mm * place[:, 1]
        place = at - curl_mm * np.column_stack([np.cos(angle), np.sin(angle)])
    return np.asarray(bent, np.uint8), place - at


@pytest.mark.parametrize("curl_mm", [0.8, 2.0, 3.0])
def test_curled_print_is_followed_to_half_a_millimetre(curl_mm: float) -> None:
    blank = _blank()
    bent, truth = _moved(blank, curl_mm)
    found = page_bending(PageRaster(bent), PageRaster(blank), _points()).at(_points())
    off = np.hypot(*(found - truth).T)
    assert np.quantile(off, 0.95) < 0.45
    assert np.abs(truth).max() > 0.7


def test_filled_bubbles_and_shadow_do_not_pull() -> None:
    blank = _blank()
    marked = blank.copy()
    random = np.random.default_rng(3)
    for x, y in _points()[random.random(216) < 0.4]:
        low, high = ((round((x + side * 2.4) * PX), round((y + side * 1.4) * PX)) for side in (-1, 1))
        cv2.rectangle(marked, low, high, 50, -1)
    shadow = np.linspace(1.0, 0.5, marked.shape[1])[None, :]
    bent, truth = _moved(np.asarray(marked * shadow, np.uint8), 2.0)
    found = page_bending(PageRaster(bent), PageRaster(blank), _points()).at(_points())
    assert np.quantile(np.hypot(*(found - truth).T), 0.95) < 0.4


def test_a_flat_page_and_one_without_print_are_left_alone() -> None:
    blank = PageRaster(_blank())
    empty = PageRaster(np.full(blank.pixels.shape, 240, np.uint8))
    assert page_bending(blank, blank, _points()).is_flat
    assert page_bending(empty, blank, _points()).is_flat
    assert not FLAT.at(_points()).any()


def test_between_its_places_a_bending_is_smooth() -> None:
    places = np.array([(x, y) for x in range(0, 100, 20) for y in range(0, 100, 20)], np.float64)
    bending = Bending(places, np.column_stack([0.01 * places[:, 1], -0.02 * places[:, 0]]))
    middle = np.array([[50.0, 50.0], [33.0, 71.0]])
    assert bending.at(middle) == pytest.approx(
        np.column_stack([0.01 * middle[:, 1], -0.02 * middle[:, 0]]), abs=0.1
    )
