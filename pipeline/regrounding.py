"""Which older standards of an item count as the present one, because no proposal differs between them.

A synonym that nobody wrote changes the key and not one mark. What was measured under the old key is then true of
the new one, and a licence chosen under it holds on. Where a single proposal differs, nothing is carried over.
"""

from __future__ import annotations

from core.base import Record
from core.exams import Exam
from core.store import UnitOfWork
from marking import rubric_digest

KIND = "same_ground"


class SameGround(Record):
    """Rubric digests of an item that all stand for the newest, which is not among them."""

    older: tuple[str, ...]
    newest: str


def keep_ground(uow: UnitOfWork, exam_id: str, item: str, old: str, new: str) -> None:
    """Note that every proposal under the rubric ``old`` is the same under ``new``."""
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
