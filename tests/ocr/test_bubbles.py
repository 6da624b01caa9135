from __future__ import annotations

import itertools

import numpy as np
import pytest

from core.cards import BubbleField
from core.pages import BubbleReading, BubbleVerdict
from ocr.bubbles import number_from_bubbles, read_bubbles
from ocr.rasters import PageRaster
from tests.ocr.bubble_pages import Canvas, DrawnPage, Pen, Scanner, answered, exam_fields, printed

FIELDS = exam_fields()
BY_KEY = {(f.purpose.value, f.key): f for f in FIELDS}
ALL_KINDS = {
    "full": 60,
    "light": 8,
    "tick": 5,
    "cross": 5,
    "erased": 5,
    "erased_other": 5,
    "crossed": 4,
    "crossed_other": 4,
    "double": 4,
    "blank": 8,
}
SCANS: dict[str, dict[str, float]] = {
    "clean": {"blur": 0.6, "noise": 2},
    "shading": {"shading": 0.35, "blur": 0.7, "noise": 3},
    "photocopy": {"specks": 3000, "blur": 0.8, "noise": 9, "paper": 225, "jpeg": 40},
    "skew": {"skew_deg": 0.12, "offset_mm": 0.25, "blur": 0.7, "noise": 3, "jpeg": 70},
    "curl": {"curl_mm": 0.7, "offset_mm": 0.2, "blur": 0.7, "noise": 3, "jpeg": 70},
    "dim": {"paper": 170, "shading": 0.25, "blur": 1, "noise": 5, "jpeg": 50},
}


@pytest.fixture(scope="module")
def card() -> Canvas:
    return printed(FIELDS)


def _scanned(page: DrawnPage, seed: int, name: str = "clean") -> PageRaster:
    return Scanner(np.random.default_rng(seed), **SCANS[name]).scan(page.canvas)


def _one_kind(card: Canvas, kind: str, seed: int = 3) -> tuple[DrawnPage, tuple[BubbleReading, ...]]:
    """A page of full marks with single choice 7 filled in this way."""
    pen = Pen(np.random.default_rng(seed))
    page = answered(FIELDS, pen, {"full": 1}, card)
    other = answered((BY_KEY["answer", "7"],), pen, {kind: 1}, card)
    box = BY_KEY["answer", "7"].bubbles[0].box
    rows = slice(round((box.y_mm - 2) * 8), round((box.bottom_mm + 2) * 8))
    columns = slice(round((box.x_mm - 4) * 8), round((box.x_mm + 32) * 8))
    page.canvas[rows, columns] = other.canvas[rows, columns]
    page.truth.update(other.truth)
    return page, read_bubbles(_scanned(page, seed), FIELDS, PageRaster(card.astype(np.uint8)))


def _reading(readings: tuple[BubbleReading, ...], key: str, purpose: str = "answer") -> BubbleReading:
    return next(r for r in readings if r.key == key and r.purpose == purpose)


def test_nothing_that_is_settled_is_wrong_over_thousands_of_bubbles(card: Canvas) -> None:
    bubbles, wrong, full, full_doubtful = 0, [], 0, 0
    for (scan, seed), with_blank in itertools.product(itertools.product(SCANS, (1, 2)), (True, False)):
        random = np.random.default_rng(1000 * seed + len(scan))
        pen = Pen(random, darkness=random.uniform(0.3, 0.85), looseness=random.uniform(0.02, 0.14))
        page = answered(FIELDS, pen, ALL_KINDS, card)
        blank = PageRaster(card.astype(np.uint8)) if with_blank else None
        for reading in read_bubbles(_scanned(page, seed, scan), FIELDS, blank):
            key = (reading.purpose, reading.key)
            bubbles += len(reading.fills)
            full += page.kind[key] == "full"
            if reading.verdict is BubbleVerdict.DOUBTFUL:
                full_doubtful += page.kind[key] == "full"
            elif reading.marked != page.truth[key]:
                wrong.append((scan, seed, with_blank, page.kind[key], key, reading.marked, page.truth[key]))
    assert bubbles > 4000
    assert wrong == []
    assert full_doubtful <= 0.03 * full


def test_readings_come_in_the_order_of_the_fields(card: Canvas) -> None:
    shuffled = tuple(reversed(FIELDS))
    raster = PageRaster(card.astype(np.uint8))
    assert [r.key for r in read_bubbles(raster, shuffled)] == [f.key for f in shuffled]
    assert read_bubbles(raster, ()) == ()


@pytest.mark.parametrize(
    ("kind", "verdict", "reason"),
    [
        ("full", BubbleVerdict.MARKED, ""),
        ("cross", BubbleVerdict.MARKED, ""),
        ("tick", BubbleVerdict.MARKED, ""),
        ("blank", BubbleVerdict.BLANK, ""),
        ("double", BubbleVerdict.DOUBTFUL, "两处填涂"),
        ("crossed", BubbleVerdict.DOUBTFUL, "疑似划掉"),
        ("crossed_other", BubbleVerdict.DOUBTFUL, "疑似划掉"),
        ("erased_other", BubbleVerdict.MARKED, ""),
    ],
)
def test_each_way_of_filling_has_its_verdict(
    card: Canvas, kind: str, verdict: BubbleVerdict, reason: str
) -> None:
    page, readings = _one_kind(card, kind)
    reading = _reading(readings, "7")
    assert (reading.verdict, reading.reason) == (verdict, reason)
    if verdict is not BubbleVerdict.DOUBTFUL:
        assert reading.marked == page.truth["answer", "7"]
        assert reading.confidence > 0.8


