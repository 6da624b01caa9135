"""Answers of two candidates that are alike, side by side: for the office alone."""

from __future__ import annotations

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.errors import NotFound
from core.exam_files.one_item import item_of
from core.rosters import Candidate
from pipeline.essays import ask_essays, essay_job, essay_report, flag_pair
from pipeline.ledgers import everybody
from web.access import OFFICE, allowed
from web.context import exam_at_hand, me, tools

bp = Blueprint("essays", __name__, url_prefix="/exams/<exam_id>/items/<number>/alike")
_MOST_PAIRS = 100


@bp.get("")
@allowed(OFFICE)
def alike(exam_id: str, number: str) -> ResponseReturnValue:
    """The pairs, the most alike first, with both crops and the passages they share."""
    exam = exam_at_hand(exam_id)
    with tools().store.read() as uow:
        report = essay_report(uow, exam_id, number)
        job = essay_job(uow, exam_id, number)
        pairs = report.pairs[:_MOST_PAIRS] if report else ()
        pages = {page for pair in pairs for page in (pair.first, pair.second)}
        marks = {page: uow.marks.current(page, number) for page in pages}
        owners = {page: uow.pages.entry(page).candidate_id for page in pages}
        roster = uow.candidates.roster(exam_id).candidates
    people = {c.id: c for c in everybody(roster, [owner for owner in owners.values() if owner])}
    return render_template(
        "alike.html",
        exam=exam,
        item=item_of(exam, number),
        report=report,
        job=job,
        pairs=pairs,
        marks=marks,
        writers=_writers(owners, people),
    )


def _writers(owners: dict[str, str], people: dict[str, Candidate]) -> dict[str, Candidate | None]:
    return {page: people.get(owner) for page, owner in owners.items()}


@bp.get("/state.json")
@allowed(OFFICE)
def state(exam_id: str, number: str) -> ResponseReturnValue:
    """How far the comparison has come."""
    exam_at_hand(exam_id)
    with tools().store.read() as uow:
        job = essay_job(uow, exam_id, number)
    return jsonify(busy=job is not None, done=job.done if job else 0, total=job.total if job else 0)


@bp.post("")
@allowed(OFFICE)
def compare(exam_id: str, number: str) -> ResponseReturnValue:
    """Owe reading and comparing the answers."""
    exam_at_hand(exam_id)
    ask_essays(tools(), exam_id, number)
    return redirect(url_for("essays.alike", exam_id=exam_id, number=number))


@bp.post("/flag")
@allowed(OFFICE)
def flag_both(exam_id: str, number: str) -> ResponseReturnValue:
    """Put both answers of a pair among the 异常卷."""
    exam_at_hand(exam_id)
    wanted = request.form.get("first", ""), request.form.get("second", "")
    with tools().store.read() as uow:
        report = essay_report(uow, exam_id, number)
    pair = next((p for p in (report.pairs if report else ()) if (p.first, p.second) == wanted), None)
    if pair is None:
        raise NotFound("没有这一对作答。", "可能刚重新比较过，请刷新页面。")
    flag_pair(tools(), exam_id, number, pair, me().login)
    flash(_("两份都已标为异常（雷同），请到“阅卷”的异常卷里处理。"), "done")
    return redirect(url_for("essays.alike", exam_id=exam_id, number=number))
