"""Reading the regions of a page: text in place, blanks, remarks, and one call of the engine."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from core.cards import WritingKind, WritingRegion
from core.expectations import Expectation
from core.geometry import BoxMm
from ocr.engines import LineChar, LineReading, NullEngine, OnnxEngine
from ocr.handwriting import read_regions
from ocr.rasters import Grey, PageRaster
from tests.ocr.written_pages import (
    ANSWER,
    ESSAY,
    FILL,
    REGIONS,
    Scan,
    blank_card,
    blank_raster,
    paper,
)


class CountingEngine:
    """Reads every crop as "ab" and remembers how it was called."""

    name = "counting"

    def __init__(self) -> None:
        self.calls: list[int] = []

    def read_lines(
        self, crops: Sequence[Grey], expected: Sequence[Expectation] = ()
    ) -> tuple[LineReading, ...]:
        self.calls.append(len(crops))
        chars = (
            LineChar(text="a", probability=0.9, start=0.0, end=0.5),
            LineChar(text="b", probability=0.8, start=0.5, end=1.0),
        )
        return tuple(LineReading(text="ab", probability=0.85, chars=chars) for _ in crops)


def written() -> Scan:
    scan = Scan(blank_card()).word("42 N", 40, 17)
    return scan.word("first line", 14, 38, 1.6).word("second one", 14, 52, 1.6)


def test_the_real_engine_reads_what_was_written_although_the_print_is_there() -> None:
    scan = written().raster(shift_px=(2.0, -1.0))
    fill, answer, essay = read_regions(scan, blank_raster(), REGIONS, OnnxEngine())
    assert fill.text.replace(" ", "") == "42N"
    assert [line.text.replace(" ", "") for line in answer.lines] == ["firstline", "secondone"]
    assert essay.blank
    assert fill.engine.startswith("onnx:")


def test_the_engine_is_called_once_for_the_whole_page() -> None:
    engine = CountingEngine()
    read_regions(written().raster(), blank_raster(), REGIONS, engine)
    assert engine.calls == [3]


def test_the_engine_is_not_called_for_a_page_without_writing() -> None:
    engine = CountingEngine()
    readings = read_regions(Scan(blank_card()).raster(), blank_raster(), REGIONS, engine)
    assert engine.calls == []
    assert all(reading.blank and reading.text == "" and reading.engine == "" for reading in readings)


def test_lines_and_characters_have_places_on_the_card() -> None:
    fill = read_regions(written().raster(), blank_raster(), [FILL], CountingEngine())[0]
    (line,) = fill.lines
    assert line.box.x_mm == pytest.approx(40, abs=1.5)
    assert line.box.bottom_mm == pytest.approx(17, abs=1.2)
    first, second = line.chars
    assert line.box.x_mm <= first.x_mm < line.box.x_mm + 3
    assert first.x_mm + first.width_mm <= second.x_mm
    assert line.box.right_mm - 3 < second.x_mm + second.width_mm <= line.box.right_mm


def test_an_essay_tells_that_it_is_written_but_is_read_only_when_asked() -> None:
    scan = Scan(blank_card()).word("HI YOU", 12, 79, 1.6).raster()
    engine = CountingEngine()
    unread = read_regions(scan, blank_raster(), [ESSAY], engine)[0]
    assert (unread.blank, unread.lines, engine.calls) == (False, (), [])
    assert unread.ink_share > 0
    assert "essays" in unread.note
    assert read_regions(scan, blank_raster(), [ESSAY], engine, read_essays=True)[0].text == "ab"


@pytest.mark.parametrize("shift", [(0.0, 0.0), (2.0, -2.0), (-3.0, 3.0)])
def test_an_unwritten_essay_is_blank_although_the_print_lies_off(shift: tuple[float, float]) -> None:
    scan = Scan(blank_card()).raster(shift_px=shift)
    essay = read_regions(scan, blank_raster(), [ESSAY], NullEngine())[0]
    assert (essay.blank, essay.ink_share) == (True, 0.0)


@pytest.mark.parametrize("grey", [0, 120, 190])
def test_an_essay_in_faint_pencil_is_not_blank(grey: int) -> None:
    scan = Scan(blank_card()).stroke((24, 76), (27, 79), (30, 75), grey=grey).raster()
    assert not read_regions(scan, blank_raster(), [ESSAY], NullEngine())[0].blank


@pytest.mark.parametrize(
    "read", [{WritingKind.LINE}, lambda region: region.item == "1"], ids=["kinds", "function"]
)
def test_the_caller_chooses_what_is_read(read) -> None:  # type: ignore[no-untyped-def]
    fill, answer = read_regions(
        written().raster(), blank_raster(), [FILL, ANSWER], CountingEngine(), read=read
    )
    assert fill.text == "ab"
    assert (answer.text, answer.blank) == ("", False)


def test_the_null_engine_leaves_ink_without_text() -> None:
    fill = read_regions(written().raster(), blank_raster(), [FILL], NullEngine())[0]
    assert (fill.text, fill.blank, fill.engine) == ("", False, "null")


def test_a_crossed_out_fill_says_so_and_is_still_read() -> None:
    scan = Scan(blank_card()).word("hammer", 40, 17).stroke((38, 15), (62, 14.6))
    fill = read_regions(scan.raster(), blank_raster(), [FILL], CountingEngine())[0]
    assert fill.note == "crossed out"
    assert fill.text == "ab"


def test_a_scribbled_over_fill_says_so() -> None:
    scan = Scan(blank_card())
    for step in range(14):
        scan.stroke((40 + step * 0.5, 12.5), (40.4 + step * 0.5, 17.5), (40.6 + step * 0.5, 12.5))
    assert read_regions(scan.raster(), blank_raster(), [FILL], CountingEngine())[0].note == "crossed out"


@pytest.mark.parametrize(
    ("text", "bar"),
    [("hammer", ()), ("x = 3", ()), ("7 - 2", ()), ("3", ((38, 14.9), (48, 14.9)))],
)
def test_honest_writing_is_not_called_crossed_out(text: str, bar: tuple[tuple[float, float], ...]) -> None:
    scan = Scan(blank_card()).word(text, 41, 18.2 if bar else 17, 0.8 if bar else 1.5)
    if bar:
        scan.stroke(*bar).word("4", 41, 14.0, 0.8)
    assert read_regions(scan.raster(), blank_raster(), [FILL], CountingEngine())[0].note == ""


def test_writing_that_leaves_the_box_is_remarked() -> None:
    region = WritingRegion(
        item="2", kind=WritingKind.BOX, box=BoxMm(x_mm=10, y_mm=80, width_mm=60, height_mm=8)
    )
    scan = Scan(paper()).stroke((15, 85), (20, 89.5), (25, 85), (30, 89.5), (35, 85))
    blank = PageRaster(paper(), 8)
    assert read_regions(scan.raster(), blank, [region], CountingEngine())[0].note == "outside the box"


def test_the_same_page_reads_the_same_twice() -> None:
    scan = written().raster()
    engine = OnnxEngine()
    assert read_regions(scan, blank_raster(), REGIONS, engine) == read_regions(
        scan, blank_raster(), REGIONS, engine
    )
