"""Red ink stands on nothing that is printed or written."""

from __future__ import annotations

import numpy as np
import pytest

from core.cards import CardPage, Printed, PrintedKind
from core.geometry import BoxMm
from core.marks import Award
from core.results import CandidateResult, ExamResults
from feedback._red_ink import Ink, page_ink
from feedback._red_notes import lines_of, shortened, text_width_mm
from feedback._room import CELL_MM, Cells, Room
from feedback.error_book import error_book
from feedback.pictures import NoPictures
from feedback.statistics import statistics_of
from tests.feedback.builder import a_card, box, some_results, without_page
from tests.feedback.test_documents import text_of

LONG = "第2行写到浮力变大，属于给分点不能出现的说法；" * 5


@pytest.fixture(scope="module")
def results() -> ExamResults:
    return some_results()


def dark(*boxes: BoxMm) -> Cells:
    cells = np.zeros((594, 420), dtype=np.bool_)
    for b in boxes:
        rows = slice(round(b.y_mm / CELL_MM), round(b.bottom_mm / CELL_MM))
        cells[rows, round(b.x_mm / CELL_MM) : round(b.right_mm / CELL_MM)] = True
    return cells


def inked(ink: Ink, b: BoxMm) -> list[tuple[float, float]]:
    """Points of the ink inside a box, a hair's breadth aside."""
    inner = b.grown(-0.3)
    return [
        (x, y)
        for stroke in ink.strokes
        for x, y in stroke
        if inner.x_mm < x < inner.right_mm and inner.y_mm < y < inner.bottom_mm
    ]


def with_reasons(result: CandidateResult, reason: str) -> CandidateResult:
    """All criteria of the short answer lost, each for this reason, without evidence."""
    awards = tuple(
        Award(criterion=key, steps=0, full_steps=full, reason=reason)
        for key, full in (("a", 8), ("b", 6), ("c", 6))
    )
    six = result.items[5].model_copy(update={"steps": 0, "awards": awards})
    return result.model_copy(update={"items": (*result.items[:5], six, result.items[6])})


def test_the_nearest_free_room_is_found() -> None:
    page = a_card().pages[1]
    room = Room(page, dark(box(100, 100, 20, 5)))
    whole = box(0, 0, 210, 297)
    assert room.place(10, 4, 50, 50, whole).box == box(50, 50, 10, 4)
    moved = room.place(10, 4, 105, 100, whole)
    assert moved.free
    assert moved.box.bottom_mm <= 100 or moved.box.y_mm >= 105
    room.take(moved.box)
    assert room.place(10, 4, 105, 100, whole).box != moved.box


def test_without_free_room_the_place_that_covers_least_is_named_as_such() -> None:
    room = Room(a_card().pages[1], dark(box(10, 10, 20, 10)))
    assert not room.place(8, 4, 12, 12, box(10, 10, 20, 10)).free


@pytest.mark.parametrize("index", [0, 3, 7, 11])
def test_marks_of_fills_keep_clear_of_writing_and_of_the_next_number(
    results: ExamResults, index: int
) -> None:
    card = a_card()
    written = [box(24 + 58 * i, 99, 44, 7) for i in range(3)]
    numbers = [box(76 + 58 * i, 100, 5, 4) for i in range(2)]
    ink = page_ink(results.candidates[index], results.exam, card, card.pages[0], dark(*written, *numbers))
    assert not [point for b in (*written, *numbers) for point in inked(ink, b)]


def test_evidence_is_ticked_beside_the_characters(results: ExamResults) -> None:
    card = a_card()
    lines = [box(17, 132 + 9 * i, 175, 6) for i in range(3)]
    ink = page_ink(results.candidates[11], results.exam, card, card.pages[0], dark(*lines))
    assert any(130 < y < 175 for stroke in ink.strokes for _, y in stroke)
    assert not [point for line in lines for point in inked(ink, line)]


@pytest.mark.parametrize("lines", [1, 5])
def test_long_reasons_take_free_room_and_never_the_number_or_the_score(
    results: ExamResults, lines: int
) -> None:
    card = a_card()
    label = box(16, 115, 22, 5)
    written = [box(17, 123 + 9 * i, 175, 7) for i in range(lines)]
    result = with_reasons(results.candidates[0], LONG)
    ink = page_ink(result, results.exam, card, card.pages[0], dark(label, *written))
    note = next(n for n in ink.notes if n.text.startswith("−4"))
    height = lines_of(note.text, note.size_mm, note.width_mm) * note.size_mm * 1.25
    right, bottom = note.x_mm + note.width_mm, note.y_mm + height
    for b in (label, *written):
        assert (
            right <= b.x_mm
            or note.x_mm >= b.right_mm
            or bottom <= b.y_mm + 0.5
            or note.y_mm >= b.bottom_mm - 0.5
        )
    assert not inked(ink, box(note.x_mm, note.y_mm, note.width_mm, height))
    assert bottom <= 180


