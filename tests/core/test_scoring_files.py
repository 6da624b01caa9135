"""Items and answers in files: what schools and data sets write, and what is refused."""

from __future__ import annotations

import json
import re
from decimal import Decimal

import pytest

from core.errors import BadInput
from core.scoring_files import read_answers, read_items

CHINESE = """
题干: 为什么高原上煮饭要用高压锅？
满分: 4
给分点:
  - 内容: 气压越低，沸点越低
    分值: 2
    可接受: [沸点降低, 沸点低]
  - 内容: 高压锅内气压大，沸点升高
    分值: 2
    不能出现: [沸点不变]
"""


def test_a_chinese_item_with_criteria_is_read_in_whole_steps() -> None:
    (item,) = read_items(CHINESE, "item.yaml")
    assert (item.question.language, item.rubric.full_steps, item.step) == ("zh", 4, Decimal(1))
    first, second = item.rubric.criteria
    assert (first.id, first.steps, first.accepted) == ("1", 2, ("沸点降低", "沸点低"))
    assert (second.id, second.must_not) == ("2", ("沸点不变",))


def test_an_english_item_needs_no_more_than_a_reference_and_points() -> None:
    (item,) = read_items("question: Why?\nreference_answer: It melts.\nmax_score: 2", "q.yaml")
    assert item.question.language == "en"
    assert (item.rubric.references, item.rubric.criteria, item.rubric.full_steps) == (("It melts.",), (), 2)


def test_levels_may_be_a_table_of_points_and_words() -> None:
    (item,) = read_items("question: Q\nlevels: {0: nothing, 1: some, 2: all}", "q.yaml")
    assert [(level.steps, level.description) for level in item.rubric.levels] == [
        (0, "nothing"),
        (1, "some"),
        (2, "all"),
    ]
    assert item.rubric.full_steps == 2


@pytest.mark.parametrize(
    ("rubric", "field"),
    [("{0: a, 2: b}", "levels"), ("[one, two]", "criteria"), ("the whole answer", "references")],
)
def test_a_rubric_is_what_its_form_says(rubric: str, field: str) -> None:
    (item,) = read_items(f"question: Q\npoints: 2\nrubric: {rubric}", "q.yaml")
    assert getattr(item.rubric, field)


@pytest.mark.parametrize(
    ("points", "scores", "step"),
    [
        ("4", (), "1"),
        ("4", ("3.5",), "0.5"),
        ("2.5", (), "0.5"),
        ("1", ("0.75",), "0.25"),
        ("1", ("0.83",), "0.01"),
    ],
)
def test_the_step_is_the_coarsest_that_all_scores_fit(
    points: str, scores: tuple[str, ...], step: str
) -> None:
    (item,) = read_items(f"question: Q\nreference: R\npoints: {points}", "q.yaml", scores)
    assert item.step == Decimal(step)


def test_several_items_are_told_apart_by_their_ids() -> None:
    text = json.dumps({"items": [{"id": n, "question": "Q", "reference": "R", "points": 1} for n in (1, 2)]})
    assert [item.id for item in read_items(text, "items.json")] == ["1", "2"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("question: Q\npoints: 2", "没有评分依据"),
        ("question: Q\nreference: R", "没有写满分"),
        ("question: Q\nreference: R\npoints: many", "不是数"),
        ("question: Q\nreference: R\npoints: 0", "必须大于 0"),
        ("question: Q\nreference: R\npoints: .nan", "不是数"),
        ("question: Q\nreferenc: R\npoints: 1", "不认识的字段 referenc"),
        ("question: Q\nreference: R\nanswer: S\npoints: 1", "写了两次"),
        ("question: Q\npoints: 3\ncriteria: [{text: a, points: 1}]", "合计 1"),
        ("question: Q\npoints: 1\ncriteria: [{points: 1}]", "没有 statement"),
        ("question: Q\npoints: 1\nlevels: {2: best}", "有等级是 2 分"),
        ("question: Q\nreference: R\npoints: 1\nstep: 0.3", "不是最小分值"),
        ("question: Q\nreference: R\npoints: 1\nlanguage: fr", "不支持"),
        ("- 1", "应是“字段: 值”"),
        ("[]", "没有题目"),
        ("question: [", "不是正确的 YAML"),
    ],
)
def test_a_wrong_item_is_refused_with_what_to_write(text: str, words: str) -> None:
    with pytest.raises(BadInput, match=words) as caught:
        read_items(text, "item.yaml")
    assert caught.value.remedy


@pytest.mark.parametrize("points", ["5", "-1", "0.3", "x"])
def test_points_outside_the_scale_are_refused(points: str) -> None:
    (item,) = read_items("question: Q\nreference: R\npoints: 4", "q.yaml")
    with pytest.raises(BadInput):
        item.steps(points)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b'id,response,score\na,"two\nlines",2\n', "a.csv"),
        ('序号\t作答\t得分\na\t"two\nlines"\t2\n'.encode("gb18030"), "a.csv"),
        (b'\xef\xbb\xbf{"id": "a", "text": "two\\nlines", "score": 2}\n', "a.jsonl"),
        (b'[{"id": "a", "student_answer": "two\\nlines", "score1": 2}]', "a.json"),
    ],
)
def test_answers_come_in_every_usual_form(content: bytes, name: str) -> None:
    (row,) = read_answers(content, name)
    assert (row.id, row.text, row.score) == ("a", "two\nlines", "2")


def test_points_of_criteria_have_columns_of_their_own() -> None:
    (row,) = read_answers(b"response,points:c1,points:c2\nyes,1,0\n", "a.csv")
    assert row.by_criterion == (("c1", "1"), ("c2", "0"))
    assert row.id == "1"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"name,score\na,2\n", "没有作答一栏"),
        (b"response\n", "没有作答"),
        (b'{"text": ', "不是正确的 JSON"),
        (b"[1]", "应是"),
        (b"\x89PNG\x00\x00", "不是文字表格"),
        (b"id,response\n1,a\n2,b,c\n", "第 3 行 比表头多 1 栏（多出 'c'）"),
        (b"id,response\n1,a\n1,b\n", "第 3 行 的编号 1 与 a.csv 第 2 行 重复"),
    ],
)
def test_a_table_that_is_not_one_of_answers_is_refused(content: bytes, words: str) -> None:
    with pytest.raises(BadInput, match=re.escape(words)):
        read_answers(content, "a.csv")


def test_an_answer_of_no_words_is_still_an_answer() -> None:
    assert [row.text for row in read_answers(b"id,response\na,\nb,x\n", "a.csv")] == ["", "x"]


def test_the_same_id_may_stand_in_two_items_and_empty_cells_may_follow() -> None:
    rows = read_answers(b"id,item,response\n1,a,x,\n1,b,y\n", "a.csv")
    assert [(row.item, row.id, row.where) for row in rows] == [
        ("a", "1", "a.csv 第 2 行"),
        ("b", "1", "a.csv 第 3 行"),
    ]
