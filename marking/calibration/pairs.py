"""Which marks of a response compare machine and person honestly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from core.licences import MarkPair
from core.marks import Mark, MarkSource, MarkState
from marking.licence import scored_by


def pair_of(history: Sequence[Mark], now_called: Mapping[str, str] | None = None) -> MarkPair | None:
    """The machine's last proposal before a person's first mark, and the person's word.

    ``None`` unless a person's final mark is current, without a flag, by the same key and criteria as the
    proposal, and the machine had offered a score before. The pair is blind when the person's first mark was given
    without seeing the proposal; what is not known counts as seen. Once that is given, both may be looked at side by
    side, so what is said later (undone and given anew, too) can only make a blind pair disagree: it agrees if every
    mark that a person gave on top of a proposal agreed, and the present one does.

    Args:
        history: all revisions of the response's mark, oldest first.
        now_called: older rubrics under which every proposal is what it is under a newer one → that one.
    """
    names = now_called or {}
    if not history or not _by_person(history[-1]):
        return None
    first = next(n for n, mark in enumerate(history) if _by_person(mark))
    before = [mark for mark in history[:first] if mark.source is MarkSource.MACHINE]
    now = history[-1]
    if not before or before[-1].steps is None or now.steps is None:
        return None
    proposal = before[-1]
    rubric = names.get(proposal.rubric, proposal.rubric)
    if rubric != names.get(now.rubric, now.rubric):
        return None
    blind = history[first].seen_proposal is False
    said = [
        mark.steps
        for earlier, mark in pairwise(history[first - 1 :])
        if _by_person(mark) and (earlier.source is MarkSource.MACHINE or mark is history[first])
    ]
    differing = [steps for steps in (*said, now.steps) if steps != proposal.steps]
    unlike = differing[0] if blind and differing else now.steps
    return MarkPair(
        page_id=now.page_id,
        item=now.item,
        model=scored_by(proposal),
        rubric=rubric,
        confidence=proposal.confidence,
        machine_steps=proposal.steps,
        person_steps=now.steps if unlike is None else unlike,
        by=now.by,
        at=now.at,
        first_at=history[first].at,
        blind=blind,
    )


def _by_person(mark: Mark) -> bool:
    return mark.source is MarkSource.PERSON and mark.state is MarkState.FINAL and not mark.flag
