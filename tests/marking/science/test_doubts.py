"""Values that are denied, supposed, or given in two ways: nothing of it earns with certainty."""

from __future__ import annotations

import pytest

from core.answer_keys import (
    Check,
    ExpressionCheck,
    FollowThrough,
    FormulaCheck,
    NumberCheck,
    PointCheck,
    ReactionCheck,
    SubstanceCheck,
)
from core.exams import Criterion, ShortAnswer
from core.marks import Proposal
from marking import Licence, propose
from tests.marking.readings import text

FORCE = Criterion(id="力", steps=2, statement="拉力", check=NumberCheck(value="10", unit="N", name="F"))
WORK = Criterion(
    id="功",
    steps=2,
    statement="功",
    check=NumberCheck(value="50", unit="J", name="W"),
    follows=FollowThrough(expression="F*s", uses=(("F", "力"),), given=(("s", "5 m"),)),
)
WAITS = 0.5


def proposed(answer: str, *criteria: Criterion) -> Proposal:
    item = ShortAnswer(number="1", full_steps=sum(c.steps for c in criteria), criteria=criteria)
    return propose(item, None, (text(answer),), Licence())


def by_check(check: Check, answer: str) -> Proposal:
    return proposed(answer, Criterion(id="1", steps=2, statement="一步", check=check))


@pytest.mark.parametrize(
    ("answer", "steps", "words"),
    [
        ("F=10N F=12N", 2, "同一个量写了不同的结果：10N、12N"),
        ("F=12N，F=10N", 2, "同一个量写了不同的结果：10N、12N"),
        ("F=10N\n∵F=12N", 2, "10N、12N"),
        ("F=12N=10N", 2, "10N、12N"),
        ("拉力是10N，拉力是12N", 2, "10N、12N"),
        ("F=10N，F不是10N", 2, "又否定了“10N”"),
        ("F不是10N", 0, "“10N”，但前后有否定"),
        ("F≠10N", 0, "但前后有否定"),
        ("F=10N是错的", 0, "没有找到"),
        ("F is not 10 N", 0, "但前后有否定"),
        ("若F=10N", 2, "“10N”写在假设里"),
        ("如果F=10N\n则物体不动", 2, "写在假设里"),
        ("if F=10N then it moves", 2, "写在假设里"),
        ("若F=10N，但实际F=2N", 0, "同一个量写了不同的结果：2N、10N"),
    ],
)
def test_what_is_not_said_for_certain_waits(answer: str, steps: int, words: str) -> None:
    found = proposed(answer, FORCE)
    assert (found.steps, words in found.reason) == (steps, True), found.reason
    assert found.confidence <= WAITS or "没有找到" in words


def test_a_solution_that_takes_its_supposition_back_does_not_earn_by_it() -> None:
    found = proposed("若F=10N则W=50J，但实际F=2N，W=10J", FORCE, WORK)
    assert [award.steps for award in found.awards] == [0, 2]
    assert "按你第①步的结果 F=2N" in found.awards[1].reason
    assert found.confidence <= WAITS


def test_a_denied_result_is_no_result_that_others_follow_from() -> None:
    found = proposed("F不是12N，W=60J", FORCE, WORK)
    assert [award.steps for award in found.awards] == [0, 0]


@pytest.mark.parametrize(
    "answer",
    [
        "F=10N",
        "F=G=mg=1kg×10N/kg=10N",
        "F=0.01kN=10N",
        "F=10.04N≈10N",
        "F=10N，不是12N",
        "F1=3N，F2=7N，F=10N",
        "当F=12N时，物体不动\n实际上F=10N",
        "F=10N。若F=12N，物体会动",
        "有若干个力，F=10N",
        "F=10\nF=10N",
        "不是滑轮的重力，F=10N",
    ],
)
def test_what_is_said_once_is_as_sure_as_before(answer: str) -> None:
    found = proposed(answer, FORCE)
    assert (found.steps, found.confidence > 0.9) == (2, True), found.reason


@pytest.mark.parametrize(
    ("check", "answer", "sure"),
    [
        (FormulaCheck(value="W=Fs"), "W=Fs\nW=F/s", False),
        (FormulaCheck(value="W=Fs"), "W=Fs，F=W/s", True),
        (FormulaCheck(value="W=Fs"), "W=Fs=Gh", True),
        (ExpressionCheck(value="2x+1", name="A"), "A=2x+1\nA=2x-1", False),
        (ExpressionCheck(value="y=2x+1"), "y=2x+1\ny=2x-1", False),
        (ExpressionCheck(value="y=2x+1"), "设 y=kx+b\n∴ y=2x+1", True),
        (ExpressionCheck(value="y=(x-1)^2-4"), "y=x²-2x-3=(x-1)²-4\n令y=0", True),
        (PointCheck(value="(2,-1)"), "顶点坐标为(2,-1)。顶点坐标为(1,2)", False),
        (PointCheck(value="(2,-1)"), "焦点坐标为(2,0)。顶点坐标为(2,-1)", True),
    ],
)
def test_every_kind_of_key_knows_two_answers_from_one(check: Check, answer: str, sure: bool) -> None:
    found = by_check(check, answer)
    assert found.steps == 2, found.reason
    assert (found.confidence > WAITS) is sure, found.reason


@pytest.mark.parametrize(
    ("check", "answer"),
    [
        (PointCheck(value="(2,-1)"), "顶点坐标不是(2,-1)"),
        (SubstanceCheck(value="H2O"), "化学式不是H2O"),
        (ReactionCheck(value="2H2+O2=点燃=2H2O"), "方程式不是2H2+O2=点燃=2H2O"),
        (FormulaCheck(value="W=Fs"), "公式不是W=Fs"),
    ],
)
def test_a_denied_key_earns_nothing_and_waits(check: Check, answer: str) -> None:
    found = by_check(check, answer)
    assert found.steps == 0
    assert found.confidence <= WAITS
