"""The scorer that counts, with the trees that ship."""

from __future__ import annotations

import pytest

from core.errors import BadInput
from core.exams import Criterion
from core.marks import Award, Verdict
from core.scoring import Question, Response, Rubric, ScoreLevel
from marking.scoring.protocol import score
from marking.scoring.statistical import NAME, StatisticalScorer
from tests.marking.readings import text as reading

KNIFE = Question(stem="为什么菜刀要磨得很薄？", language="zh")
BY_CRITERIA = Rubric(
    full_steps=4,
    criteria=(
        Criterion(id="面积", steps=2, statement="减小了受力面积"),
        Criterion(id="压强", steps=2, statement="增大了压强", must_not=("减小压力",)),
    ),
)
SALT = Question(stem="How did you separate the salt from the water?", language="en")
BY_REFERENCE = Rubric(full_steps=3, references=("The water was evaporated, leaving the salt.",))


@pytest.fixture(scope="module")
def scorer() -> StatisticalScorer:
    return StatisticalScorer()


def awards(scorer: StatisticalScorer, text: str) -> tuple[Award, ...]:
    return score(scorer, KNIFE, BY_CRITERIA, Response(text=text))


def award(scorer: StatisticalScorer, text: str, rubric: Rubric = BY_REFERENCE) -> Award:
    return score(scorer, SALT, rubric, Response(text=text))[0]


def test_it_says_its_name_and_version(scorer: StatisticalScorer) -> None:
    assert scorer.name == NAME == "statistical-1"


def test_there_is_one_award_a_criterion_in_their_order(scorer: StatisticalScorer) -> None:
    found = awards(scorer, "减小受力面积，从而增大压强")
    assert [(a.criterion, a.full_steps) for a in found] == [("面积", 2), ("压强", 2)]


def test_a_right_answer_earns_all_and_says_where(scorer: StatisticalScorer) -> None:
    text = "磨薄可以减小受力面积，从而增大压强"
    found = awards(scorer, text)
    assert [a.steps for a in found] == [2, 2]
    assert all(a.verdict is Verdict.CREDITED for a in found)
    for a, said in zip(found, ("减小受力面积", "增大压强"), strict=True):
        (evidence,) = a.evidence
        assert evidence.text == text[evidence.start : evidence.end] == said
        assert said in a.reason


@pytest.mark.parametrize("text", ["因为刀刃很好看", "菜刀是用来切菜的工具", "妈妈昨天买的"])
def test_what_addresses_nothing_earns_nothing(scorer: StatisticalScorer, text: str) -> None:
    for a in awards(scorer, text):
        assert a.steps == 0
        assert a.verdict is Verdict.NOT_ADDRESSED
        assert a.evidence == ()
        assert a.reason.startswith("没有提到")


@pytest.mark.parametrize("text", ["", "  \n", "不知道", "？？？"])
def test_blank_answers_and_not_knowing_earn_nothing_surely(scorer: StatisticalScorer, text: str) -> None:
    for a in awards(scorer, text):
        assert a.steps == 0
        assert a.confidence > 0.95
        assert a.verdict is Verdict.NOT_ADDRESSED


def test_forbidden_words_forfeit(scorer: StatisticalScorer) -> None:
    text = "减小受力面积，减小压力，增大压强"
    area, pressure = awards(scorer, text)
    assert area.steps == 2
    assert pressure.steps == 0
    assert pressure.evidence[0].text == "减小压力"
    assert "不能出现" in pressure.reason


def test_saying_the_opposite_earns_less_than_saying_it(scorer: StatisticalScorer) -> None:
    said = award(scorer, "The water evaporated and left the salt.")
    opposite = award(scorer, "The water did not evaporate and the salt left.")
    assert opposite.expected_steps < said.expected_steps
    right, wrong = (awards(scorer, text)[0] for text in ("减小了受力面积", "增大了受力面积"))
    assert wrong.expected_steps < right.expected_steps - 0.5


def test_distributions_and_verdicts_sum_to_one_and_match_the_steps(scorer: StatisticalScorer) -> None:
    texts = ("The water evaporated", "filter", "", "I dont know", "it was left in the sun, salt stayed")
    for text in texts:
        a = award(scorer, text)
        assert sum(p for _, p in a.distribution) == pytest.approx(1.0, abs=1e-3)
        assert [steps for steps, _ in a.distribution] == [0, 1, 2, 3]
        assert sum(p for _, p in a.verdicts) == pytest.approx(1.0, abs=1e-3)
        assert a.confidence == pytest.approx(dict(a.distribution)[a.steps], abs=1e-3)


def test_reasons_are_in_the_language_of_the_question(scorer: StatisticalScorer) -> None:
    assert award(scorer, "I put it in a filter").reason.isascii() or "“" in award(scorer, "filter").reason
    assert "missing" in award(scorer, "I put it in a filter").reason


def test_saying_one_of_several_references_is_enough(scorer: StatisticalScorer) -> None:
    either = Rubric(full_steps=3, references=("Boil it away", *BY_REFERENCE.references))
    text = "The water evaporated, leaving the salt"
    assert award(scorer, text, either).expected_steps == pytest.approx(award(scorer, text).expected_steps)


def test_a_criterion_is_met_by_any_accepted_wording(scorer: StatisticalScorer) -> None:
    plain = Rubric(full_steps=1, criteria=(Criterion(id="1", steps=1, statement="蒸发"),))
    worded = Rubric(
        full_steps=1, criteria=(Criterion(id="1", steps=1, statement="蒸发", accepted=("水分+变成气体",)),)
    )
    answer = Response(text="水分受热变成气体跑掉")
    before, after = (score(scorer, KNIFE, rubric, answer)[0] for rubric in (plain, worded))
    assert after.expected_steps > before.expected_steps


def test_levels_alone_are_enough_and_the_top_one_is_worth_most(scorer: StatisticalScorer) -> None:
    rubric = Rubric(
        full_steps=2,
        levels=(
            ScoreLevel(steps=0, description="nothing about evaporation"),
            ScoreLevel(steps=1, description="says that it was left in the sun"),
            ScoreLevel(steps=2, description="says that the water evaporated and the salt was left"),
        ),
    )
    best = award(scorer, "the water evaporated and the salt was left", rubric)
    middle = award(scorer, "it was left in the sun", rubric)
    worst = award(scorer, "with a magnet", rubric)
    assert best.expected_steps > middle.expected_steps > worst.expected_steps


def test_a_rubric_that_says_nothing_is_refused_with_what_to_add(scorer: StatisticalScorer) -> None:
    with pytest.raises(BadInput) as refused:
        score(scorer, KNIFE, Rubric(full_steps=2), Response(text="蒸发"))
    assert "参考答案" in refused.value.remedy


def test_evidence_of_handwriting_has_boxes(scorer: StatisticalScorer) -> None:
    response = Response.of((reading("减小受力面积", part=0), reading("增大压强", part=1)))
    area, pressure = score(scorer, KNIFE, BY_CRITERIA, response)
    assert (area.evidence[0].part, pressure.evidence[0].part) == (0, 1)
    assert area.evidence[0].box is not None
    assert pressure.evidence[0].start == 0


def test_the_same_answer_gets_the_same_award_alone_or_among_others(scorer: StatisticalScorer) -> None:
    texts = ["减小受力面积", "增大压强", "减小受力面积", "", "很薄"]
    together = scorer.score_all(KNIFE, BY_CRITERIA, [Response(text=text) for text in texts])
    assert together[0] == together[2] == awards(scorer, "减小受力面积")
    assert scorer.score_all(KNIFE, BY_CRITERIA, []) == ()
