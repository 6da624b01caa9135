"""Drawn cards: the print stands where the card's data says, and machines can read it."""

from __future__ import annotations

import cv2
import numpy as np
import pypdfium2
import pytest
import zxingcpp

from core.cards import PX_PER_MM, Card
from core.exams import CardOptions, Exam
from core.pages import PageCode
from core.rosters import Candidate
from ocr.cards import blank_pages, design_card, draw_card, page_code_text, parse_page_code
from tests.ocr.test_cards_design import PAPERS, card_options, essay, exam_of, school_exam, short

Picture = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]


def rendered(exam: Exam, *candidates: Candidate) -> tuple[Card, bytes, list[Picture]]:
    card = design_card(exam, 1)
    pdf = draw_card(card, exam, candidates)
    pages = blank_pages(pdf, len(card.pages))
    return card, pdf, [decoded(page) for page in pages]


def decoded(png: bytes) -> Picture:
    picture = cv2.imdecode(np.frombuffer(png, dtype=np.uint8), cv2.IMREAD_GRAYSCALE)
    return np.asarray(picture, dtype=np.uint8)


@pytest.mark.parametrize("paper", PAPERS)
def test_markers_codes_and_page_sizes_are_where_the_card_says(paper: tuple[str, int]) -> None:
    card, pdf, pictures = rendered(school_exam(card_options(paper)))
    document = pypdfium2.PdfDocument(pdf)
    assert len(document) == len(card.pages)
    detector = cv2.aruco.ArucoDetector(cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50))
    for page, picture, printed in zip(card.pages, pictures, document, strict=True):
        width_mm, height_mm = (length * 25.4 / 72 for length in printed.get_size())
        assert width_mm == pytest.approx(page.width_mm, abs=0.1)
        assert height_mm == pytest.approx(page.height_mm, abs=0.1)
        corners, ids, _ = detector.detectMarkers(picture)
        centres = {int(i): c[0].mean(axis=0) + 0.5 for c, i in zip(corners, ids.ravel(), strict=True)}
        assert len(centres) == 4
        for fiducial in page.fiducials:
            x, y = centres[fiducial.marker_id] / PX_PER_MM
            assert np.hypot(x - fiducial.centre.x_mm, y - fiducial.centre.y_mm) < 0.2
        assert page.code_box is not None
        (code,) = zxingcpp.read_barcodes(picture)
        assert parse_page_code(code.text) == PageCode(exam_id="test-exam", card_revision=1, page=page.number)
        middle = code.position.top_left, code.position.bottom_right
        x_mm = (middle[0].x + middle[1].x) / 2 / PX_PER_MM
        assert x_mm == pytest.approx(page.code_box.centre.x_mm, abs=0.3)
    document.close()


def test_every_bubble_is_drawn_as_a_pale_outline_at_its_place() -> None:
    card, _, (picture, *_) = rendered(school_exam())
    for group in card.pages[0].bubbles:
        for bubble in group.bubbles:
            box, scale = bubble.box, PX_PER_MM
            left, right = round(box.x_mm * scale), round(box.right_mm * scale)
            top, bottom = round(box.y_mm * scale), round(box.bottom_mm * scale)
            outline = picture[top + 8 : bottom - 8, left - 2 : left + 3].min(axis=1)
            assert outline.max() < 200, (group.key, bubble.label)
            inside = picture[top + 4 : bottom - 4, left + 4 : right - 4]
            assert inside.mean() > 205, "an empty bubble must be light"


def test_a_prenamed_copy_carries_name_and_number_on_every_page() -> None:
    people = [
        Candidate(id="a", number="27090101", name="陈玥", class_name="九(1)班"),
        Candidate(id="b", number="27090102", name="阿依努尔·买买提", class_name="九(1)班"),
    ]
    exam = school_exam(card_options(layout="prenamed"))
    card = design_card(exam, 1)
    pdf = draw_card(card, exam, people)
    document = pypdfium2.PdfDocument(pdf)
    assert len(document) == 2 * len(card.pages)
    for index, page in enumerate(document):
        text = page.get_textpage().get_text_bounded()
        assert people[index // len(card.pages)].name in text
    document.close()
    for index, png in enumerate(blank_pages(pdf, 2 * len(card.pages))):
        (code,) = zxingcpp.read_barcodes(decoded(png))
        parsed = parse_page_code(code.text)
        assert parsed is not None
        assert parsed.candidate_number == people[index // len(card.pages)].number
        assert parsed.page == index % len(card.pages) + 1


def test_text_of_people_is_printed_as_it_is() -> None:
    exam = exam_of((short(1),), title="#set $x$ *期中* _a_", card=card_options())
    pdf = draw_card(design_card(exam, 1), exam)
    document = pypdfium2.PdfDocument(pdf)
    assert "#set $x$ *期中* _a_" in document[0].get_textpage().get_text_bounded()
    document.close()


def test_an_english_card_says_its_words_in_english() -> None:
    exam = exam_of((essay(1, 400, ruled=True),), language="en", subject="English", title="Mid-term Test")
    pdf = draw_card(design_card(exam, 1), exam)
    document = pypdfium2.PdfDocument(pdf)
    text = document[0].get_textpage().get_text_bounded()
    document.close()
    assert "Instructions" in text and "Page 1 of 1" in text and "注意事项" not in text


def test_a_card_page_is_blank_inside_its_answer_boxes() -> None:
    card, _, (picture, *_) = rendered(exam_of((short(1, 60),)))
    (region,) = card.pages[0].writing
    inner = region.box.grown(-1.0)
    scale = PX_PER_MM
    below_label = picture[
        round((inner.y_mm + 6) * scale) : round(inner.bottom_mm * scale),
        round(inner.x_mm * scale) : round(inner.right_mm * scale),
    ]
    assert below_label.min() == 255


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("ZP1|physics-g9|1|2", PageCode(exam_id="physics-g9", card_revision=1, page=2)),
        (
            "ZP1|physics-g9|12|1|27090101",
            PageCode(exam_id="physics-g9", card_revision=12, page=1, candidate_number="27090101"),
        ),
        ("ZP2|physics-g9|1|2", None),
        ("ZP1|physics-g9|1", None),
        ("ZP1|physics-g9|one|2", None),
        ("ZP1|physics-g9|0|2", None),
        ("ZP1||1|2", None),
        ("ZP1|a|1|2|3|4", None),
        ("ZP1|a|1|2|../../etc", None),
        ("ZP1|a|99999|2", None),
        ("https://example.org", None),
        ("", None),
    ],
)
def test_a_page_code_says_all_or_nothing(text: str, code: PageCode | None) -> None:
    assert parse_page_code(text) == code


def test_a_page_code_is_read_as_it_was_written() -> None:
    text = page_code_text("physics-g9-mid", 3, 2, "27090101")
    assert parse_page_code(text) == PageCode(
        exam_id="physics-g9-mid", card_revision=3, page=2, candidate_number="27090101"
    )


def test_the_longest_code_fits_its_box_with_room_for_each_module() -> None:
    options = CardOptions(number_layout=card_options(layout="prenamed").number_layout)
    exam = exam_of((short(1),), id="x" * 40, card=options)
    _, _, (picture, *_) = rendered(exam, Candidate(id="a", number="1" * 20, name="王"))
    (code,) = zxingcpp.read_barcodes(cv2.resize(picture, None, fx=0.75, fy=0.75))  # 150 dpi
    assert code.text.endswith("1" * 20)
