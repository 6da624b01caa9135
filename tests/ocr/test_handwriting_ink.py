"""Ink apart from print: the card vanishes, the strokes that cross it stay."""

from __future__ import annotations

import numpy as np
import pytest

from core.geometry import BoxMm
from ocr.handwriting.ink import ink_of
from ocr.handwriting.paper import noise_of, thresholds
from ocr.handwriting.reading import MARGIN_MM
from ocr.handwriting.remarks import is_blank
from ocr.rasters import PageRaster
from tests.ocr.written_pages import (
    ANSWER,
    ESSAY,
    FILL,
    REGIONS,
    Scan,
    blank_card,
    blank_raster,
    paper,
    px,
)

SHIFTS = [(0.0, 0.0), (2.0, -2.0), (-3.0, 3.0), (0.5, 1.5)]


@pytest.mark.parametrize("shift", SHIFTS)
@pytest.mark.parametrize("region", REGIONS, ids=lambda region: region.kind.value)
def test_an_unwritten_region_is_blank_although_the_print_lies_off(region, shift) -> None:  # type: ignore[no-untyped-def]
    scan = Scan(blank_card()).raster(shift_px=shift)
    assert is_blank(ink_of(scan, blank_raster(), region.box, 1.5))


@pytest.mark.parametrize("noise", [0.0, 6.0, 12.0])
def test_noise_of_the_scanner_is_not_ink(noise: float) -> None:
    scan = Scan(blank_card()).raster(noise=noise)
    assert not ink_of(scan, blank_raster(), ANSWER.box, 1.5).mask.sum() > 20


def test_a_stroke_across_the_fill_line_keeps_its_lower_end() -> None:
    scan = Scan(blank_card()).stroke((40, 13), (40, 21)).raster(shift_px=(1.0, 2.0))
    ink = ink_of(scan, blank_raster(), FILL.box, 2.0)
    column = ink.mask[:, px(40) - ink.left_px]
    rows = np.flatnonzero(column) + ink.top_px
    assert rows.min() <= px(13.3)
    assert rows.max() >= px(20.7)
    assert len(rows) == rows.max() - rows.min() + 1


def test_print_is_painted_white_for_the_recogniser() -> None:
    scan = Scan(blank_card()).word("ok", 40, 17).raster(shift_px=(1.0, 1.0))
    ink = ink_of(scan, blank_raster(), FILL.box, 1.5)
    word = slice(px(39) - ink.left_px, px(50) - ink.left_px)
    beside = np.delete(ink.grey, word, axis=1)
    assert beside.size > 0
    assert beside.min() == 255
    assert ink.grey[:, word].min() < 30


def test_only_the_part_with_writing_is_kept_and_lies_where_it_was_written() -> None:
    scan = Scan(blank_card()).stroke((60, 45), (66, 50)).raster()
    ink = ink_of(scan, blank_raster(), ANSWER.box, 1.5)
    ys, xs = np.nonzero(ink.mask)
    assert ink.mask.size < 0.1 * px(ANSWER.box.width_mm) * px(ANSWER.box.height_mm)
    assert xs.min() + ink.left_px == pytest.approx(px(60), abs=4)
    assert ys.max() + ink.top_px == pytest.approx(px(50), abs=4)


def test_an_unwritten_region_has_no_pixels_at_all() -> None:
    ink = ink_of(Scan(blank_card()).raster(), blank_raster(), ANSWER.box, 1.5)
    assert (ink.mask.size, ink.strokes.count, ink.inside(ANSWER.box)) == (0, 0, 0)


@pytest.mark.parametrize("margin_mm", [1.5, 4.0])
def test_the_same_strokes_are_found_however_far_around_is_looked(margin_mm: float) -> None:
    scan = Scan(blank_card()).word("force", 40, 45).raster(shift_px=(1.0, 1.0))
    ink = ink_of(scan, blank_raster(), ANSWER.box, margin_mm)
    assert ink.inside(ANSWER.box) == ink.mask.sum()
    assert ink.strokes.count == 5


