"""Expressions, equations, their forms, and formulas."""

from __future__ import annotations

import pytest

from core.answer_keys import Check, ExpressionCheck, ExpressionForm, FormulaCheck
from marking.science.judging import judge
from tests.marking.science.cases import FULL, rows


def _in(value: str, form: ExpressionForm) -> ExpressionCheck:
    return ExpressionCheck(value=value, form=form, form_steps=1)


LINEAR = ExpressionCheck(value="2x+1")
LINE = ExpressionCheck(value="y=2x+1")
BOUND = ExpressionCheck(value="x>3")
ABSOLUTE = ExpressionCheck(value="|x-1|")
FACTORED = _in("x^4-1", ExpressionForm.FACTORED)
COMMON = _in("2x^2+4x", ExpressionForm.FACTORED)
EXPANDED = _in("x^2+2x+1", ExpressionForm.EXPANDED)
ROOT = _in("2√2", ExpressionForm.SIMPLIFIED)
FRACTION = _in("1/(x+1)", ExpressionForm.SIMPLIFIED)
THIRD = _in("1/3", ExpressionForm.EXACT)
SIMPLE = _in("3x", ExpressionForm.SIMPLIFIED)
WORK = FormulaCheck(value="W=Fs", letters=("s l x",))
BUOYANCY = FormulaCheck(value="F浮=ρ液gV排")
FALL = FormulaCheck(value="v=√(2gh)")
PRESSURE = FormulaCheck(value="p=F/S")
STRICT_FORM = ExpressionCheck(value="(x+1)(x-1)", form=ExpressionForm.FACTORED)

CASES = [
    *rows(
        LINEAR,
        [
            ("1+2x", 3, "与 2x+1 等价"),
            ("y=2x+1", 3, "等价"),
            ("原式=2x+1", 3, "等价"),
            ("原式=x+x+1=2x+1", 3, "等价"),
            ("2(x+1/2)", 3, "等价"),
            ("\\frac{4x+2}{2}", 3, "等价"),
            ("2x-1", 0, "不等价"),
            ("2x+1=0", 0, "不等价"),
            ("好", 0, "看不懂"),
        ],
    ),
    *rows(
        LINE,
        [
            ("2x-y+1=0", 3, "等价"),
            ("y-2x=1", 3, "等价"),
            ("y=1+2x", 3, "等价"),
            ("2x+1", 3, "等价"),
            ("x=(y-1)/2", 3, "等价"),
            ("y=2x", 0, "不等价"),
            ("2x+y+1=0", 0, "不等价"),
        ],
    ),
    *rows(BOUND, [("3<x", 3, "等价"), ("-x<-3", 3, "等价"), ("x≥3", 0, "不等价"), ("x=3", 0, "不等价")]),
    *rows(ABSOLUTE, [("|1-x|", 3, "等价"), ("x-1", 0, "不等价")]),
    *rows(
        FACTORED,
        [
            ("(x^2+1)(x+1)(x-1)", 3, "等价"),
            ("(1+x)(x-1)(1+x²)", 3, "等价"),
            ("(x^2+1)(x^2-1)", 2, "还能继续分解"),
            ("x^4-1", 2, "没有分解因式"),
        ],
    ),
    *rows(COMMON, [("2x(x+2)", 3, "等价"), ("x(2x+4)", 2, "还能继续分解"), ("2(x²+2x)", 2, "还能继续分解")]),
    *rows(
        EXPANDED,
        [
            ("x²+2x+1", 3, "等价"),
            ("(x+1)^2", 2, "括号没有展开"),
            ("x(x+2)+1", 2, "括号没有展开"),
            ("x^2+x+x+1", 2, "同类项没有合并"),
        ],
    ),
    *rows(
        ROOT,
        [
            ("2√2", 3, "等价"),
            ("√8", 2, "根式没有化成最简"),
            ("4/√2", 2, "分母没有有理化"),
            ("√2+√2", 2, "同类项"),
        ],
    ),
    *rows(FRACTION, [("1/(x+1)", 3, "等价"), ("(x-1)/(x^2-1)", 2, "分式没有约分")]),
    *rows(
        SIMPLE,
        [("3x", 3, "等价"), ("x+2x", 2, "同类项"), ("1.5*2x", 2, "数没有算完"), ("6x/2", 2, "没有约分")],
    ),
    *rows(THIRD, [("1/3", 3, "等价"), ("0.333", 0, "只是近似值"), ("2/6", 3, "等价"), ("0.5", 0, "不等价")]),
    *rows(STRICT_FORM, [("x^2-1", 0, "没有分解因式")]),
    *rows(
        WORK,
        [
            ("W=Fs", 3, "写出公式 W=Fs"),
            ("W=F·s", 3, "写出公式"),
            ("W=Fl", 3, "写出公式"),
            ("F=W/s", 3, "写出公式"),
            ("W=Fs=10N×5m=50J", 3, "写出公式"),
            ("由W=Fs得", 3, "写出公式"),
            ("W_1=Fs", 3, "字母写法不同"),
            ("W=F/s", 0, "不符"),
            ("W=Pt", 0, "没有写出公式"),
            ("50J", 0, "没有写出公式"),
        ],
    ),
    *rows(
        BUOYANCY,
        [
            ("F浮=ρ液gV排", 3, "写出公式"),
            ("F_浮=ρ_液 g V_排", 3, "写出公式"),
            ("F浮=G排=ρ液gV排", 3, "写出公式"),
            ("F浮=ρgV", 3, "字母写法不同"),
            ("F浮=ρ液gV排²", 0, "不符"),
        ],
    ),
    *rows(FALL, [("v^2=2gh", 3, "写出公式"), ("h=v²/(2g)", 3, "写出公式"), ("v=2gh", 0, "不符")]),
    *rows(PRESSURE, [("F=pS", 3, "写出公式"), ("S=F/p", 3, "写出公式"), ("p=FS", 0, "不符")]),
]


@pytest.mark.parametrize(("check", "text", "steps", "words"), CASES)
def test_algebra_earns_what_a_teacher_gives(check: Check, text: str, steps: int, words: str) -> None:
    judged = judge(check, FULL, text)
    assert (judged.steps, words in judged.reason) == (steps, True), judged
