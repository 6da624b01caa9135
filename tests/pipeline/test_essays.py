"""Facts about essays in a whole exam: read in a job, kept beside the marks, never one of them."""

from __future__ import annotations

import random

import pytest

from core.errors import BadInput, NotFound
from core.geometry import BoxMm
from core.marks import MarkState
from core.pages import TextLine
from pipeline import essay_reading
from pipeline.essays import ask_essays, essay_facts_of, essay_report, flag_pair
from tests.marking.essays.made import prose
from tests.pipeline.homes import OFFICE, Home


def put_text(home: Home, page: str, number: str, text: str) -> None:
    """The page as if this had been read on it."""
    with home.tb.store.write() as uow:
        reading = uow.pages.reading(page)
        assert reading is not None
        old = reading.texts_of(number)[0]
        lines = tuple(
            TextLine(
                text=text[at : at + 20],
                box=BoxMm(x_mm=20, y_mm=20 + at, width_mm=100, height_mm=7),
                probability=0.9,
            )
            for at in range(0, len(text), 20)
        )
        new = old.model_copy(update={"lines": lines, "blank": False, "engine": "written down"})
        texts = tuple(new if t is old else t for t in reading.texts)
        uow.pages.add_reading(home.exam_id, reading.model_copy(update={"texts": texts}))


def pages_of(home: Home, number: str) -> list[str]:
    placed = {e.page.id for e in home.entries if e.candidate_id}
    return sorted(page for page, item in home.marks if item == number and page in placed)


def test_an_essay_is_read_and_its_facts_stand_beside_the_mark_which_stays_as_it_was(marked: Home) -> None:
    before = {k: m for k, m in marked.marks.items() if k[1] == "10"}
    ask_essays(marked.tb, marked.exam_id, "10")
    marked.work()
    pages = pages_of(marked, "10")
    with marked.tb.store.read() as uow:
        report = essay_report(uow, marked.exam_id, "10")
        facts = {page: essay_facts_of(uow, marked.exam_id, page, "10") for page in pages}
        readings = uow.pages.readings(marked.exam_id)
    assert report is not None
    assert set(report.facts) >= set(pages)
    written = [p for p in pages if not all(t.blank for t in readings[p].texts_of("10"))]
    assert written
    for page in written:
        assert facts[page] is not None
        assert readings[page].texts_of("10")[0].engine
        assert facts[page].cells  # type: ignore[union-attr]
    assert {k: m for k, m in marked.marks.items() if k[1] == "10"} == before


def test_reading_again_reads_nothing_twice(marked: Home) -> None:
    ask_essays(marked.tb, marked.exam_id, "10")
    marked.work()
    with marked.tb.store.read() as uow:
        before = uow.pages.readings(marked.exam_id)
        first = essay_report(uow, marked.exam_id, "10")
    ask_essays(marked.tb, marked.exam_id, "10")
    marked.work()
    with marked.tb.store.read() as uow:
        assert uow.pages.readings(marked.exam_id) == before
        again = essay_report(uow, marked.exam_id, "10")
    assert first is not None
    assert again is not None
    assert again.model_copy(update={"at": first.at}) == first


def test_two_essays_alike_are_a_pair_and_both_go_to_the_office(marked: Home) -> None:
    pages = pages_of(marked, "10")
    assert len(pages) >= 2
    rng = random.Random(1)
    shared = prose(rng, 200)
    for n, page in enumerate(pages):
        put_text(marked, page, "10", (shared if n < 2 else "") + prose(rng, 200))
    ask_essays(marked.tb, marked.exam_id, "10")
    marked.work()
    with marked.tb.store.read() as uow:
        report = essay_report(uow, marked.exam_id, "10")
        facts = essay_facts_of(uow, marked.exam_id, pages[0], "10")
    assert report is not None
    assert facts is not None
    assert [(p.first, p.second) for p in report.pairs] == [(pages[0], pages[1])]
    assert [p.source for p in facts.from_another] == ["另一份作答"]
    assert pages[1] not in facts.model_dump_json()
    assert flag_pair(marked.tb, marked.exam_id, "10", report.pairs[0], OFFICE) == 2
    for page in pages[:2]:
        mark = marked.marks[page, "10"]
        assert (mark.flag, mark.state, mark.by) == ("雷同", MarkState.PROPOSED, OFFICE)
    assert flag_pair(marked.tb, marked.exam_id, "10", report.pairs[0], OFFICE) == 0


def test_short_answers_are_compared_from_sixty_signs_on(marked: Home) -> None:
    pages = pages_of(marked, "7")
    rng = random.Random(2)
    text = prose(rng, 90)
    for page in pages[:2]:
        put_text(marked, page, "7", text)
    for page in pages[2:]:
        put_text(marked, page, "7", text[:50])
    ask_essays(marked.tb, marked.exam_id, "7")
    marked.work()
    with marked.tb.store.read() as uow:
        report = essay_report(uow, marked.exam_id, "7")
    assert report is not None
    assert report.answers == 2
    assert [(p.first, p.second) for p in report.pairs] == [(pages[0], pages[1])]


def test_what_the_standard_asks_for_is_not_alike(marked: Home) -> None:
    exam = marked.exam
    paper = essay_reading.paper_texts(exam, exam.item("7"))
    assert any("压强与深度有关" in text.text for text in paper)
    assert all(text.name for text in paper if "压强" in text.text)


def test_only_long_answers_can_be_compared(marked: Home) -> None:
    with pytest.raises(BadInput, match="不是作文或解答题"):
        ask_essays(marked.tb, marked.exam_id, "2")
    with pytest.raises(NotFound, match="没有第 99 题"):
        ask_essays(marked.tb, marked.exam_id, "99")


def test_nobody_asked_so_there_are_no_facts(marked: Home) -> None:
    with marked.tb.store.read() as uow:
        assert essay_facts_of(uow, marked.exam_id, pages_of(marked, "10")[0], "10") is None
