from __future__ import annotations

import cv2
import numpy as np
import pytest

from core.cards import BubblePurpose, Card, CardSource
from core.errors import CardInvalid
from core.exams import Criterion, Exam, MultipleChoice, Section, ShortAnswer, SingleChoice
from core.geometry import BoxMm
from core.pages import BubbleVerdict
from ocr.alignment import AlignmentFailed, align
from ocr.alignment.frame import mapped
from ocr.blank_scan import DrawnRegion, RegionKind, card_from_blank_scan, uncovered_items
from ocr.bubbles import read_bubbles
from ocr.rasters import Grey, PageRaster, rectify
from tests.ocr.bubble_pages import Pen
from tests.ocr.printed_pages import degraded, printed_page, scan_matrix, warped, write_on

EXAM = Exam(
    id="e",
    title="测验",
    subject="物理",
    sections=(
        Section(
            title="选择题",
            items=(
                *(SingleChoice(number=str(n), full_steps=2, key=("A",)) for n in range(1, 6)),
                MultipleChoice(number="6", full_steps=2, key=("A", "B")),
            ),
        ),
        Section(
            title="解答题",
            items=(
                ShortAnswer(
                    number="7", full_steps=2, criteria=(Criterion(id="1", steps=2, statement="惯性"),)
                ),
            ),
        ),
    ),
)
GRID = BoxMm(x_mm=20, y_mm=200, width_mm=40, height_mm=36)


def _region(kind: RegionKind = RegionKind.ANSWER_BUBBLES, **changes: object) -> DrawnRegion:
    values: dict[str, object] = {
        "page": 1,
        "kind": kind,
        "box": GRID,
        "keys": ("1", "2", "3", "4", "5", "6"),
        "labels": ("A", "B", "C", "D"),
    }
    return DrawnRegion.model_validate({**values, **changes})


WRITING = _region(
    RegionKind.WRITING,
    page=2,
    keys=("7",),
    labels=(),
    box=BoxMm(x_mm=20, y_mm=100, width_mm=150, height_mm=60),
)


def _blank_pages() -> tuple[Grey, Grey]:
    first, second = printed_page(21), printed_page(22)
    first[round(GRID.y_mm - 4) * 8 : round(GRID.bottom_mm + 4) * 8, 8 * 14 : 8 * 70] = 255
    for row in range(6):
        for column in range(4):
            x, y = 20 + 10 * column, 200 + 6 * row
            cv2.rectangle(first, (8 * x + 10, 8 * y + 8), (8 * x + 70, 8 * y + 40), 80, 1)
    return first, second


@pytest.fixture(scope="module")
def card() -> tuple[Card, dict[str, bytes]]:
    return card_from_blank_scan(EXAM, _blank_pages(), 203.2, (_region(), WRITING), revision=2)


def test_a_grid_drawn_as_one_box_is_divided_evenly(card: tuple[Card, dict[str, bytes]]) -> None:
    fields = card[0].pages[0].bubbles
    assert card[0].source is CardSource.BLANK_SCAN
    assert card[0].id == "e-2"
    assert [(f.key, f.multiple) for f in fields] == [(str(n), n == 6) for n in range(1, 7)]
    centre = fields[2].bubbles[1].box.centre
    assert (centre.x_mm, centre.y_mm) == pytest.approx((35, 215))
    assert card[0].pages[1].writing[0].item == "7"
    assert uncovered_items(EXAM, card[0]) == ()


def test_labels_can_run_downwards() -> None:
    number = _region(RegionKind.NUMBER_BUBBLES, keys=(), labels=(), count=4, direction="vertical")
    fields = card_from_blank_scan(EXAM, _blank_pages(), 203.2, (number,), 1)[0].pages[0].bubbles
    assert [(f.purpose, f.key) for f in fields] == [(BubblePurpose.NUMBER, str(n)) for n in range(4)]
    assert [b.label for b in fields[0].bubbles] == list("0123456789")
    assert fields[1].bubbles[0].box.centre.x_mm == pytest.approx(35)
    assert fields[1].bubbles[9].box.centre.y_mm == pytest.approx(234.2)


def test_blank_pages_are_kept_at_the_reading_scale() -> None:
    small = np.asarray(cv2.resize(printed_page(23), None, fx=0.5, fy=0.5), dtype=np.uint8)
    card, blobs = card_from_blank_scan(EXAM, [small], 101.6, (), 1)
    picture = cv2.imdecode(np.frombuffer(blobs[card.blank_blobs[0]], np.uint8), cv2.IMREAD_UNCHANGED)
    assert picture is not None
    assert picture.shape == (2376, 1680)
    assert card.pages[0].width_mm == pytest.approx(210, abs=0.1)
    assert uncovered_items(EXAM, card) == tuple(str(n) for n in range(1, 8))


