"""The layout of designed cards: what must hold for every exam, paper and number layout."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.cards import BubblePurpose, Card, CardPage, PrintedKind, WritingKind
from core.errors import CardInvalid
from core.exams import (
    Blank,
    CardOptions,
    Criterion,
    Essay,
    Exam,
    Fill,
    Item,
    MultipleChoice,
    NumberLayout,
    OptionalGroup,
    Section,
    ShortAnswer,
    SingleChoice,
    TrueFalse,
)
from core.geometry import BoxMm
from ocr.cards import design_card, grid_cells
from ocr.cards import measures as m

PAPERS = (("A4", 1), ("A3", 2), ("A3", 3))


def card_options(paper: tuple[str, int] = ("A4", 1), layout: str = "bubbles", digits: int = 8) -> CardOptions:
    return CardOptions.model_validate(
        {"paper": paper[0], "columns": paper[1], "number_layout": layout, "number_digits": digits}
    )


def single(number: object, options: str = "ABCD") -> SingleChoice:
    choices = tuple({"label": label} for label in options)
    return SingleChoice.model_validate(
        {"number": str(number), "full_steps": 2, "key": ("A",), "options": choices}
    )


def fill(number: object, *widths_mm: float) -> Fill:
    blanks = tuple(Blank(steps=1, accepted=("x",), width_mm=width) for width in widths_mm)
    return Fill(number=str(number), full_steps=len(blanks), blanks=blanks)


def short(number: object, height_mm: float = 40.0) -> ShortAnswer:
    criteria = (Criterion(id="1", steps=6, statement="s"),)
    return ShortAnswer(number=str(number), full_steps=6, criteria=criteria, height_mm=height_mm)


def essay(number: object, characters: int = 600, ruled: bool = False) -> Essay:
    return Essay(number=str(number), full_steps=20, characters=characters, ruled=ruled)


def exam_of(*sections: tuple[Item, ...], card: CardOptions | None = None, **fields: object) -> Exam:
    return Exam.model_validate(
        {
            "id": "test-exam",
            "title": "期中质量检测",
            "subject": "物理",
            "grade": "九年级",
            "sections": tuple(Section(title=f"第{i}大题", items=s) for i, s in enumerate(sections, 1)),
            "card": card or card_options(),
            **fields,
        }
    )


def school_exam(card: CardOptions | None = None) -> Exam:
    """Twenty single choices, four multiple, four fills, three short answers and an essay."""
    multiple = tuple(MultipleChoice(number=str(n), full_steps=4, key=("A", "B")) for n in range(21, 25))
    return exam_of(
        tuple(single(n) for n in range(1, 21)),
        multiple,
        tuple(fill(n, 45.0) for n in range(25, 29)),
        (short(29), short(30), short(31)),
        (essay(32, 300),),
        card=card,
    )


def overlap(one: BoxMm, other: BoxMm) -> bool:
    slack = 0.002  # boxes are rounded to micrometres
    return (
        one.x_mm + slack < other.right_mm
        and other.x_mm + slack < one.right_mm
        and one.y_mm + slack < other.bottom_mm
        and other.y_mm + slack < one.bottom_mm
    )


def filled_places(page: CardPage) -> Iterator[tuple[str, BoxMm]]:
    """Everything that is read or must stay clear, with a name for messages."""
    for fiducial in page.fiducials:
        side = fiducial.side_mm
        marker = BoxMm(
            x_mm=fiducial.centre.x_mm - side / 2,
            y_mm=fiducial.centre.y_mm - side / 2,
            width_mm=side,
            height_mm=side,
        )
        yield f"marker {fiducial.marker_id}", marker.grown(side / 6)  # one cell of white
    for name in ("code_box", "sticker_box", "score_box", "name_box"):
        where = getattr(page, name)
        if where is not None:
            yield name, where
    for index, digit_box in enumerate(page.number_boxes):
        yield f"digit {index}", digit_box
    for group in page.bubbles:
        for bubble in group.bubbles:
            yield f"bubble {group.key} {bubble.label}", bubble.box
    for region in page.writing:
        yield f"writing {region.item}/{region.part}", region.box


def assert_sound(card: Card, exam: Exam) -> None:
    """All that must hold for any card."""
    assert [page.number for page in card.pages] == list(range(1, len(card.pages) + 1))
    for page in card.pages:
        assert len(page.fiducials) == 4
        assert page.code_box is not None and page.code_box.width_mm >= 20
        places = list(filled_places(page))
        for name, where in places:
            assert where.x_mm >= 5 and where.y_mm >= 5, name
            assert where.right_mm <= page.width_mm - 5 and where.bottom_mm <= page.height_mm - 5, name
        for (name, one), (other_name, other) in combinations(places, 2):
            assert not overlap(one, other), f"{name} and {other_name} on page {page.number}"
        markers = [where for name, where in places if name.startswith("marker")]
        for printed in page.printed:
            for marker in markers:
                assert not overlap(printed.box, marker), f"{printed.text!r} touches a marker"
        words = [p for p in page.printed if p.kind is PrintedKind.TEXT and p.text]
        bubbles = [(name, where) for name, where in places if name.startswith(("bubble", "digit", "code"))]
        for printed in words:
            for name, where in bubbles:
                assert not overlap(printed.box, where), f"{printed.text!r} touches {name}"
        for text, next_text in combinations(words, 2):
            assert not overlap(text.box, next_text.box), f"{text.text!r} touches {next_text.text!r}"
    assert_every_item_has_its_place(card, exam)


def assert_every_item_has_its_place(card: Card, exam: Exam) -> None:
    column_mm = m.PAPER_MM[exam.card.paper][1] - m.TOP_MM - m.BOTTOM_MM
    for item in exam.items:
        pages = card.pages_of(item.number)
        assert pages, item.number
        assert all(item.number in card.page(number).item_boxes for number in pages)
        regions = [r for page in card.pages for r in page.writing if r.item == item.number]
        assert [region.part for region in regions] == list(range(len(regions)))
        if isinstance(item, Fill):
            assert len(regions) == len(item.blanks)
            assert len(pages) == 1
        elif isinstance(item, ShortAnswer):
            height = sum(region.box.height_mm for region in regions)
            assert height >= item.height_mm - 2 * len(regions)
            assert len(regions) == 1 or item.height_mm > column_mm - 40
        elif isinstance(item, Essay) and not item.ruled:
            assert sum(len(grid_cells(region)) for region in regions) >= item.characters


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("layout", list(NumberLayout))
@pytest.mark.parametrize("digits", [4, 8, 14])
def test_the_school_exam_fits_every_paper_and_number_layout(
    paper: tuple[str, int], layout: NumberLayout, digits: int
) -> None:
    exam = school_exam(card_options(paper, layout.value, digits))
    card = design_card(exam, 1)
    assert_sound(card, exam)
    first = card.pages[0]
    assert (first.width_mm, first.height_mm) == ((210, 297) if paper[0] == "A4" else (420, 297))
    number_fields = [g for g in first.bubbles if g.purpose is BubblePurpose.NUMBER]
    assert len(number_fields) == (digits if layout is NumberLayout.BUBBLES else 0)
    assert len(first.number_boxes) == (0 if layout is NumberLayout.PRENAMED else digits)
    assert (first.sticker_box is not None) == (layout is NumberLayout.STICKER)


items = st.one_of(
    st.builds(lambda n: ("single", n), st.integers(1, 30)),
    st.builds(lambda n: ("true_false", n), st.integers(1, 12)),
    st.builds(lambda widths: ("fill", widths), st.lists(st.floats(9, 170), min_size=1, max_size=8)),
    st.builds(lambda height: ("short", height), st.floats(12, 500)),
    st.builds(lambda count: ("essay", count), st.integers(60, 2000)),
    st.builds(lambda count: ("ruled", count), st.integers(60, 2000)),
)


def built(plan: list[list[tuple[str, object]]]) -> tuple[tuple[Item, ...], ...]:
    sections, number = [], 0
    for section in plan:
        made: list[Item] = []
        for kind, value in section:
            for _ in range(value if kind in ("single", "true_false") and isinstance(value, int) else 1):
                number += 1
                made.append(_item(kind, value, number))
        sections.append(tuple(made))
    return tuple(sections)


def _item(kind: str, value: object, number: int) -> Item:
    if kind == "single":
        return single(number)
    if kind == "true_false":
        return TrueFalse(number=str(number), full_steps=1, key=True)
    if kind == "fill":
        assert isinstance(value, list)
        return fill(number, *value)
    if kind == "short":
        assert isinstance(value, float)
        return short(number, value)
    assert isinstance(value, int)
    return essay(number, value, ruled=kind == "ruled")


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(
    plan=st.lists(st.lists(items, min_size=1, max_size=4), min_size=1, max_size=4),
    paper=st.sampled_from(PAPERS),
    layout=st.sampled_from([layout.value for layout in NumberLayout]),
    digits=st.integers(4, 14),
)
def test_any_exam_either_lies_soundly_or_is_refused(
    plan: list[list[tuple[str, object]]], paper: tuple[str, int], layout: str, digits: int
) -> None:
    exam = exam_of(*built(plan), card=card_options(paper, layout, digits))
    try:
        card = design_card(exam, 3)
    except CardInvalid as error:
        assert "页" in error.message
        return
    assert_sound(card, exam)


def test_choices_stand_in_groups_of_five_one_below_the_other() -> None:
    card = design_card(school_exam(), 1)
    boxes = {g.key: g.bubbles[0].box for g in card.pages[0].bubbles if g.purpose is BubblePurpose.ANSWER}
    assert [boxes[str(n)].x_mm for n in range(1, 6)] == [boxes["1"].x_mm] * 5
    assert boxes["6"].x_mm > boxes["1"].x_mm and boxes["6"].y_mm == boxes["1"].y_mm
    ys = [boxes[str(n)].y_mm for n in range(1, 6)]
    assert ys == sorted(ys)
    assert len({boxes[str(n)].y_mm for n in range(21, 25)}) == 1  # four items share one row


def test_bubbles_carry_the_items_own_labels() -> None:
    exam = exam_of((single(1, "ABCDEF"), single(2, "AB"), TrueFalse(number="3", full_steps=1, key=False)))
    groups = {g.key: g for g in design_card(exam, 1).pages[0].bubbles if g.purpose is BubblePurpose.ANSWER}
    assert [b.label for b in groups["1"].bubbles] == list("ABCDEF")
    assert [b.label for b in groups["2"].bubbles] == ["A", "B"]
    assert [b.label for b in groups["3"].bubbles] == ["T", "F"]


def test_only_multiple_choices_take_more_than_one_mark() -> None:
    groups = [g for g in design_card(school_exam(), 1).pages[0].bubbles if g.purpose is BubblePurpose.ANSWER]
    assert [g.key for g in groups if g.multiple] == ["21", "22", "23", "24"]


def test_a_short_answer_that_fits_a_column_is_never_cut() -> None:
    exam = exam_of((short(1, 150), short(2, 150), short(3, 150), short(4, 90)))
    regions = [r for page in design_card(exam, 1).pages for r in page.writing]
    assert [(r.item, r.part) for r in regions] == [("1", 0), ("2", 0), ("3", 0), ("4", 0)]


def test_a_short_answer_longer_than_a_page_goes_on_overleaf() -> None:
    exam = exam_of((short(1, 500),))
    card = design_card(exam, 1)
    assert card.pages_of("1") == tuple(range(1, len(card.pages) + 1))
    labels = [p.text for page in card.pages for p in page.printed if p.text.startswith("1.（")]
    assert labels[0] == "1.（6分）" and all(label.endswith("（续）") for label in labels[1:])


def test_a_section_title_stays_with_its_first_item() -> None:
    for height in range(60, 190, 10):
        exam = exam_of((short(1, height),), (short(2, 60),))
        for page in design_card(exam, 1).pages:
            titles = [p for p in page.printed if p.text.startswith("第2大题")]
            assert not titles or any(r.item == "2" for r in page.writing)


def test_room_that_is_left_goes_to_the_answer_boxes() -> None:
    exam = exam_of((short(1, 60), short(2, 60)))
    regions = design_card(exam, 1).pages[0].writing
    assert all(region.box.height_mm > 75 for region in regions)


def test_short_fill_lines_share_a_row_and_long_ones_are_cut_to_the_column() -> None:
    exam = exam_of((fill(1, 40.0), fill(2, 40.0), fill(3, 170.0)), card=card_options(("A3", 3)))
    first, second, third = (r.box for r in design_card(exam, 1).pages[0].writing)
    assert first.y_mm == second.y_mm < third.y_mm
    assert third.right_mm <= m.SIDE_MM + 126.7
    assert 9 <= first.height_mm <= 10


@pytest.mark.parametrize("paper", PAPERS)
def test_the_essay_grid_counts_every_hundred_characters(paper: tuple[str, int]) -> None:
    exam = exam_of((essay(1, 820),), card=card_options(paper))
    cells, marks = [], []
    for page in design_card(exam, 1).pages:
        cells += [(page.number, c) for r in page.writing if r.kind is WritingKind.GRID for c in grid_cells(r)]
        marks += [(page.number, p) for p in page.printed if p.text.endswith("字") and p.text[0].isdigit()]
    shown = {int(p.text[:-1]): (number, p.box) for number, p in marks}
    assert list(shown)[:8] == [100, 200, 300, 400, 500, 600, 700, 800]
    for count, (number, where) in shown.items():
        page_number, cell = cells[count - 1]
        assert page_number == number
        assert where.right_mm == pytest.approx(cell.right_mm, abs=0.01)
        assert where.y_mm == pytest.approx(cell.bottom_mm, abs=0.2)


def test_a_foreign_language_essay_has_ruled_lines() -> None:
    card = design_card(exam_of((essay(1, 500, ruled=True),), language="en"), 1)
    (region,) = card.pages[0].writing
    assert region.kind is WritingKind.RULED and region.line_pitch_mm == m.RULED_PITCH_MM
    assert region.box.height_mm / region.line_pitch_mm >= 5


def test_an_optional_group_asks_which_item_is_answered() -> None:
    group = OptionalGroup(id="g1", title="选做题", items=("1", "2"))
    card = design_card(exam_of((short(1), short(2)), optional_groups=(group,)), 1)
    (chooser,) = [g for g in card.pages[0].bubbles if g.purpose is BubblePurpose.OPTIONAL]
    assert chooser.key == "g1" and [b.label for b in chooser.bubbles] == ["1", "2"]
    assert not chooser.multiple


def test_the_invigilators_bubble_can_be_left_out() -> None:
    def absent(card: Card) -> int:
        return sum(g.purpose is BubblePurpose.ABSENT for g in card.pages[0].bubbles)

    assert absent(design_card(school_exam(), 1)) == 1
    without = card_options().model_copy(update={"absent_box": False})
    assert absent(design_card(school_exam(without), 1)) == 0


def test_later_pages_ask_for_the_number_again() -> None:
    card = design_card(exam_of(tuple(short(n, 120) for n in range(1, 6))), 1)
    assert len(card.pages) > 1
    for page in card.pages[1:]:
        assert len(page.number_boxes) == 8
        assert page.name_box is not None
        assert not any(g.purpose is BubblePurpose.NUMBER for g in page.bubbles)


def test_a_section_title_that_is_silent_about_points_is_given_them() -> None:
    texts = [p.text for p in design_card(school_exam(), 1).pages[0].printed if p.kind is PrintedKind.TEXT]
    assert "第1大题（共40分）" in texts


def test_the_same_exam_gives_the_same_card() -> None:
    assert design_card(school_exam(), 2) == design_card(school_exam(), 2)
    assert design_card(school_exam(), 2).id == "test-exam-2"


IMPOSSIBLE = [
    (exam_of(tuple(short(n, 500) for n in range(1, 20))), "超过 16 页"),
    (exam_of((short(1),), title="期末考试" * 60), "考试名称"),
    (
        exam_of(
            tuple(short(f"item-number-{n}") for n in range(1, 12)),
            optional_groups=(OptionalGroup(id="g", items=tuple(f"item-number-{n}" for n in range(1, 12))),),
        ),
        "选做题",
    ),
]


@pytest.mark.parametrize(("exam", "message"), IMPOSSIBLE)
def test_an_impossible_card_is_refused_with_what_to_do(exam: Exam, message: str) -> None:
    with pytest.raises(CardInvalid) as caught:
        design_card(exam, 1)
    assert message in caught.value.message
    assert caught.value.remedy
