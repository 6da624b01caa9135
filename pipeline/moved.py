"""Whose score moved when the key or a criterion was changed."""

from __future__ import annotations

from collections.abc import Sequence

from core.base import Record
from core.pages import PageState
from core.store import UnitOfWork
from pipeline.ledgers import everybody
from pipeline.results import gather_results
from pipeline.toolbox import Toolbox

_ACTION = "mark.again"
_ALL = 1_000_000


class MovedScore(Record):
    """One response whose score changed; steps are ``None`` where there was no score."""

    page_id: str
    item: str
    candidate_id: str
    name: str
    number: str
    class_name: str
    before: int | None
    after: int | None


def moved_scores(tb: Toolbox, exam_id: str, revision: int) -> tuple[MovedScore, ...]:
    """Whose scores moved by marking again for this revision of the exam, in roster and item order.

    Only responses on placed pages are told of. A score that moved twice is told once, and not at all
    when it came back to where it was.

    Raises:
        NotFound: no such exam.
    """
    with tb.store.read() as uow:
        order = {item.number: n for n, item in enumerate(uow.exams.get(exam_id).items)}
        writer = {e.page.id: e.candidate_id for e in uow.pages.entries(exam_id, [PageState.PLACED])}
        roster = uow.candidates.roster(exam_id).candidates
        spans = _spans(uow, exam_id, f"revision {revision}")
    people = {c.id: (n, c) for n, c in enumerate(everybody(roster, writer.values()))}
    moved = []
    for (page_id, item), (before, after) in spans.items():
        if page_id in writer and item in order and before != after:
            place, candidate = people[writer[page_id]]
            score = MovedScore(
                page_id=page_id,
                item=item,
                candidate_id=candidate.id,
                name=candidate.name,
                number=candidate.number,
                class_name=candidate.class_name,
                before=before,
                after=after,
            )
            moved.append((place, order[item], score))
    return tuple(score for _place, _order, score in sorted(moved, key=lambda one: one[:2]))


def total_moves(tb: Toolbox, exam_id: str, moved: Sequence[MovedScore]) -> dict[str, tuple[int, int]]:
    """By candidate the total without these moves, and as it stands now; in steps.

    A move of an item that does not count (选做题 not chosen) moves no total.

    Raises:
        NotFound: no such exam.
    """
    results = {c.candidate.id: c for c in gather_results(tb, exam_id).candidates}
    totals: dict[str, tuple[int, int]] = {}
    for score in moved:
        result = results.get(score.candidate_id)
        item = result.item(score.item) if result is not None else None
        if result is None or item is None:
            continue
        before, after = totals.get(score.candidate_id, (result.total_steps, result.total_steps))
        gained = (score.after or 0) - (score.before or 0) if item.counted else 0
        totals[score.candidate_id] = (before - gained, after)
    return totals


def _spans(uow: UnitOfWork, exam_id: str, why: str) -> dict[tuple[str, str], tuple[int | None, int | None]]:
    """(page id, item) → the score before the first move and after the last."""
    spans: dict[tuple[str, str], tuple[int | None, int | None]] = {}
    for line in reversed(uow.audit.lines(exam_id, limit=_ALL)):
        if line.action == _ACTION and line.why == why:
            page_id, _, item = line.subject.partition(":")
            first = spans.get((page_id, item), (_steps(line.before), None))[0]
            spans[page_id, item] = (first, _steps(line.after))
    return spans


def _steps(words: str) -> int | None:
    return int(words) if words.isdigit() else None
