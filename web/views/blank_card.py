"""A card of the school's own: its blank scan is taken in, regions are drawn on it, a card is made."""

from __future__ import annotations

import json

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.errors import BadInput, NotFound
from core.jobs import JobKind, JobState
from pipeline.blank_cards import ask_blank_card, ask_blank_pages, blank_scan_dpi, blank_scan_pages
from web.access import OFFICE, allowed
from web.context import exam_at_hand, me, plain_name, tools
from web.downloads import picture
from web.limits import takes_file
from web.uploads import kept_for_now

bp = Blueprint("blank_card", __name__, url_prefix="/exams/<exam_id>/card/blank")
_USUAL_DPI = 200.0


@bp.get("")
@allowed(OFFICE)
def show(exam_id: str) -> ResponseReturnValue:
    """The blank sides to draw on."""
    exam = exam_at_hand(exam_id)
    with tools().store.read() as uow:
        jobs = [job for job in uow.jobs.of_exam(exam_id) if job.kind is JobKind.READ_BLANK]
    last = jobs[-1] if jobs else None
    return render_template(
        "blank_card.html",
        exam=exam,
        pages=blank_scan_pages(tools(), exam_id),
        dpi=blank_scan_dpi(tools(), exam_id) or _USUAL_DPI,
        working=last is not None and last.state in (JobState.QUEUED, JobState.RUNNING),
        failed=last.error if last is not None and last.state is JobState.FAILED else "",
    )


@bp.post("")
@allowed(OFFICE)
@takes_file()
def upload(exam_id: str) -> ResponseReturnValue:
    """Owe taking the blank scan apart."""
    exam_at_hand(exam_id)
    file = request.files.get("file")
    if file is None or not file.filename:
        raise BadInput("没有选择文件。", "请选择空白答题卡的扫描件。")
    with kept_for_now(tools(), file) as path:
        ask_blank_pages(tools(), exam_id, plain_name(file.filename, "blank"), path, me().login)
    return redirect(url_for("blank_card.show", exam_id=exam_id))


@bp.get("/<int:page>.png")
@allowed(OFFICE)
def side(exam_id: str, page: int) -> ResponseReturnValue:
    """One blank side."""
    pages = blank_scan_pages(tools(), exam_id)
    if not 1 <= page <= len(pages):
        raise NotFound(f"空白卡没有第 {page} 面。", "请重新上传空白卡。")
    return picture(tools().blobs.get(pages[page - 1]), "image/png")


@bp.post("/regions")
@allowed(OFFICE)
def draw(exam_id: str) -> ResponseReturnValue:
    """Owe the card made of the regions, sent as JSON in millimetres."""
    exam_at_hand(exam_id)
    drawn = request.get_json(silent=True)
    if not isinstance(drawn, dict) or type(drawn.get("dpi")) not in (int, float):
        raise BadInput("没有收到画好的区域。", "请刷新页面后重试。")
    regions = json.dumps(drawn.get("regions"), ensure_ascii=False)
    ask_blank_card(tools(), exam_id, regions, float(drawn["dpi"]), me().login)
    return jsonify(url=url_for("cards.show", exam_id=exam_id))
