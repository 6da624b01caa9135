"""Taking a roster in."""

from __future__ import annotations

from core.jobs import JobKind
from core.roster_files import RosterReading, merge_roster, read_pasted, read_roster
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
        job_id = ""
        if merged != before and uow.pages.counts(exam_id):
            job_id = uow.jobs.ask(JobKind.SETTLE, exam_id, {})
    if job_id:
        tb.wake(job_id)
    return reading
