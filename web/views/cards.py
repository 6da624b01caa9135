"""The exam's card: designed, imported, or drawn on a blank scan; seen and printed."""

from __future__ import annotations

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.cards import Card
from core.errors import NotFound
from core.jobs import JobKind, JobState
from pipeline.pictures import card_picture
from pipeline.requests import ask_card, ask_template
from web.access import OFFICE, allowed
from web.context import exam_at_hand, me, tools
from web.downloads import download, picture
from web.limits import takes_file
from web.uploads import SMALL_FILE_MIB, small_upload

bp = Blueprint("cards", __name__, url_prefix="/exams/<exam_id>/card")
_KINDS = (JobKind.DESIGN_CARD, JobKind.IMPORT_TEMPLATE, JobKind.READ_BLANK, JobKind.BLANK_CARD)


@bp.get("")
@allowed(OFFICE)
def show(exam_id: str) -> ResponseReturnValue:
    """The card's revisions with pictures, and ways to make another."""
    exam = exam_at_hand(exam_id)
    with tools().store.read() as uow:
        cards = uow.cards.of_exam(exam_id)
        named = {o.candidate_id: o for o in uow.outputs.of_release(exam_id, 0, "card")}
        jobs = [job for job in uow.jobs.of_exam(exam_id) if job.kind in _KINDS]
        candidates = len(uow.candidates.roster(exam_id).candidates)
    last = jobs[-1] if jobs else None
    working = last is not None and last.state in (JobState.QUEUED, JobState.RUNNING)
    failed = last.error if last is not None and last.state is JobState.FAILED else ""
    return render_template(
        "card.html",
        exam=exam,
        cards=cards,
        named=named,
        working=working,
        failed=failed,
        candidates=candidates,
    )


@bp.get("/state.json")
@allowed(OFFICE)
def state(exam_id: str) -> ResponseReturnValue:
    """Whether a card is being made."""
    exam_at_hand(exam_id)
    with tools().store.read() as uow:
        working = any(job.kind in _KINDS for job in uow.jobs.open_of_exam(exam_id))
    return jsonify(working=working)


@bp.post("/design")
@allowed(OFFICE)
def design(exam_id: str) -> ResponseReturnValue:
    """Owe the design of the card."""
    ask_card(tools(), exam_id, me().login)
    return redirect(url_for("cards.show", exam_id=exam_id))


@bp.post("/template")
@allowed(OFFICE)
@takes_file(SMALL_FILE_MIB)
def template(exam_id: str) -> ResponseReturnValue:
    """Owe the import of a zipped OMRChecker template."""
    exam_at_hand(exam_id)
    content, _name = small_upload(request.files.get("file"))
    ask_template(tools(), exam_id, content, me().login)
    return redirect(url_for("cards.show", exam_id=exam_id))


def _card(exam_id: str, revision: int) -> Card:
    exam_at_hand(exam_id)
    with tools().store.read() as uow:
        card = next((c for c in uow.cards.of_exam(exam_id) if c.revision == revision), None)
    if card is None:
        raise NotFound(f"没有第 {revision} 版答题卡。", "请从答题卡页打开。")
    return card


@bp.get("/<int:revision>/<int:page>.png")
@allowed(OFFICE)
def side(exam_id: str, revision: int, page: int) -> ResponseReturnValue:
    """A picture of one blank side."""
    return picture(card_picture(tools(), _card(exam_id, revision).id, page), "image/png")


@bp.get("/<int:revision>/card.pdf")
@allowed(OFFICE)
def pdf(exam_id: str, revision: int) -> ResponseReturnValue:
    """The card to print."""
    card = _card(exam_id, revision)
    if not card.pdf_blob:
        raise NotFound("导入的答题卡没有可打印的 PDF。", "请使用原来的卡。")
    name = f"{exam_at_hand(exam_id).title}_答题卡_{revision}.pdf"
    return download(tools().blobs.get(card.pdf_blob), name, "application/pdf")


@bp.get("/<int:revision>/named.pdf")
@allowed(OFFICE)
def named_pdf(exam_id: str, revision: int) -> ResponseReturnValue:
    """The cards with each candidate's name and code printed."""
    card = _card(exam_id, revision)
    with tools().store.read() as uow:
        named = [o for o in uow.outputs.of_release(exam_id, 0, "card") if o.candidate_id == card.id]
    if not named:
        raise NotFound("这一版没有预印姓名的卡。", "请在试卷里把考号方式改为“预印”，再生成答题卡。")
    return download(tools().blobs.get(named[0].blob), named[0].name, "application/pdf")
