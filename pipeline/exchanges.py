"""Proposals that several sheets belong to others than their numbers say, and a person's word on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.errors import Conflict
from core.identities import Identity, Move, ProposalKind
from core.ledger import PageEntry
from core.pages import PageState
from core.rosters import Candidate
from core.store import UnitOfWork
from pipeline.repair import give, owe_continued
from pipeline.toolbox import Toolbox

_MACHINE = ("", "machine")


@dataclass(frozen=True)
class ExchangeRow:
    """One sheet of a proposal: its pages, who has it now (nobody: ``None``), and whose it may be."""

    page_ids: tuple[str, ...]
    now: Candidate | None
    meant: Candidate


@dataclass(frozen=True)
class ExchangeTask:
    """A proposal for a person. ``page_id`` names it: the page with which it is kept."""

    page_id: str
    kind: ProposalKind
    evidence: str
    odds: float
    rows: tuple[ExchangeRow, ...]

    @property
    def deniable(self) -> bool:
        """Whether all sheets can be confirmed as they are."""
        return all(row.now is not None for row in self.rows)


def exchange_tasks(tb: Toolbox, exam_id: str) -> tuple[ExchangeTask, ...]:
    """All proposals of which no sheet was settled by a person since, the likeliest first."""
    with tb.store.read() as uow:
        found = _tasks(uow, exam_id)
    return tuple(sorted(found.values(), key=lambda task: (-task.odds, task.page_id)))


def pages_proposed(tasks: Iterable[ExchangeTask]) -> frozenset[str]:
    """The pages of all sheets that take part in these proposals."""
    return frozenset(page for task in tasks for row in task.rows for page in row.page_ids)


def settle_exchange(tb: Toolbox, exam_id: str, page_id: str, accept: bool, by: str) -> int:
    """Settle all sheets of a proposal at once: as it says, or as their numbers say.

    Args:
        tb: the tools.
        exam_id: the exam.
        page_id: of the page with which the proposal is kept.
        accept: whether the proposal is right.
        by: the login of the person who has looked at the sheets.

    Returns:
        How many sheets were settled.

    Raises:
        Conflict: the proposal no longer stands, a sheet has no candidate to be confirmed with, or a
            candidate has other pages already.
    """
    with tb.store.write() as uow:
        task = _tasks(uow, exam_id).get(page_id)
        if task is None:
            raise Conflict("这条建议已经不成立了：其中有答题卡已另行处理。", "请刷新页面, 看现在的情况。")
        if not accept and not task.deniable:
            raise Conflict("其中有答题卡还没有归属, 不能照现在的确认。", "请在下面逐份确认。")
        why = ("按建议改正：" if accept else "核对后维持原考号：") + task.evidence
        owners = {
            page: (row.meant if accept or row.now is None else row.now).id
            for row in task.rows
            for page in row.page_ids
        }
        _settle_together(uow, owners, by, why[:200])
        job_id = owe_continued(uow, exam_id)
    if job_id:
        tb.wake(job_id)
    return len(task.rows)


def _settle_together(uow: UnitOfWork, owners: Mapping[str, str], by: str, why: str) -> None:
    """Give each page to its owner; all are taken up first, so that they may change places."""
    entries = {page: uow.pages.entry(page) for page in owners}
    for page in owners:
        uow.pages.update(page, state=PageState.HELD, candidate_id="")
    for page, owner in owners.items():
        give(uow, entries[page], owner, by, why)


def _tasks(uow: UnitOfWork, exam_id: str) -> dict[str, ExchangeTask]:
    """The proposals that stand, by the page with which they are kept."""
    identities = uow.pages.identities(exam_id)
    kept = [identity for identity in identities.values() if identity.proposal is not None]
    if not kept:
        return {}
    people = uow.candidates.roster(exam_id).by_id()
    entries = {e.page.id: e for e in uow.pages.entries(exam_id, [PageState.HELD, PageState.PLACED])}
    tasks = {}
    for identity in kept:
        task = _task(identity, people, entries)
        if task is not None:
            tasks[task.page_id] = task
    return tasks


def _task(
    identity: Identity, people: Mapping[str, Candidate], entries: Mapping[str, PageEntry]
) -> ExchangeTask | None:
    proposal = identity.proposal
    if proposal is None or not all(_stands(move, people, entries) for move in proposal.moves):
        return None
    rows = tuple(ExchangeRow(m.page_ids, _owner(m, people, entries), people[m.meant]) for m in proposal.moves)
    return ExchangeTask(identity.page_id, proposal.kind, proposal.evidence, proposal.odds, rows)


def _owner(move: Move, people: Mapping[str, Candidate], entries: Mapping[str, PageEntry]) -> Candidate | None:
    """Who has all pages of the sheet; nobody while one of them waits."""
    owners = {entries[page].candidate_id for page in move.page_ids}
    return people.get(owners.pop()) if len(owners) == 1 else None


def _stands(move: Move, people: Mapping[str, Candidate], entries: Mapping[str, PageEntry]) -> bool:
    """Whether the sheet's pages are there, settled by nobody but the machine, and of a known side."""
    pages = [entries.get(page) for page in move.page_ids]
    return move.meant in people and all(
        entry is not None and entry.card_page > 0 and entry.settled_by in _MACHINE for entry in pages
    )