@pytest.mark.parametrize(("number", "turn"), [(1, 1.5), (2, -2.0), (1, 180.0), (2, 91.0)])
def test_a_written_scan_finds_its_page_within_half_a_millimetre(
    card: tuple[Card, dict[str, bytes]], number: int, turn: float
) -> None:
    random = np.random.default_rng(number)
    page = _blank_pages()[number - 1]
    matrix, size = scan_matrix(page, 0.97, turn, (7, -11))
    image = degraded(warped(write_on(page, random), matrix, size), random)
    outcome = align(image, *card)
    assert not isinstance(outcome, AlignmentFailed), outcome
    found, registration = outcome
    x, y = np.meshgrid(np.linspace(8, 200, 9), np.linspace(8, 290, 9))
    points = np.column_stack([x.ravel(), y.ravel()])
    there = mapped(matrix @ np.diag([8.0, 8.0, 1.0]), points)
    back = mapped(np.linalg.inv(np.array(registration.image_from_card).reshape(3, 3)), there)
    assert found.number == number
    assert np.hypot(*(back - points).T).max() < 0.5
    assert registration.residual_mm < 0.5


def test_bubbles_of_a_blank_scan_are_read(card: tuple[Card, dict[str, bytes]]) -> None:
    random = np.random.default_rng(4)
    fields = card[0].pages[0].bubbles
    canvas = _blank_pages()[0].astype(np.float32)
    for one, label in zip(fields, "BDACB", strict=False):
        Pen(random).fill(canvas, next(b.box for b in one.bubbles if b.label == label))
    matrix, size = scan_matrix(canvas.astype(np.uint8), 0.98, 1.0, (5, 5))
    image = degraded(warped(canvas.astype(np.uint8), matrix, size), random)
    outcome = align(image, *card)
    assert not isinstance(outcome, AlignmentFailed), outcome
    blank = cv2.imdecode(np.frombuffer(card[1][card[0].blank_blobs[0]], np.uint8), cv2.IMREAD_GRAYSCALE)
    readings = read_bubbles(
        rectify(image, outcome[1], outcome[0]), fields, PageRaster(np.asarray(blank, dtype=np.uint8))
    )
    assert [r.marked for r in readings] == [("B",), ("D",), ("A",), ("C",), ("B",), ()]
    assert {r.verdict for r in readings} == {BubbleVerdict.MARKED, BubbleVerdict.BLANK}


def test_a_page_of_another_card_is_not_guessed(card: tuple[Card, dict[str, bytes]]) -> None:
    outcome = align(printed_page(77), *card)
    assert isinstance(outcome, AlignmentFailed)
    assert "任何一页都对不上" in outcome.reason


def test_two_pages_with_the_same_print_are_not_told_apart_by_guessing() -> None:
    page = printed_page(21)
    card, blobs = card_from_blank_scan(EXAM, [page, page], 203.2, (), 1)
    outcome = align(page, card, blobs)
    assert isinstance(outcome, AlignmentFailed)
    assert "分不清" in outcome.reason


@pytest.mark.parametrize(
    ("region", "part"),
    [
        (_region(page=3), "空白卡只有 2 页"),
        (_region(box=BoxMm(x_mm=190, y_mm=10, width_mm=40, height_mm=40)), "页面之外"),
        (_region(box=BoxMm(x_mm=20, y_mm=10, width_mm=5, height_mm=40)), "每格只有 1.2 × 6.7 毫米"),
        (_region(keys=()), "没有题号或选项"),
        (_region(keys=("1", "99")), "没有第 99 题"),
        (_region(labels=("A", "A")), "选项重复"),
        (_region(labels=("A", "G")), "第 1 题没有选项 G"),
        (_region(keys=("1", "1")), "画了两次"),
        (_region(RegionKind.WRITING, keys=()), "哪一道题"),
        (_region(RegionKind.WRITING, keys=("88",)), "没有第 88 题"),
    ],
)
def test_a_region_that_cannot_be_right_is_refused_with_its_page(region: DrawnRegion, part: str) -> None:
    with pytest.raises(CardInvalid) as caught:
        card_from_blank_scan(EXAM, _blank_pages(), 203.2, (region,), 1)
    assert part in caught.value.message
    assert f"第 {region.page} 页" in caught.value.message
    assert caught.value.remedy


@pytest.mark.parametrize(("dpi", "part"), [(10.0, "10 dpi"), (1000.0, "不像一张答题卡")])
def test_a_resolution_that_cannot_be_right_is_refused(dpi: float, part: str) -> None:
    with pytest.raises(CardInvalid, match=part):
        card_from_blank_scan(EXAM, [np.full((1800, 1200), 255, np.uint8)], dpi, (), 1)


def test_a_card_needs_pages() -> None:
    with pytest.raises(CardInvalid, match="没有空白答题卡"):
        card_from_blank_scan(EXAM, [], 200, (), 1)
