"""The hand work of the story, done by the answers that the stack's maker knows.

A real teacher settles identities and marks; here the truth of the made-up stack stands in for that
person, through the very use cases that the review pages call.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from core.errors import ZhupiError
from core.exams import Essay, Item
from core.pages import PageState
from core.results import CandidateStatus
from pipeline.ledgers import exam_ledger
from pipeline.proposals import option_labels
from pipeline.repair import declare, identity_queue, mark_duplicate, settle_identity
from pipeline.review import ReviewTask, correct_choice, give_mark, next_tasks, pads_of
from pipeline.toolbox import Toolbox


@dataclass(frozen=True)
class Truth:
    """What the stack's maker knows, looked up by scan and by 考号."""

    scans: Mapping[int, Mapping[str, Any]]  #: by position in the stack
    answers: Mapping[str, Mapping[str, Any]]  #: by 考号

    @classmethod
    def of(cls, truth: Mapping[str, Any]) -> Truth:
        """From ``DemoStack.truth``."""
        scans = {int(scan["index"]): scan for scan in truth["scans"]}
        return cls(scans, truth["candidates"])


def settle_by_hand(tb: Toolbox, exam_id: str, truth: Truth, by: str) -> int:
    """Settle what waits in the identity queue and the ledger; returns how many decisions it took."""
    decisions = 0
    with tb.store.read() as uow:
        positions = {e.page.id: e.page.source_index for e in uow.pages.entries(exam_id)}
        numbers = uow.candidates.roster(exam_id).by_number()
    for page in [page for waiting in identity_queue(tb, exam_id) for page in waiting.page_ids]:
        states = _states(tb, exam_id)
        if states[page] is not PageState.HELD:
            continue  # settled with the other side of its sheet
        scan = truth.scans[positions[page]]
        twins = [p for p, n in positions.items() if p != page and _same_side(truth.scans[n], scan)]
        placed = next((p for p in twins if states[p] is PageState.PLACED), None)
        if placed is not None:
            mark_duplicate(tb, page, placed, by, "同一面扫了两次")
        else:
            settle_identity(tb, page, numbers[str(scan["number"])].id, by, "看姓名确认")
        decisions += 1
    ledger = exam_ledger(tb, exam_id)
    for candidate in ledger.incomplete:
        declare(tb, exam_id, candidate, CandidateStatus.PRESENT, by, "缺一页, 已向考场核实")
        decisions += 1
    for candidate in ledger.unseen:
        declare(tb, exam_id, candidate, CandidateStatus.ABSENT, by, "缺考")
        decisions += 1
    return decisions


def _states(tb: Toolbox, exam_id: str) -> dict[str, PageState]:
    with tb.store.read() as uow:
        return {entry.page.id: entry.state for entry in uow.pages.entries(exam_id)}


def _same_side(a: Mapping[str, Any], b: Mapping[str, Any]) -> bool:
    return bool(a["number"]) and (a["number"], a["page"]) == (b["number"], b["page"])


def mark_by_hand(
    tb: Toolbox, exam_id: str, truth: Truth, by: str, step: Callable[[], object] = lambda: None
) -> int:
    """Give every waiting response its mark; returns how many."""
    with tb.store.read() as uow:
        roster = uow.candidates.roster(exam_id).by_id()
        placed = uow.pages.entries(exam_id, [PageState.PLACED])
    writers = {e.page.id: roster[e.candidate_id].number for e in placed}
    given = 0
    while tasks := next_tasks(tb, exam_id, by, count=50):
        for task in tasks:
            _mark(tb, task, truth.answers[writers[task.page_id]], by)
            given += 1
            step()
    return given


def _mark(tb: Toolbox, task: ReviewTask, answers: Mapping[str, Any], by: str) -> None:
    item = task.item
    if option_labels(item):
        correct_choice(tb, task.page_id, item.number, "".join(answers["choices"][item.number]["marked"]), by)
        return
    awards = true_awards(item, answers)
    try:
        give_mark(tb, task.page_id, item.number, awards, by)
    except ZhupiError as error:
        raise RuntimeError(f"demo truth does not fit item {item.number}: {awards}") from error


def true_awards(item: Item, answers: Mapping[str, Any]) -> dict[str, int]:
    """Steps by criterion that a careful teacher gives for these answers."""
    pads = pads_of(item)
    steps = int(answers["steps"].get(item.number, 0))
    met = answers["criteria"].get(item.number)
    if met is not None and not isinstance(item, Essay):
        return {pad.id: pad.full_steps if met[pad.id] else 0 for pad in pads}
    return _spread({pad.id: pad.full_steps for pad in pads}, steps)


def _spread(full: Mapping[str, int], steps: int) -> dict[str, int]:
    """Steps over the parts of an item, in proportion, adding up exactly."""
    total, left, given = sum(full.values()), steps, {}
    for name, most in full.items():
        given[name] = min(most, left, round(steps * most / total))
        left -= given[name]
    for name, most in full.items():
        more = min(left, most - given[name])
        given[name] += more
        left -= more
    return given
