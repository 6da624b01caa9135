"""Marks that exist already follow what was chosen: settled, given to people, given to people unseen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from core.exams import Exam
from core.marks import Mark, MarkState
from core.store import UnitOfWork
from marking import Licence
from marking.licence import ItemTerms, under_terms
from pipeline.agreement import licensable
from pipeline.engines import licence_of
from pipeline.licences import terms_in, watch
from pipeline.toolbox import Toolbox

#: Marks changed in one transaction.
_BATCH = 200


def apply_licences(
    tb: Toolbox, exam_id: str, args: Mapping[str, Any], progress: Callable[[int, int], None]
) -> None:
    """Bring every machine mark of the exam in line with the licences as they stand now.

    With ``args["watch"]``, an item, its licences are looked after instead: whether the seeds speak against them.
    Released marks stay settled: what was given out is changed by people, with a reason, and not by a licence. So
    do responses that are on somebody's screen; the person's mark will count.
    """
    if args.get("watch"):
        watch(tb, exam_id, str(args["watch"]))
        progress(1, 1)
        return
    usual = licence_of(tb.settings)
    with tb.store.read() as uow:
        exam = uow.exams.get(exam_id)
        numbers = [item.number for item in exam.items if licensable(item.kind)]
        keys = [(mark.page_id, mark.item) for mark in uow.marks.machine_marks(exam_id, numbers)]
    for first in range(0, len(keys), _BATCH):
        with tb.store.write() as uow:
            _bring_in_line(uow, exam, keys[first : first + _BATCH], usual)
        progress(min(len(keys), first + _BATCH), len(keys))


def _bring_in_line(uow: UnitOfWork, exam: Exam, keys: Sequence[tuple[str, str]], usual: Licence) -> None:
    terms, at_work = terms_in(uow, exam), uow.marks.locked_for_others("")
    released = _last_release(uow, exam.id)
    for key in keys:
        mark = uow.marks.current(*key)
        if mark is None or key in at_work:
            continue
        now = in_line(exam, mark, terms.get(mark.item, ItemTerms()), usual)
        if (now.state, now.seed, now.licence) == (mark.state, mark.seed, mark.licence):
            continue
        if released is None or not _was_given_out(uow, mark, released):
            uow.marks.add(now.model_copy(update={"undoes": 0}))


def in_line(exam: Exam, mark: Mark, terms: ItemTerms, usual: Licence) -> Mark:
    """The machine's mark in the state that the licences give it; the settings' where one ruled and none does now."""
    settles = usual.allows(exam.item(mark.item).kind, mark.confidence)
    ruled = mark.seed or bool(mark.licence)
    otherwise = (MarkState.FINAL if settles else MarkState.PROPOSED) if ruled else mark.state
    return under_terms(mark, terms, otherwise=otherwise)


def _was_given_out(uow: UnitOfWork, mark: Mark, released: datetime) -> bool:
    """Whether these steps were final when marks were released, whatever key they have been put under since."""
    if mark.state is not MarkState.FINAL:
        return False
    then = [one for one in uow.marks.history(mark.page_id, mark.item) if one.at <= released]
    return bool(then) and (then[-1].state, then[-1].steps) == (MarkState.FINAL, mark.steps)


def _last_release(uow: UnitOfWork, exam_id: str) -> datetime | None:
    releases = uow.outputs.releases(exam_id)
    return releases[0].at if releases else None
