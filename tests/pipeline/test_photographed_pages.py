"""Photographed pages: held with advice where they cannot be seen, laid flat where they curl, never guessed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from benchmarks import faults
from core.ledger import PageEntry
from core.marks import MarkState
from core.pages import BubbleVerdict, PageState
from ocr.intake import decode_grey, open_scan
from ocr.rasters import Grey
from pipeline.progress import exam_progress
from tests.pipeline.homes import Home, found_exam, scanned, upload
from tests.pipeline.small_exam import small_roster


@pytest.fixture(scope="module")
def exam(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    home = found_exam(tmp_path_factory.mktemp("photos") / "home", text_engine="null")
    yield home
    home.tb.store.close()


@pytest.fixture(scope="module")
def sides(exam: Home) -> tuple[Grey, Grey]:
    """Front and back of a sheet with which nothing is wrong, upright."""
    stack = scanned(exam, small_roster(4), seed=7)
    images = [decode_grey(page.content) for page in open_scan(stack.pdf, "stack.pdf")]
    people = stack.truth["candidates"]
    sound = next(number for number, person in people.items() if not person["faults"])
    found = {}
    for scan in stack.truth["scans"]:
        if scan["number"] == sound:
            image = images[scan["index"]]
            found[scan["page"]] = np.ascontiguousarray(image[::-1, ::-1] if scan["upside_down"] else image)
    return found[1], found[2]


def taken_in(exam: Home, picture: faults.Picture) -> str:
    """Upload one photo and read it; returns the page's id."""
    before = {entry.page.id for entry in exam.entries}
    upload(exam, picture.jpeg, "IMG_1.jpg")
    exam.work()
    (new,) = {entry.page.id for entry in exam.entries} - before
    return new


def entry_of(exam: Home, page: str) -> PageEntry:
    return next(entry for entry in exam.entries if entry.page.id == page)


def test_a_photo_that_is_blurred_in_a_corner_is_held_with_advice(
    exam: Home, sides: tuple[Grey, Grey]
) -> None:
    picture = faults.corner_blur(*sides, 1.0, np.random.default_rng(0))
    entry = entry_of(exam, taken_in(exam, picture))
    assert (entry.state, entry.held_for) == (PageState.HELD, "retake")
    assert entry.reason.startswith("请重拍: ")
    assert "左下角模糊" in entry.reason
    with exam.tb.store.read() as uow:
        assert uow.pages.reading(entry.page.id) is None
        assert not uow.marks.any_of_page(entry.page.id)
    # It is a page of this exam: nobody is told that the file is none of its cards.
    assert not any("都没有认出" in words for words in exam_progress(exam.tb, exam.exam_id).failed_jobs)


def test_a_photo_that_shows_no_card_clearly_says_why(exam: Home, sides: tuple[Grey, Grey]) -> None:
    entry = entry_of(exam, taken_in(exam, faults.blur(*sides, 0.7, np.random.default_rng(0))))
    assert (entry.state, entry.held_for) == (PageState.HELD, "retake")
    assert entry.reason.startswith("请重拍: 画面模糊。(")
    (message,) = (m for m in exam_progress(exam.tb, exam.exam_id).failed_jobs if "画面模糊" in m)
    assert message == (
        "IMG_1.jpg: 这一页要重拍: 画面模糊。重拍后直接再上传, 旧的那张在“核对”的“其他处理”里点“作废”。"
    )


def test_a_photo_without_two_corners_is_to_be_taken_again(exam: Home, sides: tuple[Grey, Grey]) -> None:
    cut = sides[0][:, : round(0.9 * sides[0].shape[1])]
    entry = entry_of(exam, taken_in(exam, faults.Picture(np.ascontiguousarray(cut))))
    assert (entry.state, entry.held_for) == (PageState.HELD, "retake")
    assert entry.reason.startswith("请重拍: 四个角没有拍全或被遮住")
    assert any("这一页要重拍: 四个角没有拍全" in m for m in exam_progress(exam.tb, exam.exam_id).failed_jobs)


def test_a_curled_page_is_read_and_its_warp_is_kept(exam: Home, sides: tuple[Grey, Grey]) -> None:
    page = taken_in(exam, faults.curl(*sides, 2.5, np.random.default_rng(0)))
    with exam.tb.store.read() as uow:
        reading = uow.pages.reading(page)
    assert reading is not None
    assert reading.registration.warp is not None
    assert reading.notes == ()
    sure = [bubble for bubble in reading.bubbles if bubble.verdict is not BubbleVerdict.DOUBTFUL]
    flat = taken_in(exam, faults.Picture(sides[0]))
    with exam.tb.store.read() as uow:
        plain = uow.pages.reading(flat)
    assert plain is not None
    assert len(sure) >= 3
    for bubble in sure:
        assert bubble.marked == getattr(plain.bubble(bubble.key), "marked", None)


def test_answers_under_a_reflection_go_to_a_person(exam: Home, sides: tuple[Grey, Grey]) -> None:
    """The lamp shines on the middle of the choices; the others are settled as ever."""
    front = sides[0]
    field = exam.card.pages[0].bubbles[-3]
    x, y = field.bubbles[0].box.centre.x_mm, field.bubbles[0].box.centre.y_mm
    columns, rows = np.meshgrid(np.arange(front.shape[1]), np.arange(front.shape[0]))
    away = np.hypot(columns / faults.MM - x, rows / faults.MM - y)
    flash = 330 / (1 + np.exp(np.clip((away - 9) / 0.8, -40, 40)))
    shining = np.clip(0.82 * front + flash, 0, 255).astype(np.uint8)
    page = taken_in(exam, faults.Picture(shining))
    with exam.tb.store.read() as uow:
        reading = uow.pages.reading(page)
        marks = uow.marks.of_exam(exam.exam_id)
    assert reading is not None
    assert any("反光" in note for note in reading.notes)
    hidden = reading.bubble(field.key)
    assert hidden is not None
    assert hidden.verdict is BubbleVerdict.DOUBTFUL
    assert marks[page, field.key].state is MarkState.PROPOSED
    assert any(bubble.verdict is not BubbleVerdict.DOUBTFUL for bubble in reading.bubbles)
