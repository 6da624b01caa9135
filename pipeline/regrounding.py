"""Which older standards of an item count as the present one, because no proposal differs between them.

A synonym that nobody wrote changes the key and not one mark. What was measured under the old key is then true of
the new one, and a licence chosen under it holds on. Where a single proposal differs, nothing is carried over.
"""

from __future__ import annotations

from core.base import Record
from core.exams import Exam, Item
from core.marks import Mark, MarkState
from core.store import UnitOfWork
from marking import rubric_digest
from marking.calibration import pair_of
from marking.licence import scored_by
from pipeline.learning import report_of

KIND = "same_ground"


class SameGround(Record):
    """Rubric digests of an item that all stand for the newest, which is not among them."""

    older: tuple[str, ...]
    newest: str


def keep_ground(uow: UnitOfWork, exam_id: str, before: Item, after: Item) -> None:
    """Note that every proposal under the old standard of an item is the same under the new one.

    Nothing is noted where proposals were learned from marks: learning begins anew under another standard.
    """
    item, old, new = after.number, rubric_digest(before), rubric_digest(after)
    learned = report_of(uow, exam_id, item)
    if old == new or (learned is not None and learned.applied):
        return
    kept = uow.analyses.current(exam_id, KIND, item)
    known = None if kept is None else SameGround.model_validate_json(kept.doc)
    carried = known.older if known is not None and known.newest == old else ()
    older = tuple(digest for digest in dict.fromkeys((*carried, old)) if digest != new)
    uow.analyses.add(exam_id, KIND, item, SameGround(older=older, newest=new).model_dump_json())


def now_called(uow: UnitOfWork, exam: Exam) -> dict[str, str]:
    """Older digest → present one, over all items whose present rubric has such older ones."""
    names: dict[str, str] = {}
    for number, kept in uow.analyses.all_current(exam.id, KIND).items():
        known = SameGround.model_validate_json(kept.doc)
        item = next((one for one in exam.items if one.number == number), None)
        if item is not None and rubric_digest(item) == known.newest:
            names.update(dict.fromkeys(known.older, known.newest))
    return names


def proposed_alike(old: Mark, new: Mark) -> bool:
    """Whether two proposals for one response are the same to a licence: score, awards and confidence."""
    return _seen(old) == _seen(new)


def _seen(mark: Mark) -> tuple[object, ...]:
    given = tuple((award.criterion, award.steps, award.full_steps) for award in mark.awards)
    return mark.steps, given, mark.confidence, mark.flag, scored_by(mark)


def ground_lost(uow: UnitOfWork, exam: Exam, item: str) -> tuple[str, ...]:
    """What a changed key costs that changes any proposal: marks given unseen, marks that a licence settled."""
    digest, names = rubric_digest(exam.item(item)), now_called(uow, exam)
    histories = uow.marks.marked_by_people(exam.id, (item,)).values()
    pairs = [pair for pair in (pair_of(history, names) for history in histories) if pair is not None]
    blind = sum(pair.blind and pair.rubric == digest for pair in pairs)
    marks = uow.marks.machine_marks(exam.id, (item,))
    settled = sum(bool(mark.licence) and mark.state is MarkState.FINAL for mark in marks)
    told = []
    if blind:
        told.append(f"采用后, 这道题已有的 {blind} 份盲评不能再用来授权, 要重新盲评。")
    if settled:
        told.append(f"采用后, 这道题的授权不再适用: 由机器授权定分的 {settled} 份, 没有发布的回到待评。")
    return tuple(told)
