"""The ledger of an exam."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from core.ledger import Ledger, balance
from core.pages import PageState
from core.results import CandidateStatus
from core.rosters import Candidate, Roster
from core.store import UnitOfWork
from pipeline.toolbox import Toolbox

_NUMBER = re.compile(r"[0-9A-Za-z]{1,20}")


def everybody(roster: Sequence[Candidate], identified: Collection[str]) -> tuple[Candidate, ...]:
    """The roster, and after it whoever was identified by 考号 alone (their id is the 考号)."""
    known = {candidate.id for candidate in roster}
    return (
        *roster,
        *(
            Candidate(id=one, number=one if _NUMBER.fullmatch(one) else "", name="" if one.isalnum() else one)
            for one in sorted(set(identified) - known)
        ),
    )


def ledger_in(uow: UnitOfWork, exam_id: str) -> Ledger:
    """The exam's ledger, inside a transaction.

    A candidate is complete with all sides of the very card that was used; who has no page yet is
    expected with those of the newest one.
    """
    sides = {card.id: len(card.pages) for card in uow.cards.of_exam(exam_id)}
    statuses = uow.candidates.statuses(exam_id)
    entries = uow.pages.entries(exam_id)
    used: dict[str, int] = {}
    for entry in entries:
        if entry.state is PageState.PLACED:
            expected = max(used.get(entry.candidate_id, 1), sides.get(entry.card_id, 1))
            used[entry.candidate_id] = expected
    return balance(
        uow.pages.stacks(exam_id),
        entries,
        Roster(candidates=everybody(uow.candidates.roster(exam_id).candidates, used)),
        statuses,
        pages_per_card=next(iter(sides.values()), 1),
        accepted_missing=frozenset(c for c, s in statuses.items() if s is not CandidateStatus.ABSENT),
        pages_of=used,
    )


def exam_ledger(tb: Toolbox, exam_id: str) -> Ledger:
    """The exam's ledger.

    Raises:
        NotFound: no such exam.
    """
    with tb.store.read() as uow:
        uow.exams.get(exam_id)
        return ledger_in(uow, exam_id)
