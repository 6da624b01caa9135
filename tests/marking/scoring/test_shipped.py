"""The pool of trees and pair judge, and the trees alone where no judge answers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from core.errors import ModelUnusable
from core.scoring import Question, Response, Rubric
from marking.scoring.features import FEATURE_NAMES
from marking.scoring.pairwise import PairScorer
from marking.scoring.protocol import score
from marking.scoring.shipped import NAME, Pooling, ShippedScorer, versioned_name
from marking.scoring.statistical import StatisticalScorer
from models import catalogue, spread
from models.pair_judge import Judgements, Pair
from models.pooling import pooled_share, pooled_verdicts
from models.spread import PATH
from models.verdict_trees import MODEL, verdict_trees

QUESTION = Question(stem="How did the puddle dry?", language="en")
RUBRIC = Rubric(full_steps=2, references=("The water evaporated.",))


class SureJudge:
    """Says of every answer that it is credited, or that it is not; remembers what it was asked."""

    def __init__(self, credited: bool) -> None:
        self.row = [0.97, 0.01, 0.01, 0.01] if credited else [0.01, 0.01, 0.01, 0.97]
        self.asked: list[Pair] = []
        self.calls = 0

    def judge(self, pairs: Sequence[Pair]) -> Judgements:
        self.asked.extend(pairs)
        self.calls += 1
        share = 0.98 if self.row[0] > 0.5 else 0.02
        rows = np.tile(np.array(self.row, dtype=np.float32), (len(pairs), 1))
        return Judgements(rows, np.full(len(pairs), share, dtype=np.float32))


def no_judge(language: str) -> None:
    return None


def damaged_judge(language: str) -> None:
    raise ModelUnusable("weights damaged", "install again")


def pooled(judge: SureJudge, monkeypatch: pytest.MonkeyPatch) -> PairScorer:
    alone = spread.opinions()["statistical.en"]
    shared = alone.model_copy(update={"judge": 0.7, "judge_share": 0.7})
    table = {**spread.opinions(), "shipped.en": shared}
    monkeypatch.setattr("marking.scoring.shipped.opinions", lambda: table)
    return PairScorer(NAME, Pooling(verdict_trees(FEATURE_NAMES), judge))


@pytest.mark.parametrize("judge_of", [no_judge, damaged_judge])
def test_without_a_judge_the_statistical_scorer_answers_and_says_so(judge_of: object) -> None:
    scorer = ShippedScorer(judge_of)  # type: ignore[arg-type]  # both stand for pair_judge
    assert scorer.name == f"{versioned_name()}(statistical-1)"
    award = score(scorer, QUESTION, RUBRIC, Response(text="The water evaporated"))[0]
    alone = score(StatisticalScorer(), QUESTION, RUBRIC, Response(text="The water evaporated"))[0]
    assert award.model == "statistical-1"
    assert award.distribution == alone.distribution


def test_the_name_changes_with_the_table_and_the_weights(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    usual = versioned_name()
    assert re.fullmatch(rf"{NAME} [0-9a-f]{{6}}", usual)
    changed = tmp_path / "scoring.toml"
    changed.write_bytes(PATH.read_bytes() + b"#")
    monkeypatch.setattr("marking.scoring.shipped.PATH", changed)
    assert versioned_name.__wrapped__() != usual
    monkeypatch.undo()
    retrained = [
        entry.model_copy(update={"sha256": "0" * 64}) if entry.name == MODEL else entry
        for entry in catalogue.entries()
    ]
    monkeypatch.setattr(catalogue, "entries", lambda: retrained)
    assert versioned_name.__wrapped__() != usual


def test_the_judge_moves_the_award(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = Response(text="the sun dried it")
    up = score(pooled(SureJudge(True), monkeypatch), QUESTION, RUBRIC, answer)[0]
    down = score(pooled(SureJudge(False), monkeypatch), QUESTION, RUBRIC, answer)[0]
    assert up.expected_steps > down.expected_steps + 0.3


def test_all_pairs_of_a_criterion_go_to_the_judge_in_one_call(monkeypatch: pytest.MonkeyPatch) -> None:
    judge = SureJudge(True)
    texts = ["it evaporated", "the sun", "it evaporated", ""]
    pooled(judge, monkeypatch).score_all(QUESTION, RUBRIC, [Response(text=text) for text in texts])
    assert judge.calls == 1
    assert [pair.answer for pair in judge.asked] == ["it evaporated", "the sun"]
    assert judge.asked[0].question == QUESTION.stem
    assert judge.asked[0].statement == RUBRIC.references[0]


def test_pools_lie_between_both_opinions_and_at_the_ends_are_one_of_them() -> None:
    first, second = np.array([[0.7, 0.1, 0.1, 0.1]]), np.array([[0.1, 0.1, 0.1, 0.7]])
    assert pooled_verdicts(first, second, 0.0) == pytest.approx(first)
    assert pooled_verdicts(first, second, 1.0) == pytest.approx(second)
    half = pooled_verdicts(first, second, 0.5)
    assert half[0, 0] == pytest.approx(half[0, 3])
    assert half.sum() == pytest.approx(1.0)
    shares = pooled_share(np.array([0.2]), np.array([0.8]), 0.5)
    assert shares == pytest.approx([0.5])


def test_agreement_of_both_is_not_watered_down() -> None:
    sure = np.array([[0.9, 0.05, 0.03, 0.02]])
    assert pooled_verdicts(sure, sure, 0.4) == pytest.approx(sure)