def test_a_box_without_any_room_gets_no_reason_over_its_writing(results: ExamResults) -> None:
    card = a_card()
    result = with_reasons(results.candidates[0], LONG)
    ink = page_ink(result, results.exam, card, card.pages[0], dark(box(15, 114, 180, 66)))
    assert not [n for n in ink.notes if n.text.startswith("−4")]


def test_printed_words_are_kept_clear_of_when_no_scan_is_known(results: ExamResults) -> None:
    card = a_card()
    number = Printed(kind=PrintedKind.TEXT, box=box(192.5, 99, 6, 8), text="9.", size_pt=9.5)
    page: CardPage = card.pages[0].model_copy(update={"printed": (number,)})
    assert not inked(page_ink(results.candidates[0], results.exam, card, page), number.extent)


def test_a_lost_criterion_without_a_reason_says_what_it_asks_for(results: ExamResults) -> None:
    card, result = a_card(), with_reasons(results.candidates[0], "")
    notes = page_ink(result, results.exam, card, card.pages[0]).notes
    assert any("缺：刹车前人和车一起运动" in n.text for n in notes)
    book = text_of(error_book(result, results.exam, statistics_of(results), NoPictures()))
    assert "缺：得出向前倾的结论" in book


def test_the_words_of_the_engine_are_not_what_a_pupil_reads(results: ExamResults) -> None:
    card = a_card()
    result = with_reasons(results.candidates[0], "没有找到给分点①“刹车前人和车一起运动”")
    notes = page_ink(result, results.exam, card, card.pages[0]).notes
    assert any("缺：刹车前人和车一起运动" in n.text for n in notes)
    assert not any("没有找到" in n.text for n in notes)
    book = text_of(error_book(result, results.exam, statistics_of(results), NoPictures()))
    assert "缺：刹车前人和车一起运动" in book
    assert "没有找到" not in book


def test_a_script_without_a_page_says_so_on_the_first_that_is_there(results: ExamResults) -> None:
    card, words = a_card(), "缺第 2 面（第 7 题按 0 分计）"
    result = without_page(results, 2, ("7",)).candidates[2]
    header = box(40, 5, 130, 20)
    (note,) = [
        n
        for n in page_ink(result, results.exam, card, card.pages[0], dark(header), [1]).notes
        if n.text == words
    ]
    right, bottom = note.x_mm + note.width_mm, note.y_mm + note.size_mm
    assert right <= header.x_mm or note.x_mm >= header.right_mm or bottom <= 5 or note.y_mm >= 25
    assert 0 < note.x_mm < right < 210
    whole = page_ink(results.candidates[2], results.exam, card, card.pages[0], None, [1, 2])
    assert not [n for n in whole.notes if "缺第" in n.text]


def test_the_total_stands_on_the_page_that_is_there(results: ExamResults) -> None:
    card = a_card()
    result = without_page(results, 2, ("1", "2", "3", "4", "5", "6")).candidates[2]
    ink = page_ink(result, results.exam, card, card.pages[1], None, [2])
    assert any(words.startswith("总分") for words in ink.spoken)
    assert [n.text for n in ink.notes if n.text.startswith("缺第")] == [
        "缺第 1 面（第 1、2、3、4、5、6 题按 0 分计）"
    ]


def test_a_missing_page_is_not_called_an_unanswered_item(results: ExamResults) -> None:
    first = results.candidates[0]
    gone = first.items[5].model_copy(
        update={"steps": 0, "awards": (), "blank": True, "page_id": "", "answer": ""}
    )
    result = first.model_copy(update={"items": (*first.items[:5], gone, first.items[6])})
    text = text_of(error_book(result, results.exam, statistics_of(results), NoPictures()))
    assert "没有收到这一页" in text


@pytest.mark.parametrize(
    ("text", "most", "shown"), [("abc", 9, "abc"), ("浮力变大", 4, "浮力…"), ("", 3, "")]
)
def test_a_long_reason_is_cut_with_an_ellipsis(text: str, most: int, shown: str) -> None:
    assert shortened(text, most) == shown
    assert text_width_mm("浮力", 2.6) > 5.2
