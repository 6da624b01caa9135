"""Scoring by pairs: every (statement, answer) gets an opinion, all in one call; opinions become awards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from core.marks import Award, Verdict
from core.scoring import Question, Response, Rubric
from marking.scoring.awards import award_of, nothing
from marking.scoring.features import FEATURE_NAMES, pair_features
from marking.scoring.features.alignment import aligned
from marking.scoring.features.shape import says_nothing
from marking.scoring.features.texts import prepared
from marking.scoring.spans import Span, evidence_in
from marking.scoring.statements import Target, targets_of
from marking.wordings import forbidden
from models.spread import Opinion
from models.verdict_trees import TreeJudgements

CLOSENESS = FEATURE_NAMES.index("rare_cosine")
#: How sure it is that a wording which forfeits the points costs them.
_FORFEITED = 0.7
#: How surely an opposite beside the same words (受力面积增大 for 减小) turns a Chinese statement of at most
#: ``_SHORT`` clauses round. Chosen, not fitted: the Chinese sets hold five such answers to short references,
#: with marks of 0, 0, 0, .3 and .6; English ones are frequent enough for the trees to learn.
TURNED = 0.7
_SHORT = 2
#: What a verdict is worth, as a share of full marks.
WORTH = np.array([1.0, 0.5, 0.0, 0.0])


class Asked(NamedTuple):
    """One pair to judge, and its features."""

    statement: str
    answer: str
    features: NDArray[np.float64]


class Opinions(NamedTuple):
    """Verdicts (N, 4) and expected shares (N,) of N pairs, and what makes distributions of them."""

    verdicts: NDArray[np.float64]
    share: NDArray[np.float64]
    means: Opinion


class Judging(Protocol):
    """Gives opinions about pairs. ``trees`` are consulted to choose between alternatives."""

    def trees(self, rows: NDArray[np.float64]) -> TreeJudgements: ...

    def opinions(self, question: Question, asked: Sequence[Asked], trees: TreeJudgements) -> Opinions: ...


class PairScorer:
    """A ``Scorer`` on top of opinions about pairs.

    Args:
        name: name and version, for the audit.
        judging: gives the opinions.
    """

    def __init__(self, name: str, judging: Judging) -> None:
        self.name = name
        self._judging = judging

    def score_all(
        self, question: Question, rubric: Rubric, responses: Sequence[Response]
    ) -> tuple[tuple[Award, ...], ...]:
        """See ``Scorer``.

        Raises:
            BadInput: the rubric says nothing that an answer could be held against.
        """
        targets = targets_of(rubric)
        texts = list(dict.fromkeys(response.text for response in responses))
        speaking = [text for text in texts if not says_nothing(prepared(text))]
        judged = [self._judged(question, target, speaking) for target in targets]
        place = {text: at for at, text in enumerate(speaking)}
        return tuple(
            tuple(
                _award(question, target, response, found, place)
                for target, found in zip(targets, judged, strict=True)
            )
            for response in responses
        )

    def _judged(self, question: Question, target: Target, answers: Sequence[str]) -> _Judged:
        """Statement, verdicts and odds over steps for each answer.

        Where a lower level's description fits better than what is asked for at the top, the expected share
        is drawn to what that level is worth, by how much better it fits.
        """
        asked, trees = self._nearest(question, target, answers)
        opinions = self._judging.opinions(question, asked, trees)
        means = opinions.means
        verdicts, said = _turned(question, asked, opinions)
        share = means.credit * (verdicts @ WORTH) + (1.0 - means.credit) * said
        top = share
        for worth, description in target.levels:
            better = np.maximum(0.0, self._likeness(question, description, answers) - top)
            share = share + better * (worth - share)
        odds = means.spread.steps(share, target.full_steps)
        return _Judged([one.statement for one in asked], verdicts, odds)

    def _nearest(
        self, question: Question, target: Target, answers: Sequence[str]
    ) -> tuple[list[Asked], TreeJudgements]:
        """For each answer the alternative that it comes nearest to, and what the trees say of that pair."""
        count = len(target.statements)
        asked = [
            Asked(statement, answer, _features(question, statement, answer))
            for answer in answers
            for statement in target.statements
        ]
        trees = self._judging.trees(_stacked(asked))
        if count == 1:
            return asked, trees
        rank = trees.share if target.criterion else np.array([one.features[CLOSENESS] for one in asked])
        best = np.arange(len(answers)) * count + rank.reshape(-1, count).argmax(axis=1)
        return [asked[i] for i in best], TreeJudgements(trees.verdicts[best], trees.share[best])

    def _likeness(self, question: Question, description: str, answers: Sequence[str]) -> NDArray[np.float64]:
        asked = [Asked(description, a, _features(question, description, a)) for a in answers]
        return self._judging.trees(_stacked(asked)).share


class _Judged(NamedTuple):
    statements: list[str]
    verdicts: NDArray[np.float64]
    odds: NDArray[np.float64]


def _turned(
    question: Question, asked: Sequence[Asked], opinions: Opinions
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Verdicts and shares with what opposites say of short Chinese statements (see ``TURNED``)."""
    if question.language != "zh":
        return opinions.verdicts, opinions.share
    turned = np.array([_says_the_opposite(one) for one in asked], dtype=np.float64) * TURNED
    verdicts = opinions.verdicts * (1.0 - turned)[:, None]
    verdicts[:, list(Verdict).index(Verdict.CONTRADICTED)] += turned
    return verdicts, opinions.share * (1.0 - turned)


def _says_the_opposite(pair: Asked) -> bool:
    statement = prepared(pair.statement)
    if len(statement.clauses) > _SHORT:
        return False
    return any(clash.close for clash in aligned(statement, prepared(pair.answer)).clashes)


def _features(question: Question, statement: str, answer: str) -> NDArray[np.float64]:
    return pair_features(question.stem, statement, answer, question.language)


def _stacked(asked: Sequence[Asked]) -> NDArray[np.float64]:
    return np.stack([a.features for a in asked]) if asked else np.zeros((0, len(FEATURE_NAMES)))


def _award(
    question: Question, target: Target, response: Response, found: _Judged, place: dict[str, int]
) -> Award:
    at = place.get(response.text)
    if at is None:
        return nothing(question, target)
    forfeited = _forfeited(question, target, response)
    if forfeited is not None:
        return forfeited
    return award_of(question, target, response, found.statements[at], found.verdicts[at], found.odds[at])


def _forfeited(question: Question, target: Target, response: Response) -> Award | None:
    """No steps where the answer says a wording that forfeits them."""
    stop = forbidden(target.criterion, response.text) if target.criterion else None
    if stop is None:
        return None
    rest = (1.0 - _FORFEITED) / target.full_steps
    words = response.text[stop.spans[0][0] : stop.spans[0][1]]
    chinese = f"写到“{words}”，属于不能出现的说法“{stop.wording}”"
    english = f"Says “{words}”, which forfeits the points (“{stop.wording}”)."
    return nothing(question, target).model_copy(
        update={
            "reason": chinese if question.language == "zh" else english,
            "evidence": evidence_in(response, [Span(start, end) for start, end in stop.spans]),
            "confidence": _FORFEITED,
            "distribution": ((0, _FORFEITED), *((s, rest) for s in range(1, target.full_steps + 1))),
            "verdicts": ((Verdict.CONTRADICTED, _FORFEITED), (Verdict.CREDITED, 1.0 - _FORFEITED)),
        }
    )
