"""The ledger of an exam."""

from __future__ import annotations

from core.ledger import Ledger, balance
from core.results import CandidateStatus
from core.store import UnitOfWork
from pipeline.toolbox import Toolbox


def ledger_in(uow: UnitOfWork, exam_id: str) -> Ledger:
    """The exam's ledger, inside a transaction."""
    cards = uow.cards.of_exam(exam_id)
    statuses = uow.candidates.statuses(exam_id)
    return balance(
        uow.pages.entries(exam_id),
        uow.candidates.roster(exam_id),
        statuses,
        pages_per_card=max((len(card.pages) for card in cards), default=1),
        accepted_missing=frozenset(c for c, s in statuses.items() if s is not CandidateStatus.ABSENT),
    )


def exam_ledger(tb: Toolbox, exam_id: str) -> Ledger:
    """The exam's ledger.

    Raises:
        NotFound: no such exam.
    """
    with tb.store.read() as uow:
        uow.exams.get(exam_id)
        return ledger_in(uow, exam_id)
