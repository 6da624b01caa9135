"""Error books, marked scripts and the class review, read back from their PDFs."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
from typing import Any

import pytest
from pypdf import PdfReader

from core.cards import Bubble, BubbleField, BubblePurpose
from core.errors import NotFound
from core.geometry import Matrix3
from core.results import CandidateResult, CandidateStatus, ExamResults
from core.rosters import Candidate
from feedback._projection import project
from feedback._red_ink import page_ink
from feedback.charts import histogram, item_bars
from feedback.class_review import build_review, review_pdf, share_minutes, teachability
from feedback.error_book import error_book, lost_items
from feedback.marked_scripts import ScriptPage, marked_script, script_file_name
from feedback.pictures import NoPictures, PictureBox
from feedback.statistics import Statistics, of_class, statistics_of
from tests.feedback.builder import NAMES, a_card, box, png, registration, some_results

#: A grey JPEG of 1 × 1 px.
JPEG = bytes.fromhex(
    "ffd8ffe000104a46494600010100000100010000ffdb004300" + "01" * 64 + "ffc0000b080001000101011100"
    "ffc4001f0000010501010101010100000000000000000102030405060708090a0b"
    "ffc400b5100002010303020403050504040000017d0102030004110512213141061351610722711432"
    "8191a1082342b1c11552d1f02433627282090a161718191a25262728292a3435363738393a43444546"
    "4748494a535455565758595a636465666768696a737475767778797a838485868788898a9293949596"
    "9798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1"
    "e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9faffda0008010100003f00fbd2cfffd9"
)


class DrawnPictures:
    """A picture for everything, and a note of what was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, ...]] = []

    def answer(self, page_id: str, item: str) -> bytes | None:
        self.asked.append(("answer", page_id, item))
        return png(60, 20, 200)

    def blank(self, item: str) -> bytes | None:
        self.asked.append(("blank", item))
        return png(60, 20, 240)

    def figure(self, name: str) -> bytes | None:
        self.asked.append(("figure", name))
        return png(30, 30, 100)


@pytest.fixture(scope="module")
def results() -> ExamResults:
    return some_results()


@pytest.fixture(scope="module")
def statistics(results: ExamResults) -> Statistics:
    return statistics_of(results)


def text_of(pdf: bytes) -> str:
    return re.sub(r"\s+", "", "".join(p.extract_text() for p in PdfReader(io.BytesIO(pdf)).pages))


def fonts_of(pdf: bytes) -> set[str]:
    """Names of all fonts; every one must be embedded."""
    names = set()
    for page in PdfReader(io.BytesIO(pdf)).pages:
        fonts: Any = page["/Resources"]
        for font in fonts.get("/Font", {}).values():
            inner = font.get_object()["/DescendantFonts"][0].get_object()
            descriptor = inner["/FontDescriptor"].get_object()
            assert "/FontFile2" in descriptor or "/FontFile3" in descriptor
            names.add(str(inner["/BaseFont"]))
    return names


def with_full_marks(result: CandidateResult) -> CandidateResult:
    items = tuple(i.model_copy(update={"steps": i.full_steps}) for i in result.items)
    return result.model_copy(update={"items": items, "total_steps": 100})


# --- error books ---------------------------------------------------------------------------------


@pytest.mark.parametrize("index", [0, 1, 2, 3, 4, 5, 6])
def test_a_name_of_rare_characters_or_typst_signs_prints_as_it_is(
    results: ExamResults, statistics: Statistics, index: int
) -> None:
    assert NAMES[index] in text_of(
        error_book(results.candidates[index], results.exam, statistics, NoPictures())
    )


