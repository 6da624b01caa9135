"""Digits in boxes: a distribution for each, empty boxes told apart."""

from __future__ import annotations

import numpy as np
import pytest

from models.recogniser import default_recogniser
from ocr.handwriting import read_number_boxes
from ocr.handwriting.numbers import DIGIT_PX, digit_crop, digit_distributions
from ocr.rasters import PageRaster
from tests.ocr.written_pages import NUMBER_BOXES, SCALE, Scan, number_card


def scan_of(digits: str) -> Scan:
    scan = Scan(number_card())
    for digit, box in zip(digits, NUMBER_BOXES, strict=True):
        if digit != "_":
            scan.word(digit, box.x_mm + 1.8, box.bottom_mm - 2.2, 1.7)
    return scan


@pytest.mark.parametrize("digits", ["20260917", "4381_065", "________", "1_______"])
@pytest.mark.parametrize("shift", [(0.0, 0.0), (2.0, -2.0)])
def test_each_box_is_read_or_known_to_be_empty(digits: str, shift: tuple[float, float]) -> None:
    blank = PageRaster(number_card(), SCALE)
    reading = read_number_boxes(
        scan_of(digits).raster(shift_px=shift), blank, NUMBER_BOXES, default_recogniser()
    )
    read = "".join("_" if d.blank > 0.5 else str(int(np.argmax(d.probabilities))) for d in reading.digits)
    assert reading.source == "digits"
    assert read == digits


def test_an_empty_box_has_a_flat_distribution_and_every_one_sums_to_one() -> None:
    blank = PageRaster(number_card(), SCALE)
    reading = read_number_boxes(scan_of("7_______").raster(), blank, NUMBER_BOXES, default_recogniser())
    assert reading.digits[1].probabilities == pytest.approx((0.1,) * 10)
    assert reading.digits[1].blank > 0.99
    assert reading.digits[0].blank < 0.01
    assert [sum(d.probabilities) for d in reading.digits] == pytest.approx([1.0] * 8)


def test_a_dot_left_by_a_resting_pen_is_more_likely_nothing() -> None:
    box = NUMBER_BOXES[2]
    scan = Scan(number_card()).stroke((box.x_mm + 4, box.y_mm + 5), (box.x_mm + 4.3, box.y_mm + 5.2))
    blank = PageRaster(number_card(), SCALE)
    reading = read_number_boxes(scan.raster(), blank, NUMBER_BOXES, default_recogniser())
    assert reading.digits[2].blank > 0.9


def test_a_digit_that_reaches_over_the_line_leaves_the_next_box_empty() -> None:
    box = NUMBER_BOXES[2]
    seven = ((box.x_mm + 2, box.y_mm + 2), (box.right_mm + 0.6, box.y_mm + 2), (box.x_mm + 4, box.y_mm + 8))
    blank = PageRaster(number_card(), SCALE)
    scan = Scan(number_card()).stroke(*seven).raster()
    reading = read_number_boxes(scan, blank, NUMBER_BOXES, default_recogniser())
    assert np.argmax(reading.digits[2].probabilities) == 7
    assert reading.digits[3].blank > 0.9


def test_digits_that_touch_over_the_line_between_them_are_read_each() -> None:
    one, other = NUMBER_BOXES[2:4]
    scan = Scan(number_card())
    for box in (one, other):
        left, top = box.x_mm + 1.5, box.y_mm + 2
        scan.stroke((left, top), (left + 5, top), (left + 2, top + 6))
    scan.stroke((one.x_mm + 6.5, one.y_mm + 2), (other.x_mm + 1.5, other.y_mm + 2))
    blank = PageRaster(number_card(), SCALE)
    reading = read_number_boxes(scan.raster(), blank, NUMBER_BOXES, default_recogniser())
    assert [int(np.argmax(d.probabilities)) for d in reading.digits[2:4]] == [7, 7]
    assert [d.blank < 0.1 for d in reading.digits[2:4]] == [True, True]


def test_no_boxes_give_a_reading_without_digits() -> None:
    blank = PageRaster(number_card(), SCALE)
    assert read_number_boxes(scan_of("________").raster(), blank, (), default_recogniser()).digits == ()


def test_a_digit_is_scaled_by_its_longer_side_and_nothing_comes_of_nothing() -> None:
    grey = np.full((90, 60), 255, dtype=np.uint8)
    mask = np.zeros(grey.shape, dtype=bool)
    assert digit_crop(grey, mask) is None
    mask[20:70, 30:33] = True
    crop = digit_crop(grey, mask)
    assert crop is not None
    assert crop.shape == (DIGIT_PX, 2)


def test_no_digits_need_no_recogniser() -> None:
    assert digit_distributions([], default_recogniser()).shape == (0, 10)