def test_faint_pencil_is_ink_and_comes_out_at_full_contrast() -> None:
    scan = Scan(blank_card()).stroke((30, 40), (50, 50), grey=190).raster()
    ink = ink_of(scan, blank_raster(), ANSWER.box, 1.5)
    assert not is_blank(ink)
    assert ink.grey.min() < 30


def test_writing_that_shows_through_from_the_back_is_not_ink() -> None:
    scan = Scan(blank_card()).stroke((30, 40), (80, 50), grey=238, thick=6).raster(noise=3)
    assert is_blank(ink_of(scan, blank_raster(), ANSWER.box, 1.5))


@pytest.mark.parametrize("dot_px", [1, 3, 5])
def test_specks_of_dust_leave_a_region_blank(dot_px: int) -> None:
    scan = Scan(blank_card())
    for at in range(12):
        x, y = 20 + 7 * at, 35 + (at * 5) % 20
        scan.stroke((x, y), (x, y), thick=dot_px)
    assert is_blank(ink_of(scan.raster(), blank_raster(), ANSWER.box, 1.5))


def test_a_neighbours_writing_that_reaches_in_is_not_taken() -> None:
    scan = Scan(blank_card()).stroke((60, 62), (60, 80)).raster()
    assert is_blank(ink_of(scan, blank_raster(), ANSWER.box, MARGIN_MM[ANSWER.kind]))


def test_grid_lines_vanish_and_a_character_across_them_stays() -> None:
    scan = Scan(blank_card()).stroke((18, 74), (28, 90)).raster(shift_px=(1.0, -1.0))
    ink = ink_of(scan, blank_raster(), ESSAY.box, 0.5)
    ys, xs = np.nonzero(ink.mask)
    assert np.ptp(ys) > px(14)
    assert xs.max() + ink.left_px < px(29.5)


def test_without_a_blank_card_long_straight_lines_are_taken_for_print() -> None:
    written = Scan(blank_card()).word("ok", 40, 17).raster()
    assert is_blank(ink_of(Scan(blank_card()).raster(), None, ANSWER.box, 1.5))
    ink = ink_of(written, None, FILL.box, 0.5)
    assert not is_blank(ink)
    beside = np.delete(ink.grey, slice(px(39) - ink.left_px, px(50) - ink.left_px), axis=1)
    assert beside.min() == 255


@pytest.mark.parametrize(
    "box",
    [
        BoxMm(x_mm=0, y_mm=0, width_mm=0.05, height_mm=0.05),
        BoxMm(x_mm=119.9, y_mm=99.9, width_mm=5, height_mm=5),
        BoxMm(x_mm=300, y_mm=300, width_mm=5, height_mm=5),
        BoxMm(x_mm=-5, y_mm=-5, width_mm=200, height_mm=200),
        BoxMm(x_mm=10, y_mm=10, width_mm=100, height_mm=0.01),
    ],
)
def test_no_box_is_too_small_or_too_far_out(box: BoxMm) -> None:
    for blank in (None, blank_raster()):
        ink_of(Scan(blank_card()).raster(), blank, box, 1.5)


def test_a_blank_card_of_another_size_is_cut_to_the_scan() -> None:
    smaller = PageRaster(blank_card()[:-9, :-7], 8)
    assert is_blank(ink_of(Scan(blank_card()).raster(), smaller, FILL.box, 1.0))


def test_the_noise_is_measured_and_raises_the_thresholds() -> None:
    grey = paper().astype(np.float32) - 30
    loud = np.clip(grey + np.random.default_rng(1).normal(0, 30, grey.shape), 0, 255).astype(np.uint8)
    assert noise_of(paper()) == 0.0
    assert noise_of(loud) == pytest.approx(0.375 * 30 / 255, rel=0.2)
    assert thresholds(noise_of(loud))[0] > thresholds(0.0)[0]
