"""Digits in boxes: a distribution for each, empty boxes told apart."""

from __future__ import annotations

import numpy as np
import pytest

from core.pages import NumberReading
from models.recogniser import default_recogniser
from ocr.handwriting import read_number_boxes
from ocr.handwriting.numbers import Seen, box_inks, box_reading, read_digits, writings_of
from ocr.rasters import PageRaster
from tests.ocr.written_pages import NUMBER_BOXES, SCALE, Scan, number_card

Stroke = tuple[tuple[float, float], ...]


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


def test_no_digits_need_no_recogniser() -> None:
    assert read_digits([], default_recogniser()) == []


# spoilt boxes


def spoilt_page(*strokes: Stroke, digit: str = "") -> NumberReading:
    """Clean digits in all boxes but the third, which has the digit and these strokes."""
    digits = list("20260917")
    digits[2] = digit or "_"
    scan = scan_of("".join(digits))
    box = NUMBER_BOXES[2]
    for stroke in strokes:
        scan.stroke(*((box.x_mm + x, box.y_mm + y) for x, y in stroke))
    return read_number_boxes(
        scan.raster(), PageRaster(number_card(), SCALE), NUMBER_BOXES, default_recogniser()
    )


ZIGZAG = ((1.0, 3.0), (7.0, 3.6), (1.0, 4.4), (7.0, 5.0), (1.0, 5.8), (7.0, 6.4), (1.0, 7.2))


@pytest.mark.parametrize(
    "strokes",
    [((((0.8, 2.0), (7.2, 8.4)), ((7.2, 2.2), (0.8, 8.2)))), ((ZIGZAG),)],
    ids=["a cross", "a scribble"],
)
@pytest.mark.parametrize("digit", ["2", "8"])
def test_a_digit_that_is_crossed_out_is_known_as_spoilt(strokes: tuple[Stroke, ...], digit: str) -> None:
    reading = spoilt_page(*strokes, digit=digit)
    spoilt = reading.digits[2]
    assert spoilt.state in ("crossed out", "overwritten")
    assert spoilt.note
    assert max(spoilt.probabilities) < 0.3
    assert sum(spoilt.probabilities) == pytest.approx(1.0)
    assert spoilt.blank < 0.1
    others = [d.state for at, d in enumerate(reading.digits) if at != 2]
    assert others == ["digit"] * 7


def test_the_digit_beside_one_that_was_crossed_out_is_named() -> None:
    struck = [Seen(np.full(10, 0.1), np.array([0.02, 0.9, 0.08]))]
    right = Seen(np.eye(10)[4] * 0.99 + 0.001, np.array([0.98, 0.01, 0.01]))
    reading = box_reading([*struck, right], blank=0.001)
    assert (reading.state, reading.note) == ("crossed out", "crossed out; beside it 4")
    assert max(reading.probabilities) == pytest.approx(0.1)


def test_two_digits_in_one_box_are_no_digit() -> None:
    one = Seen(np.eye(10)[4] * 0.99 + 0.001, np.array([0.98, 0.01, 0.01]))
    reading = box_reading([one, one], blank=0.001)
    assert reading.state == "overwritten"
    assert max(reading.probabilities) == pytest.approx(0.1)


def test_writing_in_pieces_is_one_digit_and_writing_apart_is_two() -> None:
    blank = PageRaster(number_card(), SCALE)
    box = NUMBER_BOXES[2]
    five = Scan(number_card())
    left, top = box.x_mm + 2, box.y_mm + 2
    five.stroke((left, top), (left, top + 2.5), (left + 3, top + 3.5), (left + 3, top + 5), (left, top + 6))
    five.stroke((left + 0.7, top), (left + 3.5, top))
    assert len(writings_of(box_inks(five.raster(), blank, [box])[0])) == 1
    pair = Scan(number_card())
    for x in (1.2, 5.8):
        pair.stroke((box.x_mm + x, box.y_mm + 2), (box.x_mm + x, box.y_mm + 8))
    assert len(writings_of(box_inks(pair.raster(), blank, [box])[0])) == 2


def test_an_empty_box_says_so() -> None:
    assert scan_states("7_______") == ["digit", *["empty"] * 7]


def scan_states(digits: str) -> list[str]:
    blank = PageRaster(number_card(), SCALE)
    reading = read_number_boxes(scan_of(digits).raster(), blank, NUMBER_BOXES, default_recogniser())
    return [digit.state for digit in reading.digits]
