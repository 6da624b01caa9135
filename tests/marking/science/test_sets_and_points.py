"""Sets, intervals, coordinates, solutions and ratios."""

from __future__ import annotations

import pytest

from core.answer_keys import Check, PointCheck, RatioCheck, SetCheck, SolutionsCheck
from marking.science.judging import judge
from marking.science.sets import interval_form
from tests.marking.science.cases import FULL, rows

OUTSIDE = SetCheck(value="(-∞,1)∪(3,+∞)", endpoint_steps=1)
PAIR = SetCheck(value="{1,2}")
HALF_OPEN = SetCheck(value="[0,1)")
ALL = SetCheck(value="R")
NONE = SetCheck(value="∅")
NOT_NOUGHT = SetCheck(value="x≠0")
ROOTS = SetCheck(value="[1/2,√2)")
ABOVE = SetCheck(value="a>-1")
MOVING = SetCheck(value="(a,a+1)")
POINT = PointCheck(value="(1,-2)")
TWO_POINTS = PointCheck(value="A(1,2),B(3,4)")
IRRATIONAL = PointCheck(value="(√2/2,1/2)")
SPACE = PointCheck(value="(1,0,-1)")
TWO = SolutionsCheck(value="x1=1, x2=3", missing_steps=1)
BOTH = SolutionsCheck(value="±2")
SURDS = SolutionsCheck(value="1±√2")
SYSTEM = SolutionsCheck(value="x=1,y=2")
WITHOUT = SolutionsCheck(value="无解")
RATIO = RatioCheck(value="3:2", lowest=True, lowest_steps=1)
THREE = RatioCheck(value="1:2:3")

