"""The audit log of an exam, and the history of one response."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from core.errors import NotFound
from pipeline.review import history, task
from pipeline.unseen import is_unseen
from web.access import OFFICE, allowed
from web.audit_words import log_words, told
from web.context import exam_at_hand, page_at_hand, tools
from web.unseen import shown_lines, shown_marks

bp = Blueprint("audit", __name__, url_prefix="/exams/<exam_id>")
_MOST_LINES = 500


@bp.get("/audit")
@allowed(OFFICE)
def show(exam_id: str) -> ResponseReturnValue:
    """Who did what, when and why, newest first; and whether the log is whole."""
    exam = exam_at_hand(exam_id)
    subject = request.args.get("subject", "")[:120]
    with tools().store.read() as uow:
        lines = uow.audit.lines(exam_id, subject, _MOST_LINES)
        broken = uow.audit.first_broken()
        words = log_words(uow, exam)
    return render_template(
        "audit.html",
        exam=exam,
        lines=shown_lines(told(words, lines)),
        broken=broken,
        subject=words.subject(subject) if subject else "",
        most=_MOST_LINES,
    )


@bp.get("/history/<page_id>/<item>")
@allowed(OFFICE)
def response(exam_id: str, page_id: str, item: str) -> ResponseReturnValue:
    """Every mark that one response has had."""
    exam = exam_at_hand(exam_id)
    entry = page_at_hand(exam_id, page_id)
    marks = history(tools(), page_id, item)
    if not marks:
        raise NotFound(f"没有这份作答 (第 {item[:16]} 题)。")
    with tools().store.read() as uow:
        candidate = uow.candidates.roster(exam_id).by_id().get(entry.candidate_id)
        lines = told(log_words(uow, exam), uow.audit.lines(exam_id, f"{page_id}:{item}"))
    return render_template(
        "history.html",
        exam=exam,
        entry=entry,
        task=task(tools(), page_id, item),
        marks=tuple(reversed(shown_marks(marks))),
        unseen=is_unseen(marks[-1]),
        candidate=candidate,
        lines=shown_lines(lines),
    )
