"""The demo's exam and class are what the story says."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
import yaml

from core.exams import Exam, Fill, ItemKind, MultipleChoice, PartialRule, ShortAnswer
from demo.pupils import prepared_answers
from demo.story import EXAM_FILE, demo_exam, demo_roster, other_exam
from ocr.cards import design_card


@pytest.fixture(scope="module")
def exam() -> Exam:
    return demo_exam()


def test_the_exam_has_the_items_of_the_story(exam: Exam) -> None:
    kinds = Counter(item.kind for item in exam.items)
    assert kinds == {
        ItemKind.SINGLE_CHOICE: 20,
        ItemKind.MULTIPLE_CHOICE: 4,
        ItemKind.FILL: 4,
        ItemKind.SHORT_ANSWER: 3,
        ItemKind.ESSAY: 1,
    }
    assert exam.full_steps == 100
    assert all(i.partial is PartialRule.HALF for i in exam.items if isinstance(i, MultipleChoice))
    numeric = [b.numeric for i in exam.items if isinstance(i, Fill) for b in i.blanks if b.numeric]
    assert [key.unit for key in numeric] == ["N"]


def test_every_item_can_be_taught_from(exam: Exam) -> None:
    for item in exam.items:
        assert item.stem and item.explanation and item.knowledge_points and item.ability, item.number


def test_the_keys_are_spread_over_the_letters(exam: Exam) -> None:
    keys = Counter(key for item in exam.items[:20] for key in getattr(item, "key", ()))
    assert set(keys) == set("ABCD") and min(keys.values()) >= 4


def test_the_exam_fits_one_sheet_of_a4(exam: Exam) -> None:
    assert len(design_card(exam, 1).pages) == 2


def test_the_class_has_the_names_that_make_trouble() -> None:
    people = demo_roster().candidates
    assert len(people) == 48 and len({p.class_name for p in people}) == 2
    names = [p.name for p in people]
    assert all(any(rare in name for name in names) for rare in "玥喆堃珺·")
    assert [name for name, count in Counter(names).items() if count > 1] == ["李思涵"]
    assert all(len(p.number) == 8 and p.number.isdigit() for p in people)


def test_prepared_answers_earn_what_the_exam_can_give(exam: Exam) -> None:
    prepared: dict[str, Any] = prepared_answers()
    assert set(prepared["fills"]) == {i.number for i in exam.items if isinstance(i, Fill)}
    for item in exam.items:
        if isinstance(item, Fill):
            points = {variant["points"] for variant in prepared["fills"][item.number]}
            assert max(points) == item.full_steps and min(points) == 0
        if isinstance(item, ShortAnswer):
            assert len(prepared["criteria"][item.number]) == len(item.criteria)


def test_right_sentences_say_an_accepted_wording_and_wrong_ones_do_not(exam: Exam) -> None:
    """The generator's truth and the rubric agree, criterion by criterion."""
    for number, prepared in prepared_answers()["criteria"].items():
        item = exam.item(number)
        assert isinstance(item, ShortAnswer)
        for criterion, variants in zip(item.criteria, prepared, strict=True):
            for sentence in variants["right"]:
                assert any(word in sentence for word in criterion.accepted), sentence
                assert not any(word in sentence for word in criterion.must_not), sentence
            for sentence in variants["wrong"]:
                assert not any(word in sentence for word in criterion.accepted), sentence


def test_the_stray_page_belongs_to_another_exam(exam: Exam) -> None:
    stray, card = other_exam(exam.card)
    assert stray.id != exam.id and card.exam_id == stray.id


def test_the_exam_file_is_plain_yaml() -> None:
    assert yaml.safe_load(EXAM_FILE.read_text(encoding="utf-8"))["id"] == "physics-g9-mid"
