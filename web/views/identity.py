"""Sheets whose candidate a person must settle, one after the other on the keyboard."""

from __future__ import annotations

from flask import Blueprint, jsonify, render_template, url_for
from flask.typing import ResponseReturnValue

from core.exams import Exam
from pipeline.repair import IdentityTask, identity_queue
from web.access import OFFICE, allowed
from web.context import exam_at_hand, tools
from web.labels import reason_words

bp = Blueprint("identity", __name__, url_prefix="/exams/<exam_id>/identity")
_GUESSES_SHOWN = 5


@bp.get("")
@allowed(OFFICE)
def show(exam_id: str) -> ResponseReturnValue:
    """The page; its script fetches the queue."""
    exam = exam_at_hand(exam_id)
    with tools().store.read() as uow:
        typed = not uow.candidates.roster(exam_id).candidates
    return render_template("identity.html", exam=exam, typed=typed)


@bp.get("/queue.json")
@allowed(OFFICE)
def queue(exam_id: str) -> ResponseReturnValue:
    """All sheets that wait, with ranked guesses."""
    exam = exam_at_hand(exam_id)
    return jsonify([_shown(exam, task) for task in identity_queue(tools(), exam_id)])


def _shown(exam: Exam, task: IdentityTask) -> dict[str, object]:
    page = task.page_ids[0]
    return {
        "page": page,
        "pages": len(task.page_ids),
        "sides": task.card_pages,
        "reason": reason_words(task.reason),
        "head": url_for("pictures.head", exam_id=exam.id, page_id=page),
        "scan": url_for("pictures.scan", exam_id=exam.id, page_id=page),
        "settle": url_for("ledger.settle", exam_id=exam.id, page_id=page, action="assign"),
        "stray": url_for("ledger.settle", exam_id=exam.id, page_id=page, action="stray"),
        "guesses": [
            {
                "id": g.candidate_id,
                "name": g.name,
                "number": g.number,
                "class": g.class_name,
                "probability": g.probability,
            }
            for g in task.guesses[:_GUESSES_SHOWN]
        ],
    }
