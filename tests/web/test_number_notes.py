"""What was noted about the digits of a 考号 reaches the office, in both languages."""

from __future__ import annotations

import pytest
from flask_babel import force_locale

from core.pages import DigitReading, NumberReading
from ocr.photos.doubts import UNCLEAR
from tests.web.conftest import Person, Site
from tests.web.school import EXAM_ID
from web.number_notes import number_notes

BASE = f"/exams/{EXAM_ID}"


def number(source: str, *notes: str) -> NumberReading:
    return NumberReading(
        source=source,
        digits=tuple(DigitReading(probabilities=(0.1,) * 10, blank=0.0, note=note) for note in notes),
    )


@pytest.mark.parametrize(
    ("reading", "chinese", "english"),
    [
        (number("digits", "", ""), [], []),
        (NumberReading(source="code", text="20260101"), [], []),
        (number("digits", "", "crossed out"), ["手写第 2 格：划掉了"], ["Written box 2: crossed out"]),
        (
            number("digits", "overwritten", "", "overwritten"),
            ["手写第 1, 3 格：改写过"],
            ["Written box 1, 3: written over"],
        ),
        (
            number("digits", "crossed out; beside it 5", "overwritten; beside it 0"),
            ["手写第 1 格：划掉了，旁边写着 5", "手写第 2 格：改写过，旁边写着 0"],
            ["Written box 1: crossed out, beside it 5", "Written box 2: written over, beside it 0"],
        ),
        (
            number("bubbles", "", UNCLEAR, UNCLEAR),
            ["填涂第 2, 3 列：图像不清"],
            ["Filled column 2, 3: Image unclear"],
        ),
        (number("digits", "something new"), ["手写第 1 格：something new"], ["Written box 1: something new"]),
    ],
)
def test_notes_of_digits_are_told_in_words(
    site: Site, reading: NumberReading, chinese: list[str], english: list[str]
) -> None:
    for language, words in (("zh", chinese), ("en", english)):
        with site.app.test_request_context(), force_locale(language):
            assert number_notes([reading]) == words


def test_the_identity_queue_tells_what_was_noted_about_the_number(site: Site, office: Person) -> None:
    task = office.fetch(f"{BASE}/identity/queue.json").get_json()[0]
    assert task["notes"] == []
    with site.tb.store.write() as uow:
        reading = uow.pages.reading(task["page"])
        assert reading is not None
        spoilt = number("digits", "", "crossed out; beside it 5")
        uow.pages.add_reading(EXAM_ID, reading.model_copy(update={"numbers": (spoilt,)}))
    task = office.fetch(f"{BASE}/identity/queue.json").get_json()[0]
    assert task["notes"] == ["手写第 2 格：划掉了，旁边写着 5"]


def test_the_second_side_of_a_sheet_is_named(site: Site, office: Person) -> None:
    with site.tb.store.write() as uow:
        held = uow.pages.entry("held1")
        back = held.page.model_copy(update={"id": "held2", "source_index": held.page.source_index + 50})
        uow.pages.add(back, held.state, reason=held.reason)
        uow.pages.update("held2", held_for="identity", card_id=held.card_id, card_page=2, sheet=held.sheet)
        reading = uow.pages.reading("held1")
        assert reading is not None
        spoilt = (number("digits", "overwritten"),)
        update = {"page_id": "held2", "card_page": 2, "numbers": spoilt}
        uow.pages.add_reading(EXAM_ID, reading.model_copy(update=update))
    task = office.fetch(f"{BASE}/identity/queue.json").get_json()[0]
    assert task["notes"] == ["第 2 面：手写第 1 格：改写过"]
