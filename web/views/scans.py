"""Taking scans in: several files at once, then the work as it goes on."""

from __future__ import annotations

from flask import Blueprint, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from core.errors import BadInput
from core.ledger import Stack
from pipeline.arrivals import being_split
from pipeline.progress import exam_progress
from pipeline.requests import take_in
from pipeline.retry import failed_jobs
from web.access import OFFICE, allowed
from web.context import exam_at_hand, me, plain_name, tools
from web.limits import takes_file
from web.uploads import kept_for_now

bp = Blueprint("scans", __name__, url_prefix="/exams/<exam_id>/scans")


@bp.get("")
@allowed(OFFICE)
def show(exam_id: str) -> ResponseReturnValue:
    """Where files are dropped, and how far their reading has come."""
    exam = exam_at_hand(exam_id)
    tb = tools()
    stacks, broken = _stacks(exam_id)
    with tb.store.read() as uow:
        cards = uow.cards.of_exam(exam_id)
        roster = uow.candidates.roster(exam_id)
    return render_template(
        "scans.html",
        exam=exam,
        stacks=stacks,
        broken=broken,
        cards=cards,
        roster=roster,
        progress=exam_progress(tb, exam_id),
        failed=failed_jobs(tb, exam_id),
        limit_mib=tb.settings.upload_limit_mib,
    )


@bp.get("/files")
@allowed(OFFICE)
def files(exam_id: str) -> ResponseReturnValue:
    """The list of files alone, for the page that follows the work."""
    exam = exam_at_hand(exam_id)
    stacks, broken = _stacks(exam_id)
    return render_template("_stacks.html", exam=exam, stacks=stacks, broken=broken)


def _stacks(exam_id: str) -> tuple[tuple[Stack, ...], set[str]]:
    """The files, newest first, and the ids of those that were not read to their end and wait for a word."""
    with tools().store.read() as uow:
        stacks = tuple(reversed(uow.pages.stacks(exam_id)))
        broken = {s.id for s in stacks if s.error and not s.settled and not being_split(uow, s)}
    return stacks, broken


@bp.post("")
@allowed(OFFICE)
@takes_file()
def upload(exam_id: str) -> ResponseReturnValue:
    """Take one file in; its reading is owed from now on."""
    exam_at_hand(exam_id)
    file = request.files.get("file")
    if file is None or not file.filename:
        raise BadInput("没有选择文件。", "请选择扫描文件后再上传。")
    with kept_for_now(tools(), file) as path:
        taken = take_in(tools(), exam_id, plain_name(file.filename, "scan"), path, me().login)
    return jsonify(name=taken.stack.name, already=taken.already)
