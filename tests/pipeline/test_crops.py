"""Crops of answers end where the writing ends, and never before it."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from core.cards import Card, CardPage, Printed, PrintedKind, WritingKind, WritingRegion
from core.geometry import BoxMm
from pipeline.ink import CELL_MM, Cells, page_cells, written_part

BOX = BoxMm(x_mm=10, y_mm=20, width_mm=180, height_mm=80)


def a_page(kind: WritingKind = WritingKind.BOX) -> CardPage:
    label = Printed(
        kind=PrintedKind.TEXT, box=BoxMm(x_mm=12, y_mm=21, width_mm=170, height_mm=5), text="29.（8分）"
    )
    return CardPage(
        number=1,
        width_mm=210,
        height_mm=297,
        writing=(WritingRegion(item="29", kind=kind, box=BOX.grown(-0.8)),),
        item_boxes={"29": BOX},
        printed=(label,),
    )


def drawn(*ink_mm: tuple[float, float, float, float], frame: bool = True, tilt_mm: float = 0.0) -> Cells:
    """A grey page at 8 px/mm with a frame, the label, and these inked boxes (left, top, right, bottom)."""
    image = Image.new("L", (1680, 2376), 235)
    draw = ImageDraw.Draw(image)
    if frame:
        corners = [
            (10, 20),
            (190, 20 + tilt_mm),
            (190 - tilt_mm, 100 + tilt_mm),
            (10 - tilt_mm, 100),
            (10, 20),
        ]
        draw.line([(round(x * 8), round(y * 8)) for x, y in corners], fill=40, width=4)
    draw.rectangle((100, 172, 220, 196), fill=90)
    for box in ink_mm:
        draw.rectangle(tuple(round(v * 8) for v in box), fill=60)
    return page_cells(image)


def test_a_page_is_mapped_in_half_millimetres() -> None:
    cells = drawn((100, 50, 110, 60), frame=False)
    assert cells.shape == (297 / CELL_MM, 210 / CELL_MM)
    rows, columns = np.nonzero(cells[60:])
    assert (rows.min() + 60, rows.max() + 60, columns.min(), columns.max()) == pytest.approx(
        (100, 119, 200, 219), abs=1
    )


def test_the_empty_bottom_is_left_out_with_a_little_paper_below_the_last_ink() -> None:
    part = written_part(drawn((15, 30, 170, 36)), None, BOX, a_page(), "29")
    assert part.bottom_mm == pytest.approx(36 + 4, abs=0.6)
    assert (part.x_mm, part.y_mm, part.width_mm) == (10, 20, 180)


@pytest.mark.parametrize("tilt", [0.0, 0.6])
def test_a_frame_that_lies_aslant_is_not_taken_for_writing(tilt: float) -> None:
    part = written_part(drawn((15, 30, 170, 36), tilt_mm=tilt), None, BOX, a_page(), "29")
    assert part.bottom_mm < 42


def test_the_right_side_goes_when_more_than_half_is_empty() -> None:
    assert written_part(drawn((15, 30, 60, 36)), None, BOX, a_page(), "29").width_mm == 90
    assert written_part(drawn((15, 30, 140, 36)), None, BOX, a_page(), "29").width_mm == 180


def test_a_single_full_stop_far_below_is_not_cut_off() -> None:
    part = written_part(drawn((15, 30, 170, 36), (150, 93, 151.5, 94.5)), None, BOX, a_page(), "29")
    assert part.bottom_mm >= 97


def test_a_blank_box_becomes_a_small_strip() -> None:
    part = written_part(drawn(), None, BOX, a_page(), "29")
    assert (part.width_mm, part.height_mm) == (90, 12)


def test_what_the_blank_card_prints_is_no_writing() -> None:
    marks = (150.0, 80.0, 156.0, 82.0)
    blank = drawn(marks)
    assert written_part(drawn((15, 30, 170, 36), marks), blank, BOX, a_page(), "29").bottom_mm < 42
    assert written_part(drawn((15, 30, 170, 36), marks), None, BOX, a_page(), "29").bottom_mm > 82


def test_a_line_keeps_its_height_and_a_grid_its_width() -> None:
    short = drawn((15, 30, 40, 36))
    assert written_part(short, None, BOX, a_page(WritingKind.LINE), "29").height_mm == BOX.height_mm
    assert written_part(short, None, BOX, a_page(WritingKind.GRID), "29").width_mm == BOX.width_mm


def test_bubbles_are_shown_as_they_stand() -> None:
    card = Card(id="x-1", exam_id="x", revision=1, pages=(a_page(),))
    assert written_part(drawn(), None, BOX, card.page(1), "1") == BOX