def test_an_error_book_tells_each_lost_item_with_reason_key_and_explanation(
    results: ExamResults, statistics: Statistics
) -> None:
    pictures = DrawnPictures()
    pdf = error_book(results.candidates[0], results.exam, statistics, pictures)
    text = text_of(pdf)
    lost = [i.item for i in lost_items(results.candidates[0])]
    assert lost == ["2", "3", "4", "5", "6", "7"]
    assert all(f"第{number}题" in text for number in lost)
    assert "第1题" not in text
    for part in (
        "应为1000",
        "表述不完整",
        "正确答案",
        "力是改变物体运动状态的原因",
        "惯性只与质量有关",
        "25.5/50",
        "订正",
    ):
        assert part in text
    assert ("answer", "page-0", "6") in pictures.asked
    assert ("figure", "bus") in pictures.asked


def test_an_error_book_names_nobody_else_and_no_place(results: ExamResults, statistics: Statistics) -> None:
    text = text_of(error_book(results.candidates[0], results.exam, statistics, NoPictures()))
    assert not [name for name in NAMES[1:] if name in text]
    assert "名次" not in text


def test_full_marks_get_a_friendly_page_of_their_own(results: ExamResults, statistics: Statistics) -> None:
    pdf = error_book(with_full_marks(results.candidates[0]), results.exam, statistics, NoPictures())
    assert "满分" in text_of(pdf)
    assert len(PdfReader(io.BytesIO(pdf)).pages) == 1


def test_an_absent_student_is_not_told_of_full_marks(results: ExamResults, statistics: Statistics) -> None:
    absent = next(c for c in results.candidates if c.status is CandidateStatus.ABSENT)
    text = text_of(error_book(absent, results.exam, statistics, NoPictures()))
    assert "缺考" in text
    assert "满分" not in text


def test_fonts_are_embedded_and_subset(results: ExamResults, statistics: Statistics) -> None:
    names = fonts_of(error_book(results.candidates[0], results.exam, statistics, NoPictures()))
    assert names
    assert all(re.match(r"/[A-Z]{6}\+", name) for name in names)


def test_a_hostile_answer_stays_literal(results: ExamResults, statistics: Statistics) -> None:
    first = results.candidates[0]
    hostile = '#import "x" $y$ =cmd() <script> \\ ] }'
    five = first.items[4].model_copy(update={"answer_parts": (hostile, "2", "3")})
    changed = first.model_copy(update={"items": (*first.items[:4], five, *first.items[5:])})
    assert re.sub(r"\s", "", hostile) in text_of(error_book(changed, results.exam, statistics, NoPictures()))


def test_a_file_that_is_no_picture_is_left_out() -> None:
    class Broken(NoPictures):
        def blank(self, item: str) -> bytes | None:
            return b"GIF89a"

    pictures = PictureBox(Broken())
    assert pictures.blank("1") == ""
    assert pictures.files == {}


# --- marked scripts ------------------------------------------------------------------------------


def script_page(number: int, *, turned: bool = False, image: bytes = JPEG) -> ScriptPage:
    return ScriptPage(number, image, "image/jpeg", 1680, 2376, registration(turned=turned))


def test_a_marked_script_keeps_the_bytes_of_the_scan_and_stands_in_card_order(results: ExamResults) -> None:
    pdf = marked_script(results.candidates[3], results.exam, a_card(), [script_page(2), script_page(1)])
    pages = PdfReader(io.BytesIO(pdf)).pages
    assert JPEG in pdf
    assert [round(float(pages[0].mediabox[i]) / 72 * 25.4) for i in (2, 3)] == [210, 297]
    assert "总分31.5" in re.sub(r"\s", "", pages[0].extract_text())
    assert "内容" in pages[1].extract_text()


def test_a_script_without_pages_is_refused_by_name(results: ExamResults) -> None:
    with pytest.raises(NotFound, match="王玥"):
        marked_script(results.candidates[0], results.exam, a_card(), [])


