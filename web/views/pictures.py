"""Pictures of pages and answers, each to those who may see it."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from core.errors import NotAllowed, NotFound
from core.people import Role
from pipeline.pictures import head_picture, item_picture, page_picture
from web.access import MARKING, OFFICE, STAFF, allowed
from web.context import exam_at_hand, may_see, me, page_at_hand, tools
from web.downloads import picture

bp = Blueprint("pictures", __name__, url_prefix="/exams/<exam_id>/pages/<page_id>")
_WIDEST_PX = 2400


@bp.get("/items/<item>.jpg")
@allowed(STAFF | MARKING)
def answer(exam_id: str, page_id: str, item: str) -> ResponseReturnValue:
    """The crop of one answer, without name or number; ``?trimmed`` leaves empty paper away."""
    exam = exam_at_hand(exam_id)
    # Only items of the exam: an imported card may also know a field that holds the name.
    if item not in {i.number for i in exam.items}:
        raise NotFound(f"本场考试没有第 {item[:16]} 题。")
    entry = page_at_hand(exam_id, page_id)
    if me().role is Role.TEACHER:
        with tools().store.read() as uow:
            candidate = uow.candidates.roster(exam_id).by_id().get(entry.candidate_id)
        if candidate is None or not may_see(candidate):
            raise NotAllowed("这份作答不在您任教的班级。")
    return picture(item_picture(tools(), page_id, item, trimmed="trimmed" in request.args))


@bp.get("/head.jpg")
@allowed(OFFICE)
def head(exam_id: str, page_id: str) -> ResponseReturnValue:
    """Name and number of a page: the office alone."""
    page_at_hand(exam_id, page_id)
    return picture(head_picture(tools(), page_id))


@bp.get("/scan")
@allowed(OFFICE)
def scan(exam_id: str, page_id: str) -> ResponseReturnValue:
    """The scan itself, or a smaller picture of it: the office alone."""
    page_at_hand(exam_id, page_id)
    width = request.args.get("width", default=1200, type=int)
    return picture(*page_picture(tools(), page_id, min(max(width, 80), _WIDEST_PX)))
