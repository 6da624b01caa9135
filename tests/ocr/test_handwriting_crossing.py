"""Crossed-out words are told from honest strokes, and characters know where they stand."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import pytest

from core.expectations import Expectation
from core.lattices import packed, unpacked
from ocr.engines import LineChar, LineReading
from ocr.handwriting import read_regions
from ocr.handwriting.crossing import crossed_parts, silenced
from ocr.handwriting.ink import ink_of
from ocr.handwriting.placing import spans
from ocr.handwriting.remarks import CROSSED_OUT, PARTLY_CROSSED
from ocr.handwriting.rows import find_rows
from ocr.handwriting.text_lines import text_line
from ocr.rasters import Grey
from tests.ocr.written_pages import ANSWER, FILL, Scan, blank_card, blank_raster

WORD = "HKMA BRNE HKMA"
WIDTH = 760


def line(*strokes: tuple[tuple[int, int], ...], text: str = WORD) -> Grey:
    """A written line 60 px high, its letters 44 px, with strokes through it."""
    crop = np.full((60, WIDTH), 255, dtype=np.uint8)
    cv2.putText(crop, text, (10, 52), cv2.FONT_HERSHEY_SIMPLEX, 2.0, 0, 3, cv2.LINE_AA)
    for points in strokes:
        cv2.polylines(crop, [np.array(points, dtype=np.int32)], False, 0, 3, cv2.LINE_AA)
    return crop


def read(text: str, probability: float = 0.9) -> LineReading:
    chars = tuple(
        LineChar(text=c, probability=probability, start=at / len(text), end=(at + 1) / len(text))
        for at, c in enumerate(text)
    )
    return LineReading(text=text, probability=probability, chars=chars)


@pytest.mark.parametrize(
    "strokes",
    [
        (((250, 30), (330, 33), (450, 29)),),
        (((250, 24), (350, 26), (450, 23)), ((252, 36), (350, 37), (455, 34))),
    ],
    ids=["one line", "two lines"],
)
def test_a_stroke_through_a_word_is_told_by_its_shape(
    strokes: tuple[tuple[tuple[int, int], ...], ...],
) -> None:
    ((left, right),) = crossed_parts(line(*strokes), read(WORD))
    assert left * WIDTH == pytest.approx(250, abs=24)
    assert right * WIDTH == pytest.approx(452, abs=24)


@pytest.mark.parametrize(
    ("text", "strokes"),
    [
        (WORD, ()),
        (WORD, (((10, 58), (500, 58)),)),  # an underline
        (WORD, (((10, 3), (500, 3)),)),
        ("HK", (((200, 30), (420, 30)),)),  # a dash beside a word
        ("", (((50, 30), (150, 30)), ((200, 22), (300, 22)), ((200, 38), (300, 38)))),  # 一 and 二
        ("", (((50, 30), (150, 30)), ((100, 5), (100, 55)))),  # 十
        ("= - = - =", ()),
        ("", ()),
    ],
)
def test_honest_strokes_are_not_told(text: str, strokes: tuple[tuple[tuple[int, int], ...], ...]) -> None:
    assert crossed_parts(line(*strokes, text=text), read(text or "一")) == ()


def test_a_scribble_is_told_only_where_the_reading_is_poor() -> None:
    hatching = [((x - 12, 52), (x + 12, 8)) for x in range(250, 450, 8)]
    crop = line(*hatching)
    assert crossed_parts(crop, read(WORD, probability=0.95)) == ()
    ((left, right),) = crossed_parts(crop, read(WORD, probability=0.3))
    assert left * WIDTH == pytest.approx(250, abs=30)
    assert right * WIDTH == pytest.approx(450, abs=30)


def test_nothing_is_said_in_the_silenced_part_of_a_look() -> None:
    steps = tuple((("a", 0.75), ("", 0.25)) for _ in range(10))
    said = [len(step) == 2 for step in unpacked(silenced(packed(steps), [(0.3, 0.6)]))]
    assert said == [True] * 3 + [False] * 3 + [True] * 4
    assert silenced(packed(steps), []) == packed(steps)


class EvenEngine:
    """Reads every line as letters at equal distances."""

    name = "even"

    def read_lines(
        self, crops: Sequence[Grey], expected: Sequence[Expectation] = ()
    ) -> tuple[LineReading, ...]:
        return tuple(
            read("abcdefgh").model_copy(
                update={"alternatives": (("abcd", -1.0),), "looks": (packed(((("a", 1.0),),) * 8),)}
            )
            for _ in crops
        )


class SureEngine(EvenEngine):
    """Tells of every line how surely it is right."""

    def read_lines(
        self, crops: Sequence[Grey], expected: Sequence[Expectation] = ()
    ) -> tuple[LineReading, ...]:
        readings = super().read_lines(crops, expected)
        return tuple(reading.model_copy(update={"right": 0.9}) for reading in readings)


def test_a_word_crossed_out_in_an_answer_is_kept_apart_from_its_text() -> None:
    scan = Scan(blank_card()).word("MAKE HKMR NAME", 14, 40, 1.6).stroke((36, 37.6), (55, 38.2))
    (answer,) = read_regions(scan.raster(), blank_raster(), [ANSWER], EvenEngine())
    (one,) = answer.lines
    assert (one.text, "".join(char.text for char in one.crossed)) == ("abcgh", "def")
    assert "".join(char.text for char in one.chars) == one.text
    assert one.alternatives == ()
    assert [step[0][0] for step in unpacked(one.looks[0])] == ["a", "a", "a", "", "", "", "a", "a"]
    assert answer.note == PARTLY_CROSSED


def test_a_line_that_is_wholly_crossed_out_leaves_no_text_in_an_answer_but_stays_in_a_fill() -> None:
    scan = Scan(blank_card()).word("HAMMER", 40, 17).stroke((38, 14.6), (75, 15))
    scan.word("HKMA BRNE", 14, 40, 1.6).stroke((12, 37.8), (70, 38.2)).word("NAME", 14, 52, 1.6)
    fill, answer = read_regions(scan.raster(), blank_raster(), [FILL, ANSWER], SureEngine())
    assert (fill.note, fill.text, fill.lines[0].crossed) == (CROSSED_OUT, "abcdefgh", ())
    assert all(step[0][0] == "a" for step in unpacked(fill.lines[0].looks[0]))
    assert fill.lines[0].right is None
    assert (answer.note, answer.text) == (PARTLY_CROSSED, "abcdefgh")
    assert [len(one.crossed) for one in answer.lines] == [8, 0]


@pytest.mark.parametrize(
    ("told", "right"),
    [
        ((("ab", 0.9), ("cd", 0.8)), 0.72),
        ((("ab", 0.9), ("cd", None)), None),
        ((("ab", 0.9), ("", 0.99)), None),
        ((("ab", 0.9),), 0.9),
    ],
    ids=["both tell", "one does not", "of one no text was made", "one piece"],
)
def test_a_line_is_right_where_all_its_pieces_are(
    told: tuple[tuple[str, float | None], ...], right: float | None
) -> None:
    scan = Scan(blank_card()).word("HKMA", 18, 17)
    ink = ink_of(scan.raster(), blank_raster(), FILL.box, 3.0)
    (row,) = find_rows(ink, single=True)
    readings = [LineReading(text=text, probability=0.9, right=piece) for text, piece in told]
    assert text_line(ink, [row.pieces[0]] * len(told), readings).right == (
        None if right is None else pytest.approx(right)
    )


def test_of_a_line_with_something_crossed_out_nobody_knows_whether_it_is_right() -> None:
    scan = Scan(blank_card()).word("MAKE HKMR NAME", 14, 40, 1.6)
    (plain,) = read_regions(scan.raster(), blank_raster(), [ANSWER], SureEngine())[0].lines
    scan.stroke((36, 37.6), (55, 38.2))
    (struck,) = read_regions(scan.raster(), blank_raster(), [ANSWER], SureEngine())[0].lines
    assert (plain.right, struck.right) == (0.9, None)


def test_a_character_reaches_from_its_first_ink_to_its_last() -> None:
    crop = np.full((40, 200), 255, dtype=np.uint8)
    for left, right in ((10, 40), (52, 80), (120, 150)):
        crop[8:32, left:right] = 0
    chars = [
        LineChar(text=text, probability=0.9, start=at / 200, end=(at + 6) / 200)
        for text, at in (("中", 22), ("国", 63), ("人", 132))
    ]
    assert spans(crop, chars) == [(10.0, 40.0), (52.0, 80.0), (120.0, 150.0)]
    assert spans(crop, []) == []


def test_characters_that_touch_are_parted_between_their_middles() -> None:
    crop = np.full((40, 100), 255, dtype=np.uint8)
    crop[8:32, 10:90] = 0
    chars = [
        LineChar(text=text, probability=0.9, start=at, end=at + 0.05)
        for text, at in (("中", 0.28), ("国", 0.68))
    ]
    (first, last), (start, end) = spans(crop, chars)
    assert (first, end) == (10.0, 90.0)
    assert last == pytest.approx(50, abs=1)
    assert start == pytest.approx(50, abs=1)
