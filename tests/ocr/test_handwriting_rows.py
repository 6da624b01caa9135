"""Lines found in a region: as many as were written, in order, each with its own strokes."""

from __future__ import annotations

import numpy as np
import pytest

from ocr.handwriting.crops import framed, tightened
from ocr.handwriting.ink import Ink, ink_of
from ocr.handwriting.rows import LONGEST, cut_at_gaps, find_rows, slope_of, straightened
from tests.ocr.written_pages import ANSWER, FILL, SCALE, Scan, blank_card, blank_raster, paper, px

WORDS = ("the body moves", "at constant speed", "so forces balance")


def answer_ink(scan: Scan) -> Ink:
    return ink_of(scan.raster(), blank_raster(), ANSWER.box, 2.0)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_each_written_line_is_one_row_from_top_to_bottom(count: int) -> None:
    scan = Scan(blank_card())
    for at in range(count):
        scan.word(WORDS[at], 14, 35 + 11 * at, 1.6)
    rows = find_rows(answer_ink(scan), single=False)
    assert len(rows) == count
    tops = [row.pieces[0].top for row in rows]
    assert tops == sorted(tops)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_line_of_one_word_beside_full_ones_is_a_row(place: int) -> None:
    scan = Scan(blank_card())
    for at in range(3):
        scan.word("ok" if at == place else "MMMMM MMMMMM MMMMM", 14, 36 + 11 * at, 1.4)
    assert len(find_rows(answer_ink(scan), single=False)) == 3


def test_lines_that_fall_are_found_apart_and_straightened() -> None:
    scan = Scan(blank_card())
    slope = 0.04
    for at in range(3):
        for step in range(16):
            x = 14 + 5.5 * step
            y = 33 + 10 * at + slope * (x - 14)
            scan.stroke((x, y), (x + 2, y - 4), (x + 4, y))
    ink = answer_ink(scan)
    assert slope_of(ink.strokes, SCALE) == pytest.approx(slope, abs=0.011)
    rows = find_rows(ink, single=False)
    assert len(rows) == 3
    assert all(row.pieces[0].grey.shape[0] < px(7.5) for row in rows)


def test_a_row_shows_only_its_own_strokes() -> None:
    scan = Scan(blank_card()).stroke((20, 32), (40, 32), (40, 42.5)).stroke((20, 47), (40, 47), (30, 41.5))
    rows = find_rows(answer_ink(scan), single=False)
    assert len(rows) == 2
    top = rows[0].pieces[0].grey
    assert (top < 128).sum() < 0.75 * (answer_ink(scan).mask.sum())


def test_dots_and_accents_do_not_become_rows() -> None:
    scan = Scan(blank_card()).word("HE IS HERE", 14, 42, 1.6)
    for x in (20, 40, 60):
        scan.stroke((x, 35.6), (x + 1.2, 34.9))
    assert len(find_rows(answer_ink(scan), single=False)) == 1


def test_a_fill_is_one_row_even_with_two_storeys() -> None:
    scan = Scan(blank_card()).word("3", 40, 14.5, 0.7).word("4", 40, 18.5, 0.7).stroke((39, 15), (44, 15))
    ink = ink_of(scan.raster(), blank_raster(), FILL.box, 1.5)
    assert len(find_rows(ink, single=True)) == 1


def test_no_ink_gives_no_rows() -> None:
    assert find_rows(answer_ink(Scan(blank_card())), single=False) == ()


def test_a_line_that_is_too_long_is_cut_at_its_widest_gap() -> None:
    columns = np.ones(1000, dtype=bool)
    columns[450:480] = False
    columns[600:605] = False
    assert cut_at_gaps(columns, 1000 / (LONGEST * 1.5)) == [(0, 450), (480, 1000)]
    assert cut_at_gaps(columns, 100) == [(0, 1000)]
    assert cut_at_gaps(np.ones(1000, dtype=bool), 10) == [(0, 1000)]


def test_a_long_tail_does_not_make_the_letters_small() -> None:
    crop = paper()[:120, :400].copy()
    crop[40:70, 10:390:2] = 0
    crop[70:118, 200:201] = 0
    cut, _ = framed(crop, crop < 128)
    assert cut.shape[0] < 60


def test_tightening_a_loose_grey_crop_leaves_the_writing_at_full_contrast() -> None:
    crop = np.full((100, 500), 180, dtype=np.uint8)
    crop[45:60, 200:300:5] = 120
    tight = tightened(crop)
    assert tight.shape[0] < 25
    assert tight.shape[1] < 130
    assert tight.min() < 20
    assert tight.max() == 255


@pytest.mark.parametrize("shape", [(0, 0), (1, 1), (2, 500), (500, 2), (5, 5), (48, 3)])
@pytest.mark.parametrize("value", [0, 128, 255])
def test_no_crop_is_too_odd_to_tighten(shape: tuple[int, int], value: int) -> None:
    crop = np.full(shape, value, dtype=np.uint8)
    assert tightened(crop).ndim == 2


def test_straightening_keeps_all_the_ink() -> None:
    crop = np.full((60, 600), 255, dtype=np.uint8)
    for x in range(600):
        y = 10 + round(0.05 * x)
        crop[y : y + 6, x] = 0
    level = straightened(crop, 0.05)
    assert level.shape[0] < 20
    assert (level < 128).sum() == pytest.approx((crop < 128).sum(), rel=0.05)


@pytest.mark.parametrize("slope", [0.0, 0.015, -0.02])
def test_lines_packed_so_close_that_they_touch_are_told_apart(slope: float) -> None:
    scan = Scan(blank_card())
    rng = np.random.default_rng(3)
    for at in range(4):
        for step in range(30):
            x = 12 + 3.2 * step
            y = 30.5 + 7.2 * at + slope * (x - 60)
            top, bottom = y + rng.uniform(-0.4, 1.2), y + 6.4 + rng.uniform(-1.2, 0.6)
            scan.stroke((x, top), (x + 2.2, y + 3), (x, bottom))
    assert len(find_rows(answer_ink(scan), single=False)) == 4


def test_one_large_line_is_not_cut_in_two() -> None:
    scan = Scan(blank_card()).word("MNHK BRN", 14, 60, 3.6, thick=6)
    assert len(find_rows(answer_ink(scan), single=False)) == 1
