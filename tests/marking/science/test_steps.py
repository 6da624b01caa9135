"""Worked solutions: where the steps stand, what they earn, and errors that are carried forward."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from core.answer_keys import (
    Check,
    ExpressionCheck,
    FollowThrough,
    FormulaCheck,
    NumberCheck,
    PointCheck,
    ReactionCheck,
    SolutionsCheck,
)
from core.exams import Criterion, ShortAnswer
from core.marks import Award, Verdict
from core.scoring import Question, Response, Rubric
from marking import Licence, propose
from marking.expressions import parse_statement
from marking.science.amounts import Amount, NoAmount, evaluate
from marking.science.following import written
from marking.science.scorer import with_checks
from marking.scoring.protocol import score
from marking.scoring.worded import WordedScorer
from tests.marking.readings import text

WORK = FollowThrough(expression="F*s", uses=(("F", "2"),), given=(("s", "5 m"),))
POWER = FollowThrough(expression="W/t", uses=(("W", "3"),), given=(("t", "2 s"),), steps=2)


def criterion(id_: str, steps: int, check: Check, follows: FollowThrough | None = None) -> Criterion:
    return Criterion(id=id_, steps=steps, statement=f"第 {id_} 步", check=check, follows=follows)


def problem(*criteria: Criterion) -> ShortAnswer:
    return ShortAnswer(number="1", full_steps=sum(c.steps for c in criteria), criteria=criteria)


LIFT = problem(
    criterion("1", 1, FormulaCheck(value="W=Fs")),
    criterion("2", 2, NumberCheck(value="10", unit="N", name="F")),
    criterion("3", 2, NumberCheck(value="50", unit="J", name="W", unit_steps=1), WORK),
    criterion("4", 3, NumberCheck(value="25", unit="W", name="P"), POWER),
)


def awards(item: ShortAnswer, answer: str) -> Sequence[Award]:
    return propose(item, None, (text(answer),), Licence()).awards


def earned(item: ShortAnswer, answer: str) -> list[int]:
    return [award.steps for award in awards(item, answer)]


@pytest.mark.parametrize(
    ("answer", "steps"),
    [
        ("F=G=10N\nW=Fs=10N×5m=50J\nP=W/t=50J/2s=25W", [1, 2, 2, 3]),
        ("F = 10N，\nW = F s = 0.05kJ，\nP = 25 J/s", [1, 2, 2, 3]),
        ("拉力是10N，做功50焦，功率25瓦", [0, 2, 2, 3]),
        ("解：F=12N，W=Fs=60J\n∴P=30W", [1, 0, 2, 2]),
        ("F=12N W=60J P=30W", [0, 0, 2, 2]),
        ("F=12N\nW=Fs=60\nP=30W", [1, 0, 1, 2]),
        ("F=12N\nW=Fs=0.06kJ\nP=30W", [1, 0, 2, 2]),
        ("F=12N\nW=Fs=62J\nP=31W", [1, 0, 0, 2]),
        ("F=12N\nW=50J\nP=25W", [0, 0, 2, 3]),
        ("不会", [0, 0, 0, 0]),
        ("F=10N", [0, 2, 0, 0]),
        ("W=Fs", [1, 0, 0, 0]),
    ],
)
def test_a_solution_earns_its_steps_and_an_error_costs_once(answer: str, steps: list[int]) -> None:
    assert earned(LIFT, answer) == steps


def test_the_reason_says_whose_result_a_step_was_judged_by() -> None:
    found = awards(LIFT, "F=12N\nW=Fs=12N×5m=60J")[2]
    assert "按你第②步的结果 F=12N，本步正确" in found.reason
    assert [evidence.text for evidence in found.evidence] == ["W=Fs=12N×5m=60J"]
    assert found.evidence[0].start == len("F=12N\n")


def test_a_right_result_from_wrong_ones_is_given_with_doubt() -> None:
    found = awards(LIFT, "F=12N\nW=Fs=12N×5m=50J")[2]
    assert (found.steps, "算不出这个数" in found.reason) == (2, True)
    assert found.confidence <= 0.6


@pytest.mark.parametrize(("policy", "steps"), [(None, 2), (0, 0), (1, 1), (2, 2)])
def test_the_criterion_says_what_a_followed_step_earns(policy: int | None, steps: int) -> None:
    follows = WORK.model_copy(update={"steps": policy})
    item = problem(
        criterion("2", 2, NumberCheck(value="10", unit="N", name="F")),
        criterion("3", 2, NumberCheck(value="50", unit="J", name="W"), follows),
    )
    assert earned(item, "F=12N\nW=60J")[1] == steps


def test_units_of_the_pupil_are_carried_forward() -> None:
    assert earned(LIFT, "F=0.012kN\nW=60J\nP=30W") == [0, 0, 2, 2]


def test_temperatures_that_do_not_add_up_as_units_follow_by_their_numbers() -> None:
    item = problem(
        criterion("1", 1, NumberCheck(value="20", unit="℃", name="t")),
        criterion(
            "2",
            2,
            NumberCheck(value="84000", unit="J", name="Q"),
            FollowThrough(
                expression="c*m*t", uses=(("t", "1"),), given=(("c", "4.2×10^3 J/(kg·℃)"), ("m", "1 kg"))
            ),
        ),
    )
    assert earned(item, "t=30℃\nQ=cmt=126000J") == [0, 2]


def test_expressions_are_carried_forward_too() -> None:
    item = problem(
        criterion("1", 1, ExpressionCheck(value="2x+1", name="A")),
        criterion(
            "2",
            2,
            ExpressionCheck(value="4x+5", name="B"),
            FollowThrough(expression="2*A+3", uses=(("A", "1"),)),
        ),
    )
    assert earned(item, "A=2x+1\nB=4x+5") == [1, 2]
    assert earned(item, "A=2x-1\nB=4x+1") == [0, 2]
    assert earned(item, "A=2x-1\nB=4x+2") == [0, 0]


@pytest.mark.parametrize(
    ("check", "answer"),
    [
        (SolutionsCheck(value="x1=1,x2=3"), "x²-4x+3=0\n(x-1)(x-3)=0\n解得 x1=1, x2=3"),
        (PointCheck(value="(2,-1)"), "令 y=-1\n∴ 顶点坐标为 (2,-1)"),
        (ReactionCheck(value="2H2+O2=点燃=2H2O"), "反应的化学方程式：2H2+O2=点燃=2H2O\n所以生成水"),
        (ExpressionCheck(value="y=2x+1"), "设 y=kx+b\n代入得 k=2, b=1\n∴ y=2x+1"),
        (NumberCheck(value="3", unit="m/s"), "根据 v=s/t\n得 v=6m/2s=3m/s"),
    ],
)
def test_a_step_of_every_kind_is_found_in_its_line(check: Check, answer: str) -> None:
    award = awards(problem(criterion("1", 2, check)), answer)[0]
    assert (award.steps, award.verdict) == (2, Verdict.CREDITED), award.reason
    assert award.evidence


def test_criteria_without_a_check_are_the_base_scorers() -> None:
    item = problem(
        Criterion(id="1", steps=1, statement="压强相等", accepted=("压强相等",)),
        criterion("2", 2, NumberCheck(value="10", unit="N")),
    )
    found = awards(item, "两处压强相等\nF=10N")
    assert [award.steps for award in found] == [1, 2]
    assert "压强相等" in found[0].reason


def test_a_wording_earns_a_checked_criterion_as_well_and_a_forbidden_one_forfeits_it() -> None:
    check = NumberCheck(value="10", unit="N")
    item = problem(
        Criterion(id="1", steps=2, statement="拉力", accepted=("十牛",), must_not=("无法计算",), check=check)
    )
    assert earned(item, "拉力十牛") == [2]
    assert earned(item, "F=10N，但无法计算") == [0]


def test_an_item_without_checks_is_left_to_the_base() -> None:
    base = WordedScorer()
    assert with_checks(base, (Criterion(id="1", steps=1, statement="甲"),)) is base


def test_typed_answers_are_scored_with_distributions_and_verdicts() -> None:
    rubric = Rubric.of(LIFT)
    scorer = with_checks(WordedScorer(), rubric.criteria)
    found = score(scorer, Question(), rubric, Response(text="F=12N\nW=Fs=60J"))
    assert [award.steps for award in found] == [1, 0, 2, 0]
    for award in found:
        assert sum(p for _, p in award.distribution) == pytest.approx(1.0)
        assert sum(p for _, p in award.verdicts) == pytest.approx(1.0)
        assert award.verdict is not None


def test_long_answers_are_cut_and_not_refused() -> None:
    assert earned(LIFT, "F=10N\n" + "很长的一行，" * 2000) == [0, 2, 0, 0]


@pytest.mark.parametrize("expression", ["F/(s-s)", "F+s", "√(0-F)", "lg(0-F)"])
def test_what_has_no_value_is_refused(expression: str) -> None:
    node = parse_statement(expression).left
    newton = Amount(2.0)
    with pytest.raises(NoAmount):
        evaluate(node, {"F": newton} if "s" not in expression else {"F": newton, "t": newton})


@pytest.mark.parametrize("expression", ["2x+1", "-(x+1)^2/3", "√(x+1)", "|x-π|", "sin(x)*0.5", "x_1+F浮"])
def test_an_expression_is_written_as_it_is_read(expression: str) -> None:
    node = parse_statement(expression).left
    assert (
        parse_statement(written(parse_statement(written(node)).left)).left
        == parse_statement(written(node)).left
    )
