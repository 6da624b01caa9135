"""Rules found without a blank card: long, thin, straight; writing over them stays."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from ocr.handwriting.paths import level_paths, longest_first
from ocr.handwriting.rules import rules_mask
from ocr.handwriting.strokes import inked

SCALE = 8.0
WEAK = 0.08
LIMITS = (0.08, 0.15)


def paper(width_mm: float = 100, height_mm: float = 40) -> np.ndarray:
    return np.zeros((round(height_mm * SCALE), round(width_mm * SCALE)), dtype=np.float32)


def drawn(page: np.ndarray, *points_mm: tuple[float, float], dark: float = 0.5, thick: int = 2) -> np.ndarray:
    points = np.round(np.array(points_mm) * SCALE).astype(np.int32)
    layer = np.zeros_like(page)
    cv2.polylines(layer, [points], False, dark, thick)
    np.maximum(page, layer, out=page)
    return page


def test_the_longest_path_is_followed_though_it_bends() -> None:
    mask = np.zeros((30, 120), dtype=bool)
    for x in range(120):
        mask[round(12 + 6 * np.sin(x / 40)), x] = True
        mask[round(13 + 6 * np.sin(x / 40)), x] = True
    paths = level_paths(mask, 4)
    (path,) = longest_first(paths, 60, 8)
    assert len(path.rows) * 4 >= 100
    assert np.ptp(path.rows) >= 5


@pytest.mark.parametrize("shape", [(0, 0), (5, 3), (1, 40)])
def test_no_mask_is_too_small_for_paths(shape: tuple[int, int]) -> None:
    assert list(longest_first(level_paths(np.zeros(shape, dtype=bool), 4), 8, 2)) == []


@pytest.mark.parametrize("rise_mm", [0.0, 4.0, -9.0])
@pytest.mark.parametrize("upright", [False, True])
def test_a_rule_is_found_though_it_slants(rise_mm: float, upright: bool) -> None:
    page = drawn(paper(), (2, 20), (98, 20 + rise_mm))
    found = rules_mask(page.T if upright else page, WEAK, SCALE)
    shown = (page > WEAK).T if upright else page > WEAK
    assert (found & shown).sum() > 0.95 * shown.sum()


def test_a_rule_that_is_broken_under_the_writing_is_one_rule() -> None:
    page = drawn(drawn(paper(), (2, 20), (48, 20)), (51, 20), (98, 20))
    assert (rules_mask(page, WEAK, SCALE) & (page > WEAK)).sum() > 0.95 * (page > WEAK).sum()


def test_writing_that_runs_along_a_rule_stays_where_it_is_darker() -> None:
    page = drawn(paper(), (2, 20), (98, 20), dark=0.3)
    drawn(page, (30, 15), (30, 20), (36, 20), (36, 15), dark=0.9, thick=3)
    found = rules_mask(page, WEAK, SCALE)
    ink = inked(page, found, LIMITS, SCALE)
    assert found[160, :200].all()
    assert ink[160, round(31 * SCALE) : round(35 * SCALE)].all()
    assert not ink[160, : round(25 * SCALE)].any()


def test_the_walls_of_cells_go_and_the_strokes_between_them_stay() -> None:
    page = drawn(drawn(paper(), (2, 10), (98, 10)), (2, 18), (98, 18))
    for at in range(8):
        drawn(page, (10 + 8 * at, 10), (10 + 8 * at, 18))
    drawn(page, (14, 11.5), (14, 16.5), dark=0.9, thick=3)
    found = rules_mask(page, WEAK, SCALE)
    assert all(found[round(14 * SCALE), round((10 + 8 * at) * SCALE)] for at in range(8))
    assert not found[round(12 * SCALE) : round(16 * SCALE), round(14 * SCALE)].any()


@pytest.mark.parametrize(
    "points",
    [
        ((20, 20), (34, 20)),  # a long dash
        ((10, 30), (40, 10), (60, 30), (90, 10)),  # long strokes that are not level
        ((5, 20), (30, 26), (50, 14), (70, 26), (95, 14)),  # a wave
    ],
)
def test_strokes_are_no_rules(points: tuple[tuple[float, float], ...]) -> None:
    assert not rules_mask(drawn(paper(), *points, dark=0.9, thick=3), WEAK, SCALE).any()


def test_a_broad_bar_is_no_rule() -> None:
    assert not rules_mask(drawn(paper(), (2, 20), (98, 20), thick=20), WEAK, SCALE).any()