@pytest.mark.parametrize(
    ("matrix", "size", "turns"),
    [
        ((8, 0, 0, 0, 8, 0, 0, 0, 1), (1680, 2376), 0),
        ((0, -8, 2376, 8, 0, 0, 0, 0, 1), (2376, 1680), 1),
        ((-8, 0, 1680, 0, -8, 2376, 0, 0, 1), (1680, 2376), 2),
        ((0, 8, 0, -8, 0, 1680, 0, 0, 1), (2376, 1680), 3),
    ],
)
def test_a_turned_scan_is_shown_upright_with_the_ink_in_place(
    matrix: Matrix3, size: tuple[int, int], turns: int
) -> None:
    frame = project(matrix, (210, 297), *size)
    assert frame.quarter_turns == turns
    assert frame.page_mm == pytest.approx((210, 297))
    assert frame.point(30, 50) == pytest.approx((30, 50))


def test_ink_follows_perspective() -> None:
    frame = project((8, 0, 0, 0, 8, 0, 0, 0.0005, 1), (210, 297), 1680, 2376)
    x, y = frame.point(100, 200)
    assert (x / frame.mm_per_px, y / frame.mm_per_px) == pytest.approx((800 / 1.1, 1600 / 1.1))


def test_choice_ink_stands_beside_the_bubbles_and_never_on_the_answer(results: ExamResults) -> None:
    card = a_card()
    result = results.candidates[3]
    ink = page_ink(result, results.exam, card, card.pages[0])
    filled = [
        b.box
        for f in card.pages[0].bubbles
        for b in f.bubbles
        if b.label in result.items[int(f.key) - 1].answer
    ]
    inside = [
        point
        for stroke in ink.strokes
        for point in stroke
        for b in filled
        if b.x_mm < point[0] < b.right_mm and b.y_mm < point[1] < b.bottom_mm
    ]
    assert not inside


def test_reasons_of_lost_points_and_scores_are_on_the_page(results: ExamResults) -> None:
    card, result = a_card(), results.candidates[0]
    ink = page_ink(result, results.exam, card, card.pages[0])
    assert "6 6" in ink.spoken
    assert any("−4 表述不完整" in note.text for note in ink.notes)


def test_a_column_of_bubbles_gets_its_tick_below(results: ExamResults) -> None:
    cells = tuple(Bubble(label=c, box=box(50, 60 + 6 * i, 5, 3)) for i, c in enumerate("ABCD"))
    field = BubbleField(purpose=BubblePurpose.ANSWER, key="1", bubbles=cells)
    page = (
        a_card()
        .pages[0]
        .model_copy(update={"bubbles": (field,), "writing": (), "score_box": box(1, 1, 20, 20)})
    )
    card = a_card().model_copy(update={"pages": (page,)})
    ink = page_ink(results.candidates[0], results.exam, card, page)
    assert any(y > 81 for stroke in ink.strokes for _, y in stroke)


@pytest.mark.parametrize(
    ("candidate", "name"),
    [
        (Candidate(id="1", number="0012", name="王玥", class_name="八(1)班"), "八(1)班_王玥_0012.pdf"),
        (Candidate(id="1", number="12", name="../a/b", class_name="c:d"), "c-d_a-b_12.pdf"),
        (Candidate(id="x9", name="买买提·艾力"), "买买提·艾力_x9.pdf"),
        (Candidate(id="x9", name="a_b\x00\n c"), "a-b-c_x9.pdf"),
    ],
)
def test_a_script_is_named_by_class_name_and_number(candidate: Candidate, name: str) -> None:
    assert script_file_name(candidate) == name


# --- the class review ----------------------------------------------------------------------------


def test_a_review_holds_no_name_and_no_number(results: ExamResults, statistics: Statistics) -> None:
    review = build_review(results, statistics)
    written = review.model_dump_json() + text_of(review_pdf(review, results.exam, DrawnPictures()))
    for candidate in results.candidates:
        assert candidate.candidate.name not in written
        assert candidate.candidate.number not in written


def test_equal_wrong_answers_are_one_group_with_a_crop_to_show(
    results: ExamResults, statistics: Statistics
) -> None:
    review = build_review(results, statistics)
    five = next(i for i in review.items if i.item == "5")
    shown = {(e.part, e.answer): e for e in five.wrong_answers}
    third = shown[("第3空", "克")]
    assert third.count == sum(c.items[4].answer_parts[2] == "克" for c in results.present)
    assert third.page_id.startswith("page-")
    assert third.item == "5"


