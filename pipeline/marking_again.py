"""Marking again after the key or a criterion has changed: exactly what it touches, and who moved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.exams import Exam
from core.jobs import JobKind
from core.marks import Mark
from core.pages import PageReading, PageState
from core.store import UnitOfWork
from pipeline.engines import licence_of
from pipeline.proposals import keep_proposal, machine_mark, propose_choice, proposed_marks
from pipeline.toolbox import Toolbox

#: Pages whose writing belongs to somebody's answer; not second scans and strays.
_COUNTING = (PageState.RECEIVED, PageState.HELD, PageState.PLACED)
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

    Marks of people stay; where their rubric changed they wait to be looked at again.
    """
    with tb.store.read() as uow:
        exam = uow.exams.get(exam_id)
        cards = {card.id: card for card in uow.cards.of_exam(exam_id)}
        readings = uow.pages.readings(exam_id)
        corrections = uow.pages.corrections(exam_id)
        continued = _continuations(uow, exam_id, readings)
    moved: list[Moved] = []
    licence = licence_of(tb.settings)
    for done, reading in enumerate(readings.values(), start=1):
        several = (reading, *continued.get(reading.page_id, ()))
        fresh = proposed_marks(exam, cards[reading.card_id], several, licence, items)
        with tb.store.write() as uow:
            last = uow.exams.get(exam_id).revision
            if last != exam.revision:  # changed once more meanwhile: these marks are old already
                uow.jobs.ask(JobKind.MARK, exam_id, {"items": list(items), "revision": last})
                break
            for mark in fresh:
                word = corrections.get((reading.page_id, mark.item))
                certain = mark if word is None else _corrected(exam, reading, mark, word)
                moved += _keep(uow, certain, why, confirmed=word is not None)
        progress(done, len(readings))
    return tuple(moved)


def _continuations(
    uow: UnitOfWork, exam_id: str, readings: dict[str, PageReading]
) -> dict[str, tuple[PageReading, ...]]:
    """For each page the later pages of the same sheet or candidate."""
    entries = uow.pages.entries(exam_id, _COUNTING)
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


def _corrected(exam: Exam, reading: PageReading, mark: Mark, word: tuple[str, str]) -> Mark:
    """A person's word on what was filled holds against the reading, under the new key too."""
    labels, by = word
    item = exam.item(mark.item)
    again = machine_mark(exam, reading, item, propose_choice(item, labels))
    return again.model_copy(update={"reason": f"{again.reason} (填涂由 {by} 确认)".strip()})


def _keep(uow: UnitOfWork, mark: Mark, why: str, *, confirmed: bool) -> list[Moved]:
    before = uow.marks.current(mark.page_id, mark.item)
    if confirmed and before is not None:
        # only what was filled was the person's word; the key may mark it again
        kept = uow.marks.add(mark) if before.rubric != mark.rubric else None
    else:
        kept = keep_proposal(uow, mark, _CHANGED)
    if kept is None or before is None or kept.steps == before.steps:
        return []
    subject = f"{mark.page_id}:{mark.item}"
    seen = {"before": str(before.steps), "after": str(kept.steps)}
    uow.audit.write("machine", "mark.again", mark.exam_id, subject, why=why, **seen)
    return [Moved(mark.page_id, mark.item, before.steps, kept.steps)]
