"""Letters may be negative: what is equal for positive letters alone is proposed, and waits for a person."""

from __future__ import annotations

import pytest

from core.answer_keys import (
    Check,
    ExpressionCheck,
    FormulaCheck,
    PointCheck,
    RatioCheck,
    SetCheck,
    SolutionsCheck,
)
from core.exams import Blank, Fill
from core.marks import Proposal
from marking import Licence, propose
from marking.equivalence import Equivalence, compare_expressions
from marking.science.judging import judge
from tests.marking.readings import text

BARE = Licence()


def proposed(blank: Blank, written: str) -> Proposal:
    return propose(Fill(number="1", full_steps=2, blanks=(blank,)), None, (text(written),), BARE)


FOR_POSITIVE = [
    ("|x|", "x"),
    ("√(a^2)", "a"),
    ("(a^2)^(1/2)", "a"),
    ("ln(x^2)", "2lnx"),
    ("√(ab)", "√a√b"),
    ("x>|a|", "x>a"),
    ("y=|x|", "y=x"),
    ("x", "√x*√x"),
]
ALWAYS = [
    ("|x-1|", "|1-x|"),
    ("√(x^2)", "|x|"),
    ("|x|^2", "x^2"),
    ("2lnx", "ln(x^2)"),  # the key has no value at negative x
    ("√a√b", "√(ab)"),
    ("√(x^3)", "x√x"),
    ("1/√a", "√a/a"),
    ("√(8a)", "2√(2a)"),
]


@pytest.mark.parametrize(("key", "answer"), FOR_POSITIVE)
def test_what_is_equal_for_positive_letters_alone_is_told_and_settles_nothing(key: str, answer: str) -> None:
    assert compare_expressions(key, answer)[0] is Equivalence.POSITIVE
    for blank in (Blank(steps=2, expression=key), Blank(steps=2, check=ExpressionCheck(value=key))):
        found = proposed(blank, answer)
        assert (found.steps, found.settles, "字母都取正数时" in found.reason) == (2, False, True)
        assert found.confidence <= 0.5


@pytest.mark.parametrize(("key", "answer"), ALWAYS)
def test_what_is_equal_wherever_the_key_has_a_value_is_the_same(key: str, answer: str) -> None:
    assert compare_expressions(key, answer) == (Equivalence.SAME, True)


def test_a_key_may_declare_its_letters_positive() -> None:
    declared = ExpressionCheck(value="√(a^2*b^2)", positive=("a", "b"))
    assert judge(declared, 2, "ab").clearness == 1.0
    half = ExpressionCheck(value="√(a^2*b^2)", positive=("a",))
    assert judge(half, 2, "ab").clearness <= 0.5


def test_the_names_of_declared_letters_may_have_subscripts() -> None:
    check = ExpressionCheck(value="√(x_1^2)+|F浮|", positive=("x₁", "F_浮", "+"))
    assert judge(check, 2, "x₁+F浮").clearness == 1.0


def test_a_root_with_a_power_and_no_brackets_is_read_with_doubt() -> None:
    assert compare_expressions("a", "√a^2")[1] is False
    assert compare_expressions("√a^2", "a")[1] is False


@pytest.mark.parametrize(
    ("check", "answer", "sure"),
    [
        (PointCheck(value="(|a|,1)"), "(a,1)", False),
        (PointCheck(value="(|a|,1)"), "(|a|,1)", True),
        (PointCheck(value="(√a,1)"), "(√a, 1)", True),
        (SolutionsCheck(value="x=|a|"), "x=a", False),
        (SolutionsCheck(value="x=±√a"), "x=√a或x=-√a", True),
        (SetCheck(value="(-|a|,|a|)"), "(-a,a)", False),
        (SetCheck(value="(-a,a)"), "-a<x<a", True),
        (RatioCheck(value="a:b"), "|a|:b", False),
        (RatioCheck(value="√2:1"), "2:√2", True),
        (FormulaCheck(value="c=|a|b"), "c=ab", False),
        (FormulaCheck(value="c=√(a^2)*b"), "c=ab", False),
        (FormulaCheck(value="v=√(2gh)"), "v^2=2gh", True),
        (FormulaCheck(value="T=2π√(l/g)"), "g=4π²l/T²", True),
    ],
)
def test_other_kinds_of_key_know_signs_as_well(check: Check, answer: str, sure: bool) -> None:
    judged = judge(check, 2, answer)
    assert judged.steps == 2
    assert (judged.clearness > 0.6) is sure


def test_the_other_root_is_another_formula() -> None:
    assert judge(FormulaCheck(value="v=√(2gh)"), 2, "v=-√(2gh)").steps == 0


@pytest.mark.parametrize(
    ("answer", "steps"),
    [("{1,-2}", 0), ("(1,-2)", 2), ("{(1,-2)}", 2), ("1,-2", 2), ("{x=1,y=-2", 2), ("{x=1,y=-2}", 2)],
)
def test_a_set_of_two_numbers_is_no_point(answer: str, steps: int) -> None:
    assert judge(PointCheck(value="(1,-2)"), 2, answer).steps == steps
    if not steps:
        assert not proposed(Blank(steps=2, check=PointCheck(value="(1,-2)")), answer).settles
