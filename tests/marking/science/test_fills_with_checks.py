"""Blanks with a check, marked end to end, from what the reader was torn between as well."""

from __future__ import annotations

import pytest

from core.answer_keys import (
    Check,
    ExpressionCheck,
    NumberCheck,
    NumericKey,
    PointCheck,
    ReactionCheck,
    SetCheck,
    SolutionsCheck,
    SubstanceCheck,
)
from core.exams import Blank, Criterion, Exam, Fill, Section, ShortAnswer
from core.marks import Award, Verdict
from marking import Licence, propose, rubric_digest
from marking.expectations import expectation, written_forms
from marking.weighing import weigh
from tests.marking.readings import seen, text
from tests.marking.science.checks import EVERY


def fill(check: Check, steps: int = 3) -> Fill:
    return Fill(number="1", full_steps=steps, blanks=(Blank(steps=steps, check=check),))


def award_of(check: Check, written: str) -> Award:
    return propose(fill(check), None, (text(written),), Licence()).awards[0]


@pytest.mark.parametrize(
    ("check", "written", "steps", "words"),
    [
        (NumberCheck(value="5", unit="m/s"), "18km/h", 3, "相符"),
        (NumberCheck(value="5", unit="m/s", wrong_unit_steps=1), "5km", 2, "数值对，单位错"),
        (ExpressionCheck(value="2x+1"), "1+2x", 3, "等价"),
        (SubstanceCheck(value="CO"), "Co", 0, "大小写错"),
        (ReactionCheck(value="2H2+O2=点燃=2H2O", unbalanced_steps=2), "H2+O2=点燃=H2O", 1, "未配平"),
        (SetCheck(value="x<1或x>3"), "(-∞,1)∪(3,+∞)", 3, "相同"),
        (PointCheck(value="(1,-2)"), "(-2,1)", 0, "写反了"),
        (SolutionsCheck(value="±2"), "x1=2,x2=-2", 3, "相同"),
    ],
)
def test_a_blank_with_a_check_is_marked_through_the_one_way_in(
    check: Check, written: str, steps: int, words: str
) -> None:
    award = award_of(check, written)
    assert (award.steps, words in award.reason) == (steps, True), award.reason


@pytest.mark.parametrize(
    ("written", "verdict"),
    [("H2O", Verdict.CREDITED), ("CO2", Verdict.CONTRADICTED), ("", Verdict.NOT_ADDRESSED)],
)
def test_awards_of_blanks_have_distributions_and_verdicts(written: str, verdict: Verdict) -> None:
    award = award_of(SubstanceCheck(value="H2O"), written)
    assert award.verdict is verdict
    assert sum(p for _, p in award.distribution) == pytest.approx(1.0)
    assert sum(p for _, p in award.verdicts) == pytest.approx(1.0)
    assert dict(award.distribution)[award.steps] == pytest.approx(award.confidence)


def test_what_the_reader_was_torn_between_is_held_against_the_key() -> None:
    blank = fill(SubstanceCheck(value="CO2")).blanks[0]
    read = seen(text("C02"), (1, {"0": 0.5, "O": 0.45}))
    weighed = weigh(blank, read)
    assert weighed.verified
    assert {"CO2", "C02"} <= {possible.text for possible in weighed.texts}
    proposal = propose(fill(SubstanceCheck(value="CO2")), None, (read,), Licence())
    assert proposal.steps == 3
    assert not proposal.settles or proposal.confidence >= 0.97


def test_a_capital_that_means_another_element_is_not_read_into_an_answer() -> None:
    proposal = propose(fill(SubstanceCheck(value="CO")), None, (seen(text("Co")),), Licence())
    assert not (proposal.settles and proposal.steps)


def test_equal_free_readings_earn_what_the_key_earns() -> None:
    read = seen(text("x>3或x<1"))
    proposal = propose(fill(SetCheck(value="(-∞,1)∪(3,+∞)")), None, (read,), Licence())
    assert proposal.steps == 3
    assert "x>3或x<1" in proposal.awards[0].earning


@pytest.mark.parametrize("check", EVERY, ids=range(len(EVERY)))
def test_the_reader_is_told_how_every_key_looks(check: Check) -> None:
    forms = written_forms(Blank(steps=1, check=check))
    assert forms
    assert check.value in forms or any(check.value in form for form in forms)
    assert len(forms) <= 12


def test_solutions_are_expected_in_any_order() -> None:
    forms = written_forms(Blank(steps=1, check=SolutionsCheck(value="x1=1, x2=3")))
    assert {"1,3", "3,1", "x1=3,x2=1"} <= set(forms)


def test_words_of_checked_steps_are_expected_of_short_answers() -> None:
    step = Criterion(id="1", steps=1, statement="方程式", check=ReactionCheck(value="2H2+O2=2H2O"))
    item = ShortAnswer(number="1", full_steps=1, criteria=(step,))
    exam = Exam(id="e", title="t", subject="化学", sections=(Section(title="s", items=(item,)),))
    assert "2H2+O2=2H2O" in expectation(exam, item, 0).words


def test_items_without_the_new_keys_keep_their_digests_and_a_check_changes_them() -> None:
    blanks = [Blank(steps=3, accepted=("H2O",)), Blank(steps=3, numeric=NumericKey(value="3", unit="m"))]
    digests = [rubric_digest(Fill(number="1", full_steps=3, blanks=(blank,))) for blank in blanks]
    step = Criterion(id="1", steps=1, statement="x")
    digests.append(rubric_digest(ShortAnswer(number="1", full_steps=1, criteria=(step,))))
    # as they were before checks could be said: marks kept under them stay valid
    assert [digest[:16] for digest in digests] == ["753cd1eb27275e3e", "3e72a3a175f1ffde", "bae24177d9c1d730"]
    checked = Fill(number="1", full_steps=3, blanks=(blanks[0].model_copy(update={"check": EVERY[0]}),))
    assert rubric_digest(checked) != digests[0]


def test_figures_and_costs_of_numbers_count_in_plain_numeric_keys_too() -> None:
    key = NumericKey(value="3.14", unit="m", significant_figures=3, figures_steps=1, wrong_unit_steps=2)
    item = Fill(number="1", full_steps=3, blanks=(Blank(steps=3, numeric=key),))
    earned = [
        propose(item, None, (text(one),), Licence()).steps for one in ("3.14m", "3.142m", "3.14kg", "3.5m")
    ]
    assert earned == [3, 2, 1, 0]
