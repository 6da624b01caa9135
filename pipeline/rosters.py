"""Taking a roster in."""

from __future__ import annotations

from core.errors import Conflict, NotFound
from core.jobs import JobKind
from core.pages import PageState
from core.roster_files import RosterReading, merge_roster, read_pasted, read_roster
from core.rosters import Candidate, Roster
from core.store import UnitOfWork
from pipeline.numbers import numbered
from pipeline.toolbox import Toolbox


def import_roster(tb: Toolbox, exam_id: str, content: bytes, file_name: str, by: str) -> RosterReading:
    """Read a roster file and merge it into the exam's.

    Raises:
        RosterInvalid: the file is no roster or contradicts itself; nothing was changed.
    """
    return keep_roster(tb, exam_id, read_roster(content, file_name), by)


def paste_roster(tb: Toolbox, exam_id: str, text: str, by: str) -> RosterReading:
    """Read pasted lines (from Excel) and merge them into the exam's roster.

    Raises:
        RosterInvalid: the text is no roster or contradicts itself; nothing was changed.
    """
    return keep_roster(tb, exam_id, read_pasted(text), by)


def keep_roster(tb: Toolbox, exam_id: str, reading: RosterReading, by: str) -> RosterReading:
    """Merge what was read into the exam's roster; candidates keep their ids.

    Pages that are in already are settled again, by a job: some may have found their candidate.
    """
    with tb.store.write() as uow:
        uow.exams.get(exam_id)
        before = uow.candidates.roster(exam_id)
        merged = merge_roster(before, reading)
        uow.candidates.replace(exam_id, merged)
        uow.audit.write(
            by,
            "roster.import",
            exam_id,
            "roster",
            before=f"{len(before.candidates)} candidates",
            after=f"{len(merged.candidates)} candidates",
            why="; ".join(reading.notes)[:500],
        )
        job_id = _owe_settling(uow, exam_id) if merged != before else ""
    if job_id:
        tb.wake(job_id)
    return reading


def generate_numbers(tb: Toolbox, exam_id: str, by: str) -> tuple[Candidate, ...]:
    """Give every candidate without a 考号 one: grade and class, then a running number.

    Numbers that are there stay. The new ones are as long as the number on the newest card, or as the
    exam asks where there is no card yet. Returns the candidates that got one.

    Raises:
        NotFound: no such exam.
        Conflict: the numbers of the card are too short for so many.
    """
    with tb.store.write() as uow:
        exam = uow.exams.get(exam_id)
        before = uow.candidates.roster(exam_id)
        cards = uow.cards.of_exam(exam_id)
        digits = (cards[0].number_digits if cards else 0) or exam.card.number_digits
        after = Roster(candidates=numbered(before.candidates, exam, digits))
        waiting = {c.id for c in before.candidates if not c.number}
        given = tuple(c for c in after.candidates if c.id in waiting)
        job_id = ""
        if given:
            uow.candidates.replace(exam_id, after)
            told = ", ".join(f"{c.name} {c.number}" for c in given)
            uow.audit.write(by, "roster.numbers", exam_id, "roster", after=f"{len(given)}: {told[:400]}")
            job_id = _owe_settling(uow, exam_id)
    if job_id:
        tb.wake(job_id)
    return given


def remove_candidate(tb: Toolbox, exam_id: str, candidate_id: str, by: str) -> Candidate:
    """Take a candidate off the exam's roster, e.g. one that was entered by mistake.

    Raises:
        NotFound: no such candidate.
        Conflict: pages of theirs are in; they have to be given to somebody else first.
    """
    with tb.store.write() as uow:
        uow.exams.get(exam_id)
        roster = uow.candidates.roster(exam_id)
        gone = roster.by_id().get(candidate_id)
        if gone is None:
            raise NotFound(f"名单里没有考生 {candidate_id[:40]}。", "请刷新名单后再试。")
        pages = uow.pages.entries(exam_id, [PageState.PLACED], candidate_id)
        if pages:
            raise Conflict(
                f"{gone.name or gone.number} 已有 {len(pages)} 页答卷, 不能从名单移出。",
                "若答卷归错了人, 请先在核对页改正。",
            )
        rest = tuple(c for c in roster.candidates if c.id != candidate_id)
        uow.candidates.replace(exam_id, Roster(candidates=rest))
        if candidate_id in uow.candidates.statuses(exam_id):
            uow.candidates.set_status(exam_id, candidate_id, None, by, "移出名单")
        described = f"{gone.name} {gone.number} {gone.class_name}".strip()
        uow.audit.write(by, "roster.remove", exam_id, candidate_id, before=described)
        job_id = _owe_settling(uow, exam_id)
    if job_id:
        tb.wake(job_id)
    return gone


def _owe_settling(uow: UnitOfWork, exam_id: str) -> str:
    """Pages that are in already are settled again: some may have found, or lost, their candidate."""
    return uow.jobs.ask(JobKind.SETTLE, exam_id, {}) if uow.pages.counts(exam_id) else ""
