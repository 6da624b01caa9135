"""Keys in maths and science in exam files: read, refused with line and field, and written back equal."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.answer_keys import (
    Check,
    CheckKind,
    ExpressionCheck,
    ExpressionForm,
    FollowThrough,
    FormulaCheck,
    NumberCheck,
    PointCheck,
    RatioCheck,
    ReactionCheck,
    SetCheck,
    SolutionsCheck,
    SubstanceCheck,
)
from core.errors import ExamInvalid
from core.exam_files import read_exam, write_exam
from core.exams import Blank, Criterion, Exam, Fill, NumericKey, Section, ShortAnswer

DOC = Path(__file__).parents[2] / "docs" / "exam-format.md"
HEAD = "id: e\ntitle: t\nsubject: 物理\ntotal: {total}\nsections:\n  - title: s\n    items:\n"


def exam_of(items: str, total: int) -> Exam:
    indented = "".join(f"      {line}\n" for line in items.strip("\n").split("\n"))
    return read_exam(HEAD.format(total=total) + indented, "卷.yaml")


def check_of(words: str) -> Check | None:
    exam = exam_of(f"- {{number: 1, kind: fill, points: 3, check: {{{words}}}}}", 3)
    item = exam.items[0]
    assert isinstance(item, Fill)
    return item.blanks[0].check


def test_the_documented_examples_are_read_and_written_back() -> None:
    blocks = re.findall(r"```yml\n(.*?)```", DOC.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 1
    exam = exam_of(blocks[0], 14)
    assert read_exam(write_exam(exam)) == exam
    solution = exam.item("24")
    assert isinstance(solution, ShortAnswer)
    assert solution.criteria[2].follows == FollowThrough(
        expression="F*s", uses=(("F", "力"),), given=(("s", "5 m"),)
    )


@pytest.mark.parametrize(
    ("words", "check"),
    [
        ("kind: number, value: 10 N", NumberCheck(value="10", unit="N")),
        ("kind: 数值, value: 1.80~1.85 cm", NumberCheck(value="1.80~1.85", unit="cm")),
        (
            "kind: number, value: 3.14, significant_figures: 3, figures_points: 1, wrong_unit_points: 2",
            NumberCheck(value="3.14", significant_figures=3, figures_steps=1, wrong_unit_steps=2),
        ),
        (
            "kind: expression, value: x^2-1, form: 因式分解, form_points: 1",
            ExpressionCheck(value="x^2-1", form=ExpressionForm.FACTORED, form_steps=1),
        ),
        (
            "kind: 算式, value: √(a^2), positive: 'a, b_1'",
            ExpressionCheck(value="√(a^2)", positive=("a", "b_1")),
        ),
        ("kind: 公式, value: W=Fs, letters: s l x", FormulaCheck(value="W=Fs", letters=("s l x",))),
        ("kind: 化学式, value: H2O", SubstanceCheck(value="H2O")),
        (
            "kind: 离子方程式, value: Ag^+ + Cl^- = AgCl↓, unbalanced_points: 2, condition_points: 1",
            ReactionCheck(value="Ag^+ + Cl^- = AgCl↓", unbalanced_steps=2, condition_steps=1),
        ),
        ("kind: 区间, value: '[0,1)', endpoint_points: 1", SetCheck(value="[0,1)", endpoint_steps=1)),
        ("kind: point, value: '(1,-2)', name: A", PointCheck(value="(1,-2)", name="A")),
        ("kind: 解, value: ±2, missing_points: 0", SolutionsCheck(value="±2", missing_steps=0)),
        ("kind: 比, value: '3:2', lowest: true", RatioCheck(value="3:2", lowest=True)),
    ],
)
def test_a_check_of_every_kind_is_read(words: str, check: Check) -> None:
    assert check_of(words) == check


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("value: H2O", "check.kind：缺少类型，可用：number、expression"),
        ("kind: 化学, value: H2O", "check.kind：只能是"),
        ("kind: substance", "check.value：缺少这个字段"),
        ("kind: substance, value: H2O, form: any", "check.form：没有这个字段"),
        ("kind: number, value: 很快", "“很快”不是数"),
        ("kind: number, value: 3, significant_figures: 0", "应是 1 到 12 的整数"),
        ("kind: number, value: 3 m, unit_points: 4", "check.unit_points：扣 4 分，超过了这里的分值 3 分"),
        ("kind: reaction, value: H2=2H, unbalanced_points: 5", "check.unbalanced_points：扣 5 分"),
        ("kind: expression, value: x, form: 好看", "check.form：只能是"),
        ("kind: expression, value: x, positive: [x+1]", "check.positive：应是字母"),
        ("kind: ratio, value: '3:2', lowest: 也许", "check.lowest：只能是 true 或 false"),
        (f"kind: set, value: {'x' * 201}", "太长"),
        ("kind: set, value: R, name: 很长很长很长的名字", "太长"),
    ],
)
def test_a_bad_check_is_told_with_line_and_field(words: str, message: str) -> None:
    with pytest.raises(ExamInvalid) as caught:
        check_of(words)
    assert message in caught.value.message
    assert "卷.yaml 第 8 行 sections[1].items[1]." in caught.value.message


SOLUTION = """
- number: 1
  kind: short_answer
  criteria:
    - {{points: 2, statement: 力, check: {{kind: number, value: 10 N, name: F}}}}
    - {{points: 1, statement: 说明}}
    - points: 2
      statement: 功
      check: {check}
      follows: {follows}
