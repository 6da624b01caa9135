"""The one way in: an item and what was read of it become a proposal."""

from __future__ import annotations

from core.exams import Essay, Fill, Item, MultipleChoice, ShortAnswer, SingleChoice, TrueFalse
from core.marks import Proposal
from core.pages import BubbleReading, BubbleVerdict, TextReading
from marking.choices import propose_choice
from marking.fills import propose_fill
from marking.licence import Licence
from marking.short_answers import propose_short_answer


def propose(
    item: Item, bubble: BubbleReading | None, texts: tuple[TextReading, ...], licence: Licence
) -> Proposal:
    """What the machine would give, why, how sure it is, and whether that settles the mark.

    Args:
        item: the item with its key.
        bubble: its bubble field as read; for choices and true–false.
        texts: its writing regions as read; the others' are ignored.
        licence: what the machine may settle alone.
    """
    own = tuple(text for text in texts if text.item == item.number)
    proposal = _by_kind(item, bubble, own)
    doubtful = bubble is not None and bubble.verdict is BubbleVerdict.DOUBTFUL
    settles = proposal.steps is not None and not doubtful and licence.allows(item.kind, proposal.confidence)
    return proposal.model_copy(update={"settles": settles})


def _by_kind(item: Item, bubble: BubbleReading | None, texts: tuple[TextReading, ...]) -> Proposal:
    match item:
        case SingleChoice() | MultipleChoice() | TrueFalse():
            return propose_choice(item, bubble)
        case Fill():
            return propose_fill(item, texts)
        case ShortAnswer():
            return propose_short_answer(item, texts)
        case Essay():
            return Proposal(item=item.number, steps=None, reason="作文由教师评分")