CASES = [
    *rows(
        OUTSIDE,
        [
            ("x<1或x>3", 3, "相同"),
            ("{x|x<1或x>3}", 3, "相同"),
            ("(−∞，1)∪(3，+∞)", 3, "相同"),
            ("(3,+∞)U(-∞,1)", 3, "相同"),
            ("x<1, x>3", 3, "相同"),
            ("解集为{x|x<1或x>3}", 3, "相同"),
            (r"\left(-\infty,1\right)\cup(3,+\infty)", 3, "相同"),
            ("x<1 or x>3", 3, "相同"),
            ("(-∞,1]∪[3,+∞)", 2, "端点的开闭"),
            ("x≤1或x≥3", 2, "端点的开闭"),
            ("x<1", 0, "少了一部分"),
            ("1<x<3", 0, "不同"),
            ("没有想好", 0, "看不懂"),
        ],
    ),
    *rows(
        PAIR,
        [
            ("{2,1}", 3, "相同"),
            ("x=1或x=2", 3, "相同"),
            ("1,2", 3, "相同"),
            ("{x|x=1或x=2}", 3, "相同"),
            ("{1}", 0, "少了 2"),
            ("{1,2,3}", 0, "多了 3"),
            ("(1,2)", 0, ""),
        ],
    ),
    *rows(
        HALF_OPEN,
        [
            ("0≤x<1", 3, "相同"),
            ("0<=x<1", 3, "相同"),
            ("x≥0且x<1", 3, "相同"),
            ("1>x≥0", 3, "相同"),
            ("[0,1]∩(-1,1)", 3, "相同"),
            ("(0,1)", 0, "端点"),
            ("[1,0)", 0, "看不懂"),
        ],
    ),
    *rows(ALL, [("x∈R", 3, "相同"), ("全体实数", 3, "相同"), ("(-∞,+∞)", 3, "相同"), ("∅", 0, "空集")]),
    *rows(NONE, [("空集", 3, "相同"), ("无解", 3, "相同"), ("{}", 3, "相同"), ("{0}", 0, "应为空集")]),
    *rows(
        NOT_NOUGHT,
        [
            ("(-∞,0)∪(0,+∞)", 3, "相同"),
            ("x<0或x>0", 3, "相同"),
            ("R\\{0}", 3, "相同"),
            ("x>0", 0, "少了一部分"),
        ],
    ),
    *rows(ROOTS, [("0.5≤x<√2", 3, "相同"), ("[0.5,√2)", 3, "相同"), ("[1/2,1.414)", 0, "有端点的数不对")]),
    *rows(
        ABOVE,
        [
            ("(-1,+∞)", 3, "相同"),
            ("a的取值范围是a>-1", 3, "相同"),
            ("a<-1", 0, "不同"),
            ("-1<a<5", 0, "有端点的数不对"),
        ],
    ),
    *rows(MOVING, [("a<x<1+a", 3, "相同"), ("(a,a+2)", 0, "有端点的数不对")]),
    *rows(
        POINT,
        [
            ("(1，−2)", 3, "相同"),
            ("A(1,-2)", 3, "相同"),
            ("点A(1,-2)", 3, "相同"),
            ("x=1,y=-2", 3, "相同"),
            ("x=1\ny=-2", 3, "相同"),
            ("坐标是(1,-2)", 3, "相同"),
            ("i-2j", 3, "相同"),
            ("a=(1,-2)", 3, "相同"),
            ("1,-2", 3, "相同"),
            ("(-2,1)", 0, "写反了"),
            ("(1,2)", 0, "第 2 个坐标错"),
            ("(1,-2,0)", 0, "个数不对"),
            ("1", 0, "看不懂"),
        ],
    ),
    *rows(
        TWO_POINTS,
        [
            ("B(3,4),A(1,2)", 3, "相同"),
            ("(3,4)和(1,2)", 3, "相同"),
            ("（1，2）、（3，4）", 3, "相同"),
            ("A(3,4),B(1,2)", 0, ""),
            ("(1,2)", 0, "少了 1 个点"),
        ],
    ),
    *rows(IRRATIONAL, [("(1/√2,0.5)", 3, "相同"), ("(0.707,0.5)", 0, "第 1 个坐标错")]),
    *rows(SPACE, [("i-k", 3, "相同"), ("(1,0,1)", 0, "第 3 个坐标错")]),
    *rows(
        TWO,
        [
            ("x=1或x=3", 3, "相同"),
            ("x₁=3，x₂=1", 3, "相同"),
            ("1,3", 3, "相同"),
            ("x=1或3", 3, "相同"),
            ("解得x1=1,x2=3", 3, "相同"),
            ("方程的解是1和3", 3, "相同"),
            ("x=1", 2, "少了 x=3"),
            ("x=1,x=2", 0, "多了 x=2"),
            ("x=1,2,3", 0, "多了 2"),
            ("不会", 0, "看不懂"),
        ],
    ),
    *rows(BOTH, [("x=±2", 3, "相同"), ("2,-2", 3, "相同"), ("x=2", 0, "少了 -2")]),
    *rows(SURDS, [("x=(2±√8)/2", 3, "相同"), ("1+√2或1-√2", 3, "相同"), ("1±1.414", 0, "少了")]),
    *rows(SYSTEM, [("y=2,x=1", 3, "相同"), ("{x=1,y=2", 3, "相同"), ("x=2,y=1", 0, "少了")]),
    *rows(WITHOUT, [("无实数根", 3, "相同"), ("方程无解", 3, "相同"), ("x=1", 0, "多了")]),
    *rows(
        RATIO,
        [
            ("3∶2", 3, "相等"),
            ("3比2", 3, "相等"),
            ("a:b=3:2", 3, "相等"),
            ("比是3：2", 3, "相等"),
            ("3/2", 3, "相等"),
            ("6:4", 2, "没有化成最简"),
            ("1.5:1", 2, "没有化成最简"),
            ("2:3", 0, "写反了"),
            ("3:0", 0, "看不懂"),
        ],
    ),
    *rows(THREE, [("2:4:6", 3, "相等"), ("1:2", 0, "项数不对"), ("1:3:2", 0, "不等")]),
]


@pytest.mark.parametrize(("check", "text", "steps", "words"), CASES)
def test_sets_points_and_solutions_earn_what_a_teacher_gives(
    check: Check, text: str, steps: int, words: str
) -> None:
    judged = judge(check, FULL, text)
    assert (judged.steps, words in judged.reason) == (steps, True), judged


@pytest.mark.parametrize(
    ("key", "form"),
    [
        ("x<1或x>3", "(-∞,1)∪(3,+∞)"),
        ("x≠0", "(-∞,0)∪(0,+∞)"),
        ("{1,2}", "{1}∪{2}"),
        ("(a,a+1)", ""),
        ("x>√2", ""),
    ],
)
def test_a_set_is_written_in_intervals_where_its_ends_are_short(key: str, form: str) -> None:
    assert interval_form(key) == form
