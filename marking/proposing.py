"""The one way in: an item and what was read of it become a proposal."""

from __future__ import annotations

from collections.abc import Sequence

from core.exams import Essay, Fill, Item, MultipleChoice, ShortAnswer, SingleChoice, TrueFalse
from core.marks import Proposal
from core.pages import BubbleReading, BubbleVerdict, TextReading
from core.scoring import Question, Response
from marking.choices import propose_choice
from marking.fills import propose_fill
from marking.judge.injection import suspicious
from marking.licence import Licence
from marking.scoring.protocol import Scorer
from marking.short_answers import propose_short_answer, propose_short_answers


def propose(
    item: Item,
    bubble: BubbleReading | None,
    texts: tuple[TextReading, ...],
    licence: Licence,
    scorer: Scorer | None = None,
    question: Question | None = None,
) -> Proposal:
    """What the machine would give, why, how sure it is, and whether that settles the mark.

    Args:
        item: the item with its key.
        bubble: its bubble field as read; for choices and true–false.
        texts: its writing regions as read; the others' are ignored.
        licence: what the machine may settle alone.
        scorer: of short answers; their wordings alone when ``None``.
        question: what was asked, for the scorer; the item's stem when ``None``.
    """
    own = tuple(text for text in texts if text.item == item.number)
    proposal = _by_kind(item, bubble, own, scorer, question)
    doubtful = bubble is not None and bubble.verdict is BubbleVerdict.DOUBTFUL
    return _under(licence, item, proposal, doubtful=doubtful)


def propose_all(
    item: ShortAnswer,
    answers: Sequence[tuple[TextReading, ...]],
    licence: Licence,
    scorer: Scorer,
    question: Question,
) -> tuple[Proposal, ...]:
    """As ``propose`` for each of several answers to a short-answer item, which are scored together."""
    own = [tuple(text for text in texts if text.item == item.number) for texts in answers]
    proposals = propose_short_answers(item, own, scorer, question)
    return tuple(_under(licence, item, proposal) for proposal in proposals)


def _under(licence: Licence, item: Item, proposal: Proposal, *, doubtful: bool = False) -> Proposal:
    """The proposal with whether it settles; flagged and doubtful ones never do."""
    sure = proposal.steps is not None and not (proposal.flag or doubtful)
    settles = sure and licence.allows(item.kind, proposal.confidence)
    return proposal.model_copy(update={"settles": settles})


def _by_kind(
    item: Item,
    bubble: BubbleReading | None,
    texts: tuple[TextReading, ...],
    scorer: Scorer | None,
    question: Question | None,
) -> Proposal:
    match item:
        case SingleChoice() | MultipleChoice() | TrueFalse():
            return propose_choice(item, bubble)
        case Fill():
            return _flagged(propose_fill(item, texts), texts)
        case ShortAnswer():
            return propose_short_answer(item, texts, scorer, question)
        case Essay():
            return _essay(item, texts)


def _essay(item: Essay, texts: tuple[TextReading, ...]) -> Proposal:
    """No score, ever; but the office is told of writing that speaks to the machine."""
    return _flagged(Proposal(item=item.number, steps=None, reason="作文由教师评分"), texts)


def _flagged(proposal: Proposal, texts: tuple[TextReading, ...]) -> Proposal:
    """The proposal for the office where what was written speaks to the marker; its score stays."""
    finding = suspicious(Response.of(texts).text)
    return proposal.model_copy(update={"flag": finding.flag}) if finding else proposal
