"""What a change of the exam touches, and which item of a 选做题 counts."""

from __future__ import annotations

import pytest

from core.exam_files import read_exam
from core.exams import Blank, Exam, Fill, OptionalGroup, SingleChoice
from core.pages import BubbleReading, BubbleVerdict
from core.scores import ScoreStep
from marking import changed_items, count_optional, rubric_digest
from tests.core.exam_sample import EXAM
from tests.marking.readings import bubble

GROUP = OptionalGroup(id="X", items=("32", "33"))


def edited(old: str, new: str) -> Exam:
    assert old in EXAM
    return read_exam(EXAM.replace(old, new, 1))


@pytest.mark.parametrize(
    ("old", "new", "touched"),
    [
        ("keys: BACDA", "keys: BBCDA", ("2",)),
        ("partial: half", "partial: none", ("21", "22", "23", "24")),
        ("accepted: [熔化, 溶化]", "accepted: [熔化]", ("27",)),
        ("tolerance: 5%", "tolerance: 10%", ("27",)),
        ("must_not: 压强不等", "must_not: 压力", ("31(1)",)),
        ("statement: 选做甲", "statement: 选做乙", ("32",)),
        ("low: 13, high: 17", "low: 12, high: 17", ("34",)),
        ("下列说法正确的是", "下列说法错误的是", ()),
        ("ability: 理解", "ability: 应用", ()),
        ("width_mm: 60", "width_mm: 70", ()),
        ("height_mm: 55.5", "height_mm: 80", ()),
        ("B: 力", "B: 压力", ()),
    ],
)
def test_an_edit_touches_exactly_the_items_whose_marks_it_could_change(
    old: str, new: str, touched: tuple[str, ...]
) -> None:
    assert changed_items(read_exam(EXAM), edited(old, new)) == touched


def test_a_new_step_touches_every_item() -> None:
    old = read_exam(EXAM)
    new = old.model_copy(update={"step": ScoreStep.ONE})
    assert changed_items(old, new) == tuple(item.number for item in old.items)


def test_digests_are_sha256_and_do_not_depend_on_the_number() -> None:
    item = SingleChoice(number="1", full_steps=2, key=("A",))
    assert len(rubric_digest(item)) == 64
    assert rubric_digest(item) == rubric_digest(item.model_copy(update={"number": "2"}))
    assert rubric_digest(item) != rubric_digest(item.model_copy(update={"full_steps": 3}))


def test_widths_of_blanks_do_not_count() -> None:
    narrow = Fill(number="1", full_steps=1, blanks=(Blank(steps=1, accepted=("a",)),))
    wide = Fill(number="1", full_steps=1, blanks=(Blank(steps=1, accepted=("a",), width_mm=99),))
    assert rubric_digest(narrow) == rubric_digest(wide)


def box(*numbers: str, verdict: BubbleVerdict = BubbleVerdict.MARKED) -> BubbleReading:
    return bubble("").model_copy(update={"marked": numbers, "verdict": verdict, "reason": "faint"})


@pytest.mark.parametrize(
    ("reading", "answered", "counted", "doubtful"),
    [
        (box("33"), {"33": True}, "33", False),
        (box("33"), {}, "33", False),
        (box("33"), {"32": True, "33": True}, "33", False),
        (box("33"), {"32": True}, "33", True),
        (box("33", verdict=BubbleVerdict.DOUBTFUL), {"33": True}, "33", True),
        (box("32", "33"), {"32": True}, None, True),
        (box(), {"33": True}, "33", True),
        (None, {"32": True, "33": False}, "32", True),
        (None, {"32": True, "33": True}, None, True),
        (box(), {}, "32", False),
        (box(verdict=BubbleVerdict.DOUBTFUL), {}, "32", True),
        (None, {}, "32", False),
        (box("99"), {"33": True}, "33", True),
    ],
)
def test_the_item_that_counts_follows_the_box_and_else_the_only_answer(
    reading: BubbleReading | None, answered: dict[str, bool], counted: str | None, doubtful: bool
) -> None:
    choice = count_optional(GROUP, reading, answered)
    assert (choice.counted, choice.doubtful) == (counted, doubtful)
    assert choice.reason
