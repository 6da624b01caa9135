"""The exams, a new one, and where one stands."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.errors import BadInput, Conflict, ExamInvalid
from core.exam_files import read_exam
from core.people import Role
from core.store.base import utc_now
from pipeline.exams import save_exam
from pipeline.licences import fallen_back
from pipeline.progress import exam_progress
from pipeline.retry import failed_jobs, retry_failed
from web.access import OFFICE, STAFF, allowed
from web.context import exam_at_hand, me, safe_next, tools
from web.licence_words import scope_name
from web.limits import takes_file
from web.outline import outline_text, outline_words
from web.sentence import sentence_of
from web.today import today_of
from web.uploads import SMALL_FILE_MIB, text_of_upload
from web.views.editor import problems_of

bp = Blueprint("exams", __name__, url_prefix="/exams")


@bp.get("")
@allowed(STAFF)
def listing() -> ResponseReturnValue:
    """All exams of the office, or those that a teacher's classes sit."""
    tb = tools()
    with tb.store.read() as uow:
        exams = uow.exams.all()
        if me().role is Role.TEACHER:
            mine = set(me().classes)
            exams = tuple(
                e for e in exams if mine & {c.class_name for c in uow.candidates.roster(e.id).candidates}
            )
        counts = {e.id: len(uow.candidates.roster(e.id).candidates) for e in exams}
        released = {e.id: bool(uow.outputs.releases(e.id)) for e in exams}
    progress = {e.id: exam_progress(tb, e.id) for e in exams}
    return render_template("exams.html", exams=exams, counts=counts, released=released, progress=progress)


@bp.get("/new")
@allowed(OFFICE)
def new() -> ResponseReturnValue:
    """The form for a new exam: by its outline, or from a YAML file."""
    suggested = f"{utc_now():%y%m%d}-{secrets.token_hex(2)}"
    return render_template("exam_new.html", form=request.form, suggested=suggested)


@bp.post("/new")
@allowed(OFFICE)
@takes_file(SMALL_FILE_MIB)
def make() -> ResponseReturnValue:
    """Keep a new exam from the outline or the file."""
    form = request.form
    try:
        if "file" in request.files and request.files["file"].filename:
            text, name = text_of_upload(request.files["file"])
        else:
            text, name = _text_of_outline(form), "试卷提纲"
        _refuse_known(text, name)
        saved = save_exam(tools(), text, name, me().login, base_revision=0)
    except (BadInput, Conflict) as error:
        page = render_template("exam_new.html", form=form, suggested=form.get("id", ""), problem=error)
        return page, error.http_status
    return redirect(url_for("exams.today", exam_id=saved.exam.id))


def _text_of_outline(form: Mapping[str, str]) -> str:
    """The outline as YAML, which is known to be a valid exam."""
    text = outline_text(form)
    try:
        read_exam(text, "试卷提纲")
    except ExamInvalid as error:
        told = [outline_words(form, problem.path, problem.words) for problem in problems_of(error)]
        raise BadInput("\n".join(dict.fromkeys(told)), "其余内容都还在，改好后再按一次。") from error
    return text


def _refuse_known(text: str, name: str) -> None:
    exam = read_exam(text, name)
    with tools().store.read() as uow:
        if uow.exams.has(exam.id):
            raise Conflict(
                f"已有编号为 {exam.id} 的考试。", "要修改它请打开后编辑；要新建请换一个编号 (id)。"
            )


@bp.get("/<exam_id>")
@allowed(STAFF)
def today(exam_id: str) -> ResponseReturnValue:
    """The seven steps, and which is next."""
    exam = exam_at_hand(exam_id)
    if me().role is Role.TEACHER:
        return redirect(url_for("results.show", exam_id=exam_id))
    failed = failed_jobs(tools(), exam_id)
    with tools().store.read() as uow:
        fallen = {scope: scope_name(scope) for scope in fallen_back(uow, exam_id)}
    return render_template(
        "today.html", exam=exam, today=today_of(tools(), exam), failed=failed, fallen=fallen
    )


@bp.post("/<exam_id>/retry")
@allowed(OFFICE)
def retry(exam_id: str) -> ResponseReturnValue:
    """Owe what failed once more."""
    exam_at_hand(exam_id)
    count = retry_failed(tools(), exam_id, me().login)
    flash(_("%(n)s 件失败的工作已重新排队。", n=count) if count else _("没有失败的工作。"), "done")
    return redirect(safe_next(request.form.get("next"), url_for("exams.today", exam_id=exam_id)))


@bp.get("/<exam_id>/progress")
@allowed(OFFICE)
def progress(exam_id: str) -> ResponseReturnValue:
    """Counts for pages that follow the work, as JSON."""
    now, failed = exam_progress(tools(), exam_id), failed_jobs(tools(), exam_id)
    return jsonify({**now.model_dump(mode="json"), "sentence": sentence_of(now), "failed": failed})
