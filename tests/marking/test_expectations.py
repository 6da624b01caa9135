"""What an item's regions are expected to say."""

from __future__ import annotations

import pytest

from core.exams import Blank, Criterion, Exam, Fill, Item, NumericKey, Section, ShortAnswer, TrueFalse
from core.expectations import NOTHING_EXPECTED
from marking.expectations import expectation, written_forms
from marking.rubrics import rubric_digest

FORCE = Blank(steps=1, numeric=NumericKey(value="0.60", unit="N"))
TERM = Blank(steps=1, accepted=("熔化", "融化"), wrong=("溶化",))
LINE = Blank(steps=1, expression="2*x**2+1")


def exam(item: Item, subject: str = "物理") -> Exam:
    return Exam(id="e", title="t", subject=subject, sections=(Section(title="s", items=(item,)),))


@pytest.mark.parametrize(
    ("blank", "forms"),
    [
        (TERM, ("熔化", "融化")),
        (FORCE, ("0.60N", "0.60牛顿", "0.60牛", "0.60", "0.6N", "0.6牛顿", "0.6牛", "0.6")),
        (LINE, ("2*x^2+1", "2x^2+1")),
    ],
)
def test_a_key_is_written_in_these_ways(blank: Blank, forms: tuple[str, ...]) -> None:
    assert written_forms(blank) == forms


def test_known_wrong_answers_and_the_other_blanks_are_rivals() -> None:
    item = Fill(number="1", full_steps=2, blanks=(TERM, FORCE))
    found = expectation(exam(item), item, 0)
    assert found.accepted == ("熔化", "融化")
    assert found.rivals[:2] == ("溶化", "0.60N")


def test_blanks_in_any_order_are_expected_everywhere() -> None:
    item = Fill(number="1", full_steps=2, blanks=(TERM, FORCE), any_order=True)
    assert set(expectation(exam(item), item, 1).accepted) >= {"熔化", "0.6N"}
    assert expectation(exam(item), item, 1).rivals == ("溶化",)


def test_the_words_of_the_rubric_are_expected_of_a_short_answer() -> None:
    item = ShortAnswer(
        number="2",
        full_steps=2,
        stem="将一本书放在桌面上",
        criteria=(Criterion(id="1", steps=2, statement="受力平衡", accepted=("重力+支持力相等",)),),
    )
    words = expectation(exam(item), item, 0).words
    assert words[:3] == ("受力平衡", "重力", "支持力相等")
    assert "将一本书放在桌面上" in words


@pytest.mark.parametrize(
    ("subject", "language"), [("物理", "zh"), ("英语", "en"), ("法语", "fr"), ("", "zh")]
)
def test_the_subject_tells_the_language(subject: str, language: str) -> None:
    item = Fill(number="1", full_steps=1, blanks=(TERM,))
    assert expectation(exam(item, subject), item, 0).language == language


def test_nothing_is_expected_of_bubbles_or_of_a_part_that_is_not_there() -> None:
    item = TrueFalse(number="3", full_steps=1, key=True)
    fill = Fill(number="1", full_steps=1, blanks=(TERM,))
    assert expectation(exam(item), item, 0) == NOTHING_EXPECTED
    assert expectation(exam(fill), fill, 1) == NOTHING_EXPECTED


def test_known_wrong_answers_change_the_rubric_and_their_absence_does_not() -> None:
    without = Fill(number="1", full_steps=1, blanks=(TERM.model_copy(update={"wrong": ()}),))
    with_one = Fill(number="1", full_steps=1, blanks=(TERM,))
    assert rubric_digest(without) != rubric_digest(with_one)
