"""Which marks of a response compare machine and person honestly."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from core.licences import MarkPair
from core.marks import Mark, MarkSource, MarkState


def pair_of(history: Sequence[Mark]) -> MarkPair | None:
    """The machine's last proposal before a person's first mark, and the person's word.

    ``None`` unless a person's final mark is current, without a flag, by the same key and criteria as the
    proposal, and the machine had offered a score before. The pair is blind when every mark given on top of a
    proposal was given without seeing it; what is not known counts as seen. Once it is given, both may be looked at
    side by side, so a blind pair agrees only if the person's mark agreed when it was given unseen and still does.

    Args:
        history: all revisions of the response's mark, oldest first.
    """
    if not history or not _by_person(history[-1]):
        return None
    first = next(n for n, mark in enumerate(history) if _by_person(mark))
    before = [mark for mark in history[:first] if mark.source is MarkSource.MACHINE]
    now = history[-1]
    if not before or before[-1].steps is None or now.steps is None or before[-1].rubric != now.rubric:
        return None
    proposal = before[-1]
    given = [
        mark
        for earlier, mark in pairwise(history[first - 1 :])
        if _by_person(mark) and earlier.source is MarkSource.MACHINE
    ]
    blind = bool(given) and all(mark.seen_proposal is False for mark in given)
    unseen = given[-1].steps if blind else None
    return MarkPair(
        page_id=now.page_id,
        item=now.item,
        model=proposal.model,
        rubric=proposal.rubric,
        confidence=proposal.confidence,
        machine_steps=proposal.steps or 0,
        person_steps=now.steps if unseen in (None, proposal.steps) else unseen,
        by=now.by,
        at=now.at,
        blind=blind,
    )


def _by_person(mark: Mark) -> bool:
    return mark.source is MarkSource.PERSON and mark.state is MarkState.FINAL and not mark.flag