@pytest.mark.parametrize("kind", ["erased", "light"])
def test_a_lone_pale_patch_among_dark_marks_waits_for_a_person(card: Canvas, kind: str) -> None:
    _, readings = _one_kind(card, kind)
    reading = _reading(readings, "7")
    assert reading.verdict is BubbleVerdict.DOUBTFUL
    assert reading.reason in ("疑似擦除", "填涂过浅")
    assert reading.confidence < 0.95  # what it is taken for is right often, but not often enough


def test_light_pencil_is_a_mark_where_the_whole_page_is_light(card: Canvas) -> None:
    page = answered(FIELDS, Pen(np.random.default_rng(5), darkness=0.28), {"full": 9, "blank": 1}, card)
    readings = read_bubbles(_scanned(page, 5), FIELDS, PageRaster(card.astype(np.uint8)))
    settled = [r for r in readings if r.verdict is not BubbleVerdict.DOUBTFUL]
    assert len(settled) > 0.9 * len(readings)
    assert all(r.marked == page.truth[r.purpose, r.key] for r in settled)


def test_fill_is_zero_for_empty_and_one_for_usual_marks(card: Canvas) -> None:
    page = answered(FIELDS, Pen(np.random.default_rng(6)), {"full": 1}, card)
    readings = read_bubbles(_scanned(page, 6), FIELDS, None)
    fills = [(f.fill, f.label in page.truth[r.purpose, r.key]) for r in readings for f in r.fills]
    assert np.median([fill for fill, marked in fills if not marked]) == pytest.approx(0, abs=0.03)
    assert np.median([fill for fill, marked in fills if marked]) == pytest.approx(1, abs=0.15)


@pytest.mark.parametrize("with_blank", [True, False])
def test_an_untouched_card_is_all_blank(card: Canvas, with_blank: bool) -> None:
    blank = PageRaster(card.astype(np.uint8)) if with_blank else None
    page = DrawnPage(card)
    assert {r.verdict for r in read_bubbles(_scanned(page, 7, "photocopy"), FIELDS, blank)} == {
        BubbleVerdict.BLANK
    }


def test_a_column_in_which_all_are_filled_is_not_taken_for_print(card: Canvas) -> None:
    """Everybody's answer A: the page's usual A is then a filled one."""
    pen, canvas = Pen(np.random.default_rng(8)), card.copy()
    singles = tuple(f for f in FIELDS if f.purpose.value == "answer" and not f.multiple)
    for one in singles:
        pen.fill(canvas, one.bubbles[0].box)
    readings = read_bubbles(_scanned(DrawnPage(canvas), 8), singles)
    assert {r.marked for r in readings} == {("A",)}


def test_few_bubbles_without_a_blank_are_read(card: Canvas) -> None:
    two: tuple[BubbleField, ...] = (BY_KEY["answer", "1"], BY_KEY["answer", "2"])
    pen, canvas = Pen(np.random.default_rng(9)), card.copy()
    pen.fill(canvas, two[0].bubbles[2].box)
    readings = read_bubbles(_scanned(DrawnPage(canvas), 9), two)
    assert readings[0].marked == ("C",)
    assert readings[1].marked == ()


def test_the_number_is_a_distribution_for_each_digit(card: Canvas) -> None:
    pen, canvas = Pen(np.random.default_rng(10)), card.copy()
    wanted = "20260731"
    for position, digit in enumerate(wanted[:-1]):
        pen.fill(canvas, BY_KEY["number", str(position)].bubbles[int(digit)].box)
    readings = read_bubbles(_scanned(DrawnPage(canvas), 10), FIELDS, PageRaster(card.astype(np.uint8)))
    number = number_from_bubbles(tuple(reversed(readings)))
    assert number.source == "bubbles"
    assert "".join(str(int(np.argmax(d.probabilities))) for d in number.digits[:-1]) == wanted[:-1]
    assert all(d.blank < 0.05 and max(d.probabilities) > 0.95 for d in number.digits[:-1])
    assert number.digits[-1].blank > 0.95
    assert all(sum(d.probabilities) == pytest.approx(1) for d in number.digits)


def test_two_digits_in_one_column_share_the_probability(card: Canvas) -> None:
    pen, canvas = Pen(np.random.default_rng(11)), card.copy()
    for digit in (3, 8):
        pen.fill(canvas, BY_KEY["number", "0"].bubbles[digit].box)
    readings = read_bubbles(_scanned(DrawnPage(canvas), 11), FIELDS, PageRaster(card.astype(np.uint8)))
    first = number_from_bubbles(readings).digits[0]
    assert first.probabilities[3] + first.probabilities[8] > 0.95
    assert min(first.probabilities[3], first.probabilities[8]) > 0.2


def test_what_is_kept_of_a_blank_card_is_not_used_for_another_or_for_none(card: Canvas) -> None:
    page = answered(FIELDS, Pen(np.random.default_rng(4)), {"full": 1}, card)
    scan = _scanned(page, 4)
    own, same = PageRaster(card.astype(np.uint8)), PageRaster(card.astype(np.uint8))
    empty = PageRaster(np.full(card.shape, 255, np.uint8))
    first = read_bubbles(scan, FIELDS, own)
    others = [read_bubbles(scan, FIELDS, blank) for blank in (empty, None)]
    assert read_bubbles(scan, FIELDS, own) == read_bubbles(scan, list(FIELDS), same) == first
    assert all(other != first for other in others)
