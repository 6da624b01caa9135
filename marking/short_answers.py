"""Short answers, 给分点 by 给分点: what the scorer says of them, and when nobody can say anything."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from core.exams import ShortAnswer
from core.marks import Award, Proposal
from core.pages import TextReading
from core.scoring import Question, Response, Rubric
from marking.judge.injection import suspicious
from marking.judge.naming import decided_by
from marking.judge.quiet import quieted
from marking.reading_odds import BLANK_CONFIDENCE, NOTED_CONFIDENCE, is_unread
from marking.science.scorer import with_checks
from marking.scoring.protocol import Scorer
from marking.scoring.worded import MODEL, WordedScorer


def propose_short_answer(
    item: ShortAnswer,
    texts: tuple[TextReading, ...],
    scorer: Scorer | None = None,
    question: Question | None = None,
) -> Proposal:
    """The proposal for all criteria; no steps are offered when nothing could be read.

    Args:
        scorer: what scores the criteria; their wordings alone when ``None``.
        question: what was asked; the item's stem when ``None``.
    """
    return propose_short_answers(item, (texts,), scorer, question)[0]


def propose_short_answers(
    item: ShortAnswer,
    answers: Sequence[tuple[TextReading, ...]],
    scorer: Scorer | None = None,
    question: Question | None = None,
) -> tuple[Proposal, ...]:
    """A proposal for each answer, as ``propose_short_answer``; all are scored together."""
    responses = [Response.of(texts) for texts in answers]
    unscored = [_without_scorer(item, response) for response in responses]
    chosen = with_checks(scorer or WordedScorer(), item.criteria)
    open_ones = [r for r, known in zip(responses, unscored, strict=True) if known is None]
    scored = iter(
        chosen.score_all(
            question or Question(stem=item.stem), Rubric.of(item), [quieted(r) for r in open_ones]
        )
        if open_ones
        else ()
    )
    return tuple(
        known if known is not None else _scored(item, response, next(scored), chosen.name)
        for response, known in zip(responses, unscored, strict=True)
    )


def _without_scorer(item: ShortAnswer, response: Response) -> Proposal | None:
    """What is proposed where there is nothing to score."""
    readings = response.readings
    if not readings:
        return Proposal(item=item.number, steps=None, reason="没有这道题的图像", model=MODEL)
    if all(reading.blank for reading in readings):
        return _blank(item)
    if all(is_unread(reading) or reading.blank for reading in readings):
        return Proposal(item=item.number, steps=None, reason="有笔迹，未能识别", model=MODEL)
    return None


def _scored(item: ShortAnswer, response: Response, awards: tuple[Award, ...], chain: str) -> Proposal:
    proposal = _proposal(item, awards, decided_by(chain, awards))
    if any(reading.note or is_unread(reading) for reading in response.readings):
        proposal = proposal.model_copy(update={"confidence": min(proposal.confidence, NOTED_CONFIDENCE)})
    finding = suspicious(response.text)
    return proposal.model_copy(update={"flag": finding.flag}) if finding else proposal


def _proposal(item: ShortAnswer, awards: tuple[Award, ...], model: str) -> Proposal:
    return Proposal(
        item=item.number,
        steps=sum(award.steps for award in awards),
        awards=awards,
        confidence=reduce(lambda so_far, award: so_far * award.confidence, awards, 1.0),
        reason="；".join(award.reason for award in awards),
        model=model,
    )


def _blank(item: ShortAnswer) -> Proposal:
    awards = tuple(
        Award(criterion=c.id, steps=0, full_steps=c.steps, reason="未作答", confidence=BLANK_CONFIDENCE)
        for c in item.criteria
    )
    return Proposal(
        item=item.number, steps=0, awards=awards, confidence=BLANK_CONFIDENCE, reason="未作答", model=MODEL
    )
