"""选做题 in doubt: the scripts that wait for a person's word on which item counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.cards import Card
from core.errors import BadInput
from core.ledger import PageEntry
from core.results import CandidateStatus
from pipeline.results import optional_choices, read_state
from pipeline.toolbox import Toolbox


def choose_optional(tb: Toolbox, page_id: str, group_id: str, item: str, by: str) -> None:
    """A person's word on which item of a 选做题 group counts on this script ("" = none)."""
    with tb.store.write() as uow:
        entry = uow.pages.entry(page_id)
        group = next((g for g in uow.exams.get(entry.page.exam_id).optional_groups if g.id == group_id), None)
        if group is None or (item and item not in group.items):
            raise BadInput(f"选做题 {group_id} 里没有第 {item} 题。", "请选择其中一题。")
        uow.pages.correct(entry.page.exam_id, page_id, f"optional:{group_id}", item, by)
        uow.audit.write(by, "optional.choose", entry.page.exam_id, page_id, after=f"{group_id}={item}")


@dataclass(frozen=True)
class OptionalTask:
    """A script on which it is not clear which 选做题 was answered."""

    page_id: str
    group_id: str
    items: tuple[str, ...]
    reason: str


def optional_queue(tb: Toolbox, exam_id: str) -> tuple[OptionalTask, ...]:
    """All scripts whose 选做题 a person must decide."""
    with tb.store.read() as uow:
        state = read_state(uow, exam_id)
    tasks = []
    for candidate, pages in state.scripts.items():
        if state.statuses.get(candidate, CandidateStatus.PRESENT) is not CandidateStatus.PRESENT:
            continue
        for group in state.exam.optional_groups:
            choice = optional_choices(state, pages)[group.id]
            entry = _page_with_group(state.cards, pages, group.id) if choice.doubtful else None
            if entry is not None:
                tasks.append(OptionalTask(entry.page.id, group.id, group.items, choice.reason))
    return tuple(tasks)


def _page_with_group(
    cards: Mapping[str, Card], pages: Mapping[int, PageEntry], group_id: str
) -> PageEntry | None:
    for entry in pages.values():
        card = cards[entry.card_id]
        if any(field.key == group_id for field in card.page(entry.card_page).bubbles):
            return entry
    return next(iter(pages.values()), None)
