"""Results per class, statistics per item, one candidate's script, and whose score a new key moved."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from core.errors import NotFound
from feedback.statistics import class_names, statistics_of
from pipeline.moved import moved_scores, total_moves
from pipeline.results import picture_notes
from pipeline.thresholds import thresholds_of
from web.access import OFFICE, STAFF, allowed
from web.context import exam_at_hand, require_seen, tools
from web.scope import results_seen
from web.unseen import shown_moves, shown_result

bp = Blueprint("results", __name__, url_prefix="/exams/<exam_id>")


@bp.get("/results")
@allowed(STAFF)
def show(exam_id: str) -> ResponseReturnValue:
    """The table of a class (or all), and how each item went."""
    exam = exam_at_hand(exam_id)
    everything = results_seen(exam_id)
    chosen = request.args.get("class", "")
    shown = results_seen(exam_id, chosen) if chosen else everything
    statistics = statistics_of(shown, thresholds_of(tools().settings)) if shown.present else None
    return render_template(
        "results.html",
        exam=exam,
        results=shown,
        classes=class_names(everything),
        chosen=chosen,
        statistics=statistics,
        ranks={r.candidate_id: r for r in statistics.ranks} if statistics else {},
    )


@bp.get("/results/<candidate_id>")
@allowed(STAFF)
def candidate(exam_id: str, candidate_id: str) -> ResponseReturnValue:
    """One candidate, item by item."""
    exam = exam_at_hand(exam_id)
    found = next((c for c in results_seen(exam_id).candidates if c.candidate.id == candidate_id), None)
    if found is None:
        raise NotFound("成绩里没有这位考生。", "请从成绩页打开。")
    require_seen(found.candidate)
    with tools().store.read() as uow:
        pages = uow.pages.entries(exam_id, candidate_id=candidate_id)
        read = uow.pages.readings(exam_id, [e.page.id for e in pages])
        releases = uow.outputs.releases(exam_id)
        release = releases[0].revision if releases else 0
        files = [o for o in uow.outputs.of_release(exam_id, release) if o.candidate_id == candidate_id]
    return render_template(
        "candidate.html",
        exam=exam,
        result=shown_result(found),
        pages=pages,
        notes={page_id: picture_notes(reading) for page_id, reading in read.items()},
        files=files,
        release=release,
    )


@bp.get("/moved/<int:revision>")
@allowed(OFFICE)
def moved(exam_id: str, revision: int) -> ResponseReturnValue:
    """Whose score moved when this revision's key or criteria were marked again."""
    exam = exam_at_hand(exam_id)
    with tools().store.read() as uow:
        lines = uow.audit.lines(exam_id, f"revision {revision}")
        open_jobs = uow.jobs.open_of_exam(exam_id)
    saved = next((line for line in lines if line.action == "exam.save"), None)
    rows = shown_moves(moved_scores(tools(), exam_id, revision))
    return render_template(
        "moved.html",
        exam=exam,
        revision=revision,
        rows=rows,
        totals=total_moves(tools(), exam_id, rows),
        saved=saved,
        busy=bool(open_jobs),
    )
