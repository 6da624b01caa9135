"""Results as far as a person may see them."""

from __future__ import annotations

from core.people import Role
from core.results import ExamResults
from pipeline.results import exam_results, gather_results
from web.context import may_see, me, tools


def results_seen(exam_id: str, class_name: str = "") -> ExamResults:
    """The exam's results: as they stand now for the office, as released for a teacher's own classes.

    Args:
        class_name: only this class; all that may be seen when empty.
    """
    results = gather_results(tools(), exam_id) if me().role is Role.OFFICE else _released(exam_id)
    seen = tuple(
        c
        for c in results.candidates
        if may_see(c.candidate) and (not class_name or c.candidate.class_name == class_name)
    )
    return results.model_copy(update={"candidates": seen})


def _released(exam_id: str) -> ExamResults:
    """The last release; an exam not yet released has no results that a teacher may see."""
    with tools().store.read() as uow:
        released = bool(uow.outputs.releases(exam_id))
    results = exam_results(tools(), exam_id)
    return results if released else results.model_copy(update={"candidates": ()})
