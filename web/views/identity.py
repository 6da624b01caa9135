"""Sheets whose candidate a person must settle, one after the other on the keyboard."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.errors import BadInput
from core.exams import Exam
from core.pages import PageReading
from pipeline.exchanges import exchange_tasks, pages_proposed, settle_exchange
from pipeline.repair import IdentityTask, identity_queue
from pipeline.retakes import Retake, choose_picture, retakes
from web.access import OFFICE, allowed
from web.context import exam_at_hand, me, page_at_hand, tools
from web.labels import reason_words
from web.number_notes import number_notes

bp = Blueprint("identity", __name__, url_prefix="/exams/<exam_id>/identity")
_GUESSES_SHOWN = 5


@bp.get("")
@allowed(OFFICE)
def show(exam_id: str) -> ResponseReturnValue:
    """The page with what is proposed; its script fetches the queue."""
    exam = exam_at_hand(exam_id)
    with tools().store.read() as uow:
        typed = not uow.candidates.roster(exam_id).candidates
    exchanges = exchange_tasks(tools(), exam_id)
    return render_template("identity.html", exam=exam, typed=typed, exchanges=exchanges)


@bp.post("/exchanges/<page_id>")
@allowed(OFFICE)
def exchange(exam_id: str, page_id: str) -> ResponseReturnValue:
    """A person's word on a proposal: all its sheets are settled at once."""
    exam_at_hand(exam_id)
    page_at_hand(exam_id, page_id)
    answer = request.form.get("answer", "")
    if answer not in ("accept", "deny"):
        raise BadInput(f"不认识的回答 “{answer[:20]}”。", "请使用页面上的按钮。")
    sheets = settle_exchange(tools(), exam_id, page_id, answer == "accept", me().login)
    flash(_("已处理 %(n)s 份答题卡。", n=sheets), "done")
    return redirect(url_for("identity.show", exam_id=exam_id))


@bp.get("/queue.json")
@allowed(OFFICE)
def queue(exam_id: str) -> ResponseReturnValue:
    """All sheets that wait, with ranked guesses and what was noted about their numbers.

    Those of which a proposal above speaks come last.
    """
    exam = exam_at_hand(exam_id)
    proposed = pages_proposed(exchange_tasks(tools(), exam_id))
    tasks = sorted(identity_queue(tools(), exam_id), key=lambda task: not proposed.isdisjoint(task.page_ids))
    several = retakes(tools(), exam_id)
    with tools().store.read() as uow:
        readings = uow.pages.readings(exam_id, [page for task in tasks for page in task.page_ids])
    return jsonify([_shown(exam, t, readings, proposed) | {"twins": _twins(exam, t, several)} for t in tasks])


@bp.post("/pictures/<page_id>")
@allowed(OFFICE)
def choose(exam_id: str, page_id: str) -> ResponseReturnValue:
    """Of several pictures of one page the one to use; the others become its duplicates."""
    exam_at_hand(exam_id)
    page_at_hand(exam_id, page_id)
    choose_picture(tools(), exam_id, page_id, me().login, request.form.get("why", "").strip()[:100])
    return jsonify(done=True)


def _twins(exam: Exam, task: IdentityTask, several: Mapping[str, Retake]) -> list[dict[str, object]]:
    """The pictures that claim the same page as this sheet, itself among them; empty where it is alone."""
    retake = next((several[page] for page in task.page_ids if page in several), None)
    return [
        {
            "name": picture.source_name,
            "scan": url_for("pictures.scan", exam_id=exam.id, page_id=picture.page_id, width=2000),
            "small": url_for("pictures.scan", exam_id=exam.id, page_id=picture.page_id, width=900),
            "here": picture.page_id in task.page_ids,
            "placed": picture.placed,
            "marked": picture.marked,
            "choose": url_for("identity.choose", exam_id=exam.id, page_id=picture.page_id),
        }
        for picture in (retake.pictures if retake else ())
    ]


def _shown(
    exam: Exam, task: IdentityTask, readings: Mapping[str, PageReading], proposed: Collection[str]
) -> dict[str, object]:
    page = task.page_ids[0]
    return {
        "page": page,
        "pages": len(task.page_ids),
        "sides": task.card_pages,
        "reason": reason_words(task.reason),
        "notes": [words for each in task.page_ids for words in _notes(task, readings.get(each))],
        "proposed": any(each in proposed for each in task.page_ids),
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


def _notes(task: IdentityTask, reading: PageReading | None) -> list[str]:
    """Of one page, with its side where the sheet has several."""
    notes = number_notes(reading.numbers) if reading else []
    if reading is None or len(task.page_ids) == 1:
        return notes
    return [_("第 %(n)s 面：%(words)s", n=reading.card_page, words=words) for words in notes]
