"""Marking again after the key or a criterion has changed: exactly what it touches, and who moved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.errors import BadInput
from core.exams import Exam
from core.jobs import JobKind
from core.marks import Mark, MarkSource, MarkState
from core.pages import PageReading, PageState
from core.store import UnitOfWork
from marking.judge.naming import is_judged
from pipeline.engines import licence_of
from pipeline.judge_round import owe_judging
from pipeline.learning import is_learnt, owe_learning_again
from pipeline.licences import under_licences
from pipeline.proposals import keep_proposal, machine_mark, option_labels, propose_choice, proposed_marks
from pipeline.scorers import quick_scorer
from pipeline.toolbox import Toolbox

#: Pages whose writing belongs to somebody's answer; not second scans and strays.
COUNTING = (PageState.RECEIVED, PageState.HELD, PageState.PLACED)
_CHANGED = "评分标准已修改, 请复核"


@dataclass(frozen=True)
class Moved:
    """A response whose score changed when it was marked again."""

    page_id: str
    item: str
    before: int | None
    after: int | None


def mark_again(
    tb: Toolbox, exam_id: str, items: Sequence[str], progress: Callable[[int, int], None], why: str = ""
) -> tuple[Moved, ...]:
    """Propose marks again for these items (all when empty) from what was read.

    Marks of people stay; where their rubric changed they wait to be looked at again. No server is waited
    for: where a judge is set, asking it is owed afterwards, as is learning.
    """
    with tb.store.read() as uow:
        exam = uow.exams.get(exam_id)
        cards = {card.id: card for card in uow.cards.of_exam(exam_id)}
        readings = uow.pages.readings(exam_id)
        corrections = uow.pages.corrections(exam_id)
        continued = continuations(uow, exam_id, readings)
    scorer = quick_scorer(exam)
    moved: list[Moved] = []
    licence = licence_of(tb.settings)
    for done, reading in enumerate(readings.values(), start=1):
        several = (reading, *continued.get(reading.page_id, ()))
        fresh = proposed_marks(exam, cards[reading.card_id], several, licence, items, scorer)
        with tb.store.write() as uow:
            last = uow.exams.get(exam_id).revision
            if last != exam.revision:  # changed once more meanwhile: these marks are old already
                uow.jobs.ask(JobKind.MARK, exam_id, {"items": list(items), "revision": last})
                break
            for mark in under_licences(uow, exam, fresh):
                word = corrections.get((reading.page_id, mark.item))
                moved += keep_again(uow, exam, reading, mark, word, why)
        progress(done, len(readings))
    with tb.store.write() as uow:
        judging = owe_judging(uow, tb.settings, exam_id)
        owed = owe_learning_again(uow, exam, items)
    for job_id in (*owed, *([judging] if judging else ())):
        tb.wake(job_id)
    return tuple(moved)


def continuations(
    uow: UnitOfWork, exam_id: str, readings: dict[str, PageReading]
) -> dict[str, tuple[PageReading, ...]]:
    """For each page the later pages of the same sheet or candidate that were read, by page id."""
    entries = uow.pages.entries(exam_id, COUNTING)
    return {
        e.page.id: tuple(
            readings[o.page.id]
            for o in sorted(entries, key=lambda o: o.card_page)
            if o.page.id in readings
            and o.card_page > e.card_page > 0
            and o.card_id == e.card_id
            and ((e.candidate_id and o.candidate_id == e.candidate_id) or (e.sheet and o.sheet == e.sheet))
        )
        for e in entries
    }


def keep_again(
    uow: UnitOfWork, exam: Exam, reading: PageReading, mark: Mark, word: tuple[str, str] | None, why: str
) -> list[Moved]:
    """Keep what is proposed under a changed standard; whose score moved, if anyone's.

    Args:
        uow: open for writing.
        exam: with the new standard.
        reading: of the page on which the item begins.
        mark: as proposed.
        word: what a person said was filled, and who; ``None`` when nobody did.
        why: for the audit log.
    """
    before = uow.marks.current(mark.page_id, mark.item)
    if word is not None and option_labels(exam.item(mark.item)) and (before is None or follows_key(before)):
        certain = corrected_mark(exam, reading, mark, word[0])
        kept = uow.marks.add(certain) if before is None or before.rubric != certain.rubric else None
    elif before is not None and _said_already(uow, before, mark):
        return []
    else:
        kept = keep_proposal(uow, mark, _CHANGED, why)
    if kept is None or before is None or kept.steps == before.steps:
        return []
    subject = f"{mark.page_id}:{mark.item}"
    seen = {"before": str(before.steps), "after": str(kept.steps)}
    uow.audit.write("machine", "mark.again", mark.exam_id, subject, why=why, **seen)
    return [Moved(mark.page_id, mark.item, before.steps, kept.steps)]


def _said_already(uow: UnitOfWork, before: Mark, fresh: Mark) -> bool:
    """Whether a judge or learning has improved on a proposal that would only be made again as it was."""
    if before.source is not MarkSource.MACHINE or before.rubric != fresh.rubric or before.flag != fresh.flag:
        return False
    if not (is_judged(before.model) or is_learnt(before)):
        return False
    same = ("steps", "awards", "model", "rubric", "confidence")
    first = [m for m in uow.marks.history(fresh.page_id, fresh.item) if m.model == fresh.model]
    return bool(first) and all(getattr(first[-1], name) == getattr(fresh, name) for name in same)


def follows_key(mark: Mark) -> bool:
    """Whether only what was filled is a person's word; a score given since is left to its giver."""
    return not mark.flag and (mark.confirmed or mark.source is MarkSource.MACHINE)


def corrected_mark(exam: Exam, reading: PageReading, mark: Mark, labels: str) -> Mark:
    """A person's word on what was filled holds against the reading, under the new key too.

    Labels that the item no longer has say nothing any more: then a person must look again.
    """
    item = exam.item(mark.item)
    try:
        again = machine_mark(exam, reading, item, propose_choice(item, labels))
    except BadInput as error:
        open_again = {"state": MarkState.PROPOSED, "steps": None, "awards": (), "confirmed": True}
        return mark.model_copy(update={**open_again, "reason": f"请重新确认填涂: {error.message}"})
    # who it was stands in the audit log; this reason is printed for the student
    return again.model_copy(update={"reason": f"{again.reason} (填涂经人工确认)".strip(), "confirmed": True})
