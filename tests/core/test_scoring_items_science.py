"""Item files with keys in maths and science, fills, and whole exams."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest

from core.answer_keys import FollowThrough, FormulaCheck, NumberCheck, NumericKey, RatioCheck
from core.errors import BadInput
from core.exams import Blank
from core.scoring_files import ScoringItem, read_answers, read_items

DOC = Path(__file__).parents[2] / "docs" / "scoring.md"
WORK = """
question: 求拉力做的功。
points: 5
criteria:
  - {statement: 公式, points: 1, check: {kind: formula, value: W=Fs, letters: [s l x]}}
  - id: 力
    statement: 拉力
    points: 2
    check: {kind: number, value: 10 N, name: F, unit_points: 1}
  - statement: 功
    points: 2
    check: {kind: number, value: 50 J, name: W}
    follows: {expression: F*s, uses: {F: 力}, given: {s: 5 m}, points: 1}
"""
EXAM = """
id: e
title: t
subject: 物理
step: 0.5
total: 5.5
sections:
  - title: s
    items:
      - {number: 16, kind: single_choice, points: 2, key: A}
      - {number: 17, kind: fill, points: 1.5, check: {kind: number, value: 3 m/s, unit_points: 0.5}}
      - {number: 18, kind: short_answer, stem: 为什么, criteria: [{points: 2, statement: 沸点降低}]}
"""


def one(text: str, number: str = "") -> ScoringItem:
    (item,) = read_items(text, "item.yaml", number=number)
    return item


def test_criteria_hold_checks_and_follows_as_in_an_exam_file() -> None:
    first, second, third = one(WORK).rubric.criteria
    assert first.check == FormulaCheck(value="W=Fs", letters=("s l x",))
    assert second.check == NumberCheck(value="10", unit="N", name="F", unit_steps=1)
    assert third.follows == FollowThrough(
        expression="F*s", uses=(("F", "力"),), given=(("s", "5 m"),), steps=1
    )


@pytest.mark.parametrize(
    ("words", "blank"),
    [
        ("points: 2\naccepted: [熔化, 熔解]", Blank(steps=2, accepted=("熔化", "熔解"))),
        ("points: 2\nexpression: 2x+1", Blank(steps=2, expression="2x+1")),
        ("points: 2\nnumeric: 0.60 N", Blank(steps=2, numeric=NumericKey(value="0.60", unit="N"))),
        # YAML's own guess would be 182 seconds
        ("points: 2\ncheck: {kind: ratio, value: 3:2}", Blank(steps=2, check=RatioCheck(value="3:2"))),
        ("points: 2\naccepted: no\nwrong: yes", Blank(steps=2, accepted=("no",), wrong=("yes",))),
    ],
)
def test_an_item_with_a_key_of_its_own_is_a_fill(words: str, blank: Blank) -> None:
    item = one(f"question: Q\n{words}")
    assert item.fill is not None
    assert item.fill.blanks == (blank,)
    assert (item.rubric.full_steps, item.step) == (2, Decimal(1))


def test_blanks_may_be_several_and_exchanged() -> None:
    item = one("blanks: [{points: 1, accepted: a}, {points: 2, accepted: b}]\nany_order: true")
    assert item.fill is not None
    assert ([b.steps for b in item.fill.blanks], item.fill.any_order) == ([1, 2], True)
    assert one("points: 4\nblanks: [{accepted: a}, {accepted: b}]").fill is not None


@pytest.mark.parametrize(
    ("cost", "step", "steps"), [("1", "1", 1), ("0.5", "0.5", 1), ("0.25", "0.25", 1), ("0.2", "0.2", 1)]
)
def test_what_slips_cost_is_counted_in_the_steps_of_the_item(cost: str, step: str, steps: int) -> None:
    item = one(f"points: 2\ncheck: {{kind: number, value: 3 N, unit_points: {cost}}}")
    assert item.fill is not None
    check = item.fill.blanks[0].check
    assert isinstance(check, NumberCheck)
    assert (item.step, check.unit_steps) == (Decimal(step), steps)
    assert item.rubric.full_steps == Decimal(2) / Decimal(step)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("points: 2\ncheck: {kind: number, value: 很快}", "item.yaml 第 2 行 check.value：“很快”不是数"),
        ("points: 2\ncheck: {kind: 化学, value: H2O}", "check.kind：只能是"),
        ("points: 2\ncheck: {kind: substance, value: H2O, form: any}", "check.form：没有这个字段"),
        ("points: 2\nnumeric: {value: 3, unit_points: 5}", "unit_points 超过了这个空的分值"),
        ("check: {kind: substance, value: H2O}", "没有写满分"),
        ("points: 2\nany_order: true", "填空题缺少答案"),
        ("points: 2\naccepted: a\ncriteria: [b]", "不能再写 criteria"),
        ("points: 5\nblanks: [{points: 2, accepted: a}]", "本题 5 分，但各空合计 2 分"),
        ("points: 2\nblanks: [{points: 2, acepted: a}]", "blanks[1].acepted：没有这个字段，是不是 accepted"),
        (
            "criteria:\n- {statement: a, check: {kind: ratio}}",
            "item.yaml 第 2 行 criteria[1].check.value：缺少这个字段",
        ),
        (WORK.replace("F: 力", "F: 9"), "criteria[3].follows.uses：“F=9”"),
        (WORK.replace("unit_points: 1", "unit_points: 3"), "扣 3 分，超过了这里的分值 2 分"),
    ],
)
def test_a_bad_key_is_told_with_line_and_field(text: str, words: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_items(text, "item.yaml")
    assert words in caught.value.message


def test_an_exam_file_gives_its_fills_and_short_answers() -> None:
    fill, short = read_items(EXAM, "卷.yaml")
    assert (fill.id, short.id, short.question.stem, fill.step) == ("17", "18", "为什么", Decimal("0.5"))
    assert fill.fill is not None
    assert (fill.rubric.full_steps, fill.fill.blanks[0].steps) == (3, 3)
    assert one(EXAM, "18") == short


def test_a_number_chooses_an_item_of_any_file() -> None:
    several = "[{id: a, points: 1, reference: R}, {id: b, points: 1, reference: S}]"
    assert one(several, "b").rubric.references == ("S",)


@pytest.mark.parametrize(("number", "words"), [("16", "可以评分的第 16 题"), ("99", "可以评分的第 99 题")])
def test_items_that_are_no_fills_or_short_answers_are_refused(number: str, words: str) -> None:
    with pytest.raises(BadInput, match=words) as caught:
        read_items(EXAM, "卷.yaml", number=number)
    assert "17、18" in caught.value.remedy


def test_a_wrong_exam_is_told_as_an_exam() -> None:
    with pytest.raises(BadInput, match="总分写的是 9"):
        read_items(EXAM.replace("total: 5.5", "total: 9"), "卷.yaml", number="17")


def test_answers_to_several_blanks_may_be_a_list() -> None:
    (row,) = read_answers('[{"response": ["熔化", "2x+1"]}]'.encode(), "a.json")
    assert row.text == "熔化\n2x+1"


def test_the_documented_items_are_read() -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", DOC.read_text(encoding="utf-8"), re.DOTALL)
    items = [item for block in blocks for item in read_items(block, "docs/scoring.md")]
    assert len(items) >= 4
    assert any(item.fill for item in items)
    assert any(criterion.follows for item in items for criterion in item.rubric.criteria)