"""
NUMBER = "{kind: number, value: 50 J}"


@pytest.mark.parametrize(
    ("check", "follows", "message"),
    [
        (NUMBER, "{expression: F*s, uses: F=1}", "字母 s 没有出处"),
        (NUMBER, "{expression: F*2, uses: F=3}", "前面带 check 的给分点只有 1"),
        (NUMBER, "{expression: F*2, uses: F=2}", "前面带 check 的给分点只有 1"),
        (NUMBER, "{expression: F*2}", "缺少 uses"),
        (NUMBER, "{uses: F=1}", "expression：缺少这个字段"),
        (NUMBER, "{expression: F*2, uses: F}", "应写成 F=1 的样子"),
        (NUMBER, "{expression: F*2, uses: F=1, points: 很多}", "不是分值"),
        ("{kind: set, value: R}", "{expression: F*2, uses: F=1}", "类型是 number 或 expression"),
        ("", "{expression: F*2, uses: F=1}", "类型是 number 或 expression"),
    ],
)
def test_a_bad_follow_through_is_told(check: str, follows: str, message: str) -> None:
    with pytest.raises(ExamInvalid) as caught:
        exam_of(SOLUTION.format(check=check, follows=follows), 5)
    assert message in caught.value.message


@pytest.mark.parametrize(
    ("written", "steps"), [("", None), (", points: full", None), (", points: none", 0), (", points: 1", 1)]
)
@pytest.mark.parametrize("uses", ["F=1", "[F=1]", "{F: 1}"])
def test_follow_through_is_read_in_every_way_to_write_it(uses: str, written: str, steps: int | None) -> None:
    follows = f"{{expression: F*s, uses: {uses}, given: {{s: 5 m}}{written}}}"
    exam = exam_of(SOLUTION.format(check=NUMBER, follows=follows), 5)
    item = exam.items[0]
    assert isinstance(item, ShortAnswer)
    assert item.criteria[2].follows == FollowThrough(
        expression="F*s", uses=(("F", "1"),), given=(("s", "5 m"),), steps=steps
    )
    assert read_exam(write_exam(exam)) == exam


VALUES = st.sampled_from(["H2O", "2x+1", "(1,-2)", "3:2", "x<1或x>3", "= 'a': #", "[0,1)", "±2"])
COSTS = st.one_of(st.none(), st.integers(0, 2))


@st.composite
def checks(draw: st.DrawFn) -> Check:
    kind = draw(st.sampled_from(CheckKind))
    value, cost = draw(VALUES), draw(COSTS)
    match kind:
        case CheckKind.NUMBER:
            figures = draw(st.one_of(st.none(), st.integers(1, 12)))
            return NumberCheck(
                value="0.10",
                unit=draw(st.sampled_from(["", "m/s", "个"])),
                figures_steps=cost,
                significant_figures=figures,
            )
        case CheckKind.EXPRESSION:
            return ExpressionCheck(value=value, form=draw(st.sampled_from(ExpressionForm)), form_steps=cost)
        case CheckKind.FORMULA:
            return FormulaCheck(
                value=value, letters=tuple(draw(st.lists(st.sampled_from(["s l", "F G"]), max_size=2)))
            )
        case CheckKind.SUBSTANCE:
            return SubstanceCheck(value=value, name=draw(st.sampled_from(["", "A"])))
        case CheckKind.REACTION:
            return ReactionCheck(value=value, unbalanced_steps=cost, condition_steps=cost or 0)
        case CheckKind.SET:
            return SetCheck(value=value, endpoint_steps=cost)
        case CheckKind.POINT:
            return PointCheck(value=value)
        case CheckKind.SOLUTIONS:
            return SolutionsCheck(value=value, missing_steps=cost)
        case _:
            return RatioCheck(value=value, lowest=draw(st.booleans()), lowest_steps=cost)


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(checks(), checks())
def test_any_check_is_written_and_read_back_equal(first: Check, second: Check) -> None:
    numeric = NumericKey(
        value="1.80~1.85", unit="cm", wrong_unit_steps=1, significant_figures=3, figures_steps=0
    )
    blanks = (Blank(steps=2, check=first), Blank(steps=2, accepted=("甲",), numeric=numeric, check=second))
    criterion = Criterion(id="1", steps=2, statement="步", check=first)
    items = (
        Fill(number="1", full_steps=4, blanks=blanks),
        ShortAnswer(number="2", full_steps=2, criteria=(criterion,)),
    )
    exam = Exam(id="e", title="t", subject="s", sections=(Section(title="s", items=items),))
    assert read_exam(write_exam(exam)) == exam