def test_similar_words_are_one_answer_and_near_numbers_are_not(results: ExamResults) -> None:
    wrong = ("牛顿每千克", "牛顿每千克。", "牛顿每千克呀", "12.5", "12.6")
    candidates = []
    for candidate, text in zip(results.present, wrong, strict=False):
        awards = (
            candidate.items[4].awards[0].model_copy(update={"steps": 0}),
            *candidate.items[4].awards[1:],
        )
        item = candidate.items[4].model_copy(
            update={"answer_parts": (text, "2.5 kg", "千克"), "awards": awards, "steps": 0}
        )
        candidates.append(
            candidate.model_copy(update={"items": (*candidate.items[:4], item, *candidate.items[5:])})
        )
    few = results.model_copy(update={"candidates": tuple(candidates)})
    five = next(i for i in build_review(few, statistics_of(few), wrong_answers=20).items if i.item == "5")
    counts = {e.answer: e.count for e in five.wrong_answers if e.part == "第1空"}
    assert counts["12.5"] == counts["12.6"] == 1
    assert 3 in counts.values()


def test_short_answers_are_grouped_by_the_criterion_that_broke(
    results: ExamResults, statistics: Statistics
) -> None:
    six = next(i for i in build_review(results, statistics, wrong_answers=9).items if i.item == "6")
    assert sum(e.count for e in six.wrong_answers) == sum(
        (c.items[5].steps or 0) < 20 for c in results.present
    )
    assert all(e.broken for e in six.wrong_answers)


def test_items_come_by_what_the_class_can_gain_and_the_minutes_fill_the_lesson(
    results: ExamResults, statistics: Statistics
) -> None:
    review = build_review(results, statistics, lesson_minutes=45)
    gains = [i.gain for i in review.items]
    assert gains == sorted(gains, reverse=True)
    assert sum(i.minutes for i in review.items) + review.opening_minutes == 45


@pytest.mark.parametrize(
    ("gains", "minutes", "shared"),
    [
        ([3.0, 1.0], 12, [8, 4]),
        ([5.0, 0.0], 10, [10, 0]),
        ([], 10, []),
        ([0.0], 10, [0]),
        ([1.0] * 20, 10, [2] * 5 + [0] * 15),
        ([1.0, 1.0, 1.0], 10, [4, 3, 3]),
    ],
)
def test_minutes_are_shared_by_gain_with_two_at_least(
    gains: list[float], minutes: int, shared: list[int]
) -> None:
    assert share_minutes(gains, minutes) == shared


def test_an_item_that_hardly_anyone_solved_is_less_teachable(statistics: Statistics) -> None:
    item = statistics.items[0]
    hard = item.model_copy(update={"score_rate": 0.05})
    assert teachability(hard) < teachability(item.model_copy(update={"score_rate": 0.5}))
    assert teachability(item.model_copy(update={"score_rate": None})) == 0.0


def test_a_class_of_its_own_is_named_and_an_empty_one_can_be_reviewed(results: ExamResults) -> None:
    own = of_class(results, "八(1)班")
    assert build_review(own, statistics_of(own)).class_name == "八(1)班"
    nobody = results.model_copy(update={"candidates": results.candidates[-1:]})
    review = build_review(nobody, statistics_of(nobody))
    assert review.mean is None
    assert "讲评" in text_of(review_pdf(review, results.exam, NoPictures()))


def test_charts_are_well_formed_and_escape_what_they_are_given(
    results: ExamResults, statistics: Statistics
) -> None:
    review = build_review(results, statistics)
    hostile = review.items[0].model_copy(update={"item": "<script>&"})
    for svg in (histogram(review.bands), item_bars([hostile, *review.items[1:]], title='"><script>')):
        assert ET.fromstring(svg).tag.endswith("svg")
        assert "<script" not in svg
        assert "style=" not in svg
    assert histogram(review.bands).count("<rect") == len(review.bands)
