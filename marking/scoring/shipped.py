"""The shipped scorer: the trees and the neural pair judge pooled; the trees alone where no judge answers."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Sequence
from functools import cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.errors import ModelUnusable
from core.marks import Award
from core.scoring import Question, Response, Rubric
from marking.scoring.features import FEATURE_NAMES
from marking.scoring.pairwise import Asked, Opinions, PairScorer
from marking.scoring.protocol import Scorer
from marking.scoring.statistical import StatisticalScorer
from models import catalogue
from models.pair_judge import FILES, Judgements, Pair, pair_judge
from models.pooling import pooled_share, pooled_verdicts
from models.spread import PATH, opinions
from models.verdict_trees import MODEL as TREES
from models.verdict_trees import TreeJudgements, VerdictTrees, verdict_trees

NAME = "shipped-1"
_LOG = logging.getLogger(__name__)


@cache
def versioned_name() -> str:
    """ "shipped-1" and six digits that change with the trees, the pair judges or the table that pools them.

    Raises:
        ModelUnusable: the table is missing.
    """
    names = {TREES, *(name for several in FILES.values() for name in several)}
    parts = [f"{entry.name} {entry.sha256}" for entry in catalogue.entries() if entry.name in names]
    try:
        parts.append(hashlib.sha256(PATH.read_bytes()).hexdigest())
    except OSError as problem:
        raise ModelUnusable(f"评分参数文件 {PATH} 无法读取：{problem}", "请重新安装 zhupi。") from problem
    return f"{NAME} {hashlib.sha256(' '.join(sorted(parts)).encode()).hexdigest()[:6]}"


class Judge(Protocol):
    """What is needed of a pair judge."""

    def judge(self, pairs: Sequence[Pair]) -> Judgements: ...


class Pooling:
    """Opinions of the trees and of the pair judge of the question's language, pooled by log-odds."""

    def __init__(self, trees: VerdictTrees, judge: Judge) -> None:
        self._trees = trees
        self._judge = judge

    def trees(self, rows: NDArray[np.float64]) -> TreeJudgements:
        return self._trees.judge(rows)

    def opinions(self, question: Question, asked: Sequence[Asked], trees: TreeJudgements) -> Opinions:
        means = opinions()[f"shipped.{question.language}"]
        if not asked:
            return Opinions(trees.verdicts, trees.share, means)
        said = self._judge.judge([Pair(question.stem, one.statement, one.answer) for one in asked])
        return Opinions(
            pooled_verdicts(trees.verdicts, np.asarray(said.verdicts, dtype=np.float64), means.judge),
            pooled_share(trees.share, np.asarray(said.share, dtype=np.float64), means.judge_share),
            means,
        )


class ShippedScorer:
    """Pools where the language has a pair judge with fitted weights; else the statistical scorer answers.

    Args:
        judge_of: the pair judge of a language, ``None`` where none ships; may raise ``ModelUnusable``.
    """

    def __init__(self, judge_of: Callable[[str], Judge | None] = pair_judge) -> None:
        self._alone = StatisticalScorer()
        self._judge_of = judge_of
        self._pooled: dict[str, PairScorer | None] = {}

    @property
    def name(self) -> str:
        """``versioned_name()``, with "(statistical-1)" after it where no language has a pair judge."""
        judged = [language for language in ("zh", "en") if self._of(language) is not None]
        return versioned_name() if judged else f"{versioned_name()}({self._alone.name})"

    def score_all(
        self, question: Question, rubric: Rubric, responses: Sequence[Response]
    ) -> tuple[tuple[Award, ...], ...]:
        """See ``Scorer``. ``Award.model`` says "statistical-1" where no pair judge took part."""
        pooled = self._of(question.language)
        if pooled is not None:
            return pooled.score_all(question, rubric, responses)
        return tuple(
            tuple(award.model_copy(update={"model": self._alone.name}) for award in awards)
            for awards in self._alone.score_all(question, rubric, responses)
        )

    def _of(self, language: str) -> PairScorer | None:
        if language not in self._pooled:
            self._pooled[language] = self._made(language)
        return self._pooled[language]

    def _made(self, language: str) -> PairScorer | None:
        try:
            judge = self._judge_of(language)
        except ModelUnusable as problem:
            _LOG.warning("no pair judge for %s: %s", language, problem)
            return None
        if judge is None or f"shipped.{language}" not in opinions():
            return None
        return PairScorer(versioned_name(), Pooling(verdict_trees(FEATURE_NAMES), judge))


@cache
def shipped_scorer() -> Scorer:
    """The scorer that needs nothing but what ships. One for the process.

    Raises:
        ModelUnusable: even the trees are missing or refused.
    """
    return ShippedScorer()
