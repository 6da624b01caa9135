"""Answers in groups: one mark for all of a group, members pulled out, all of it taken back."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.errors import BadInput
from core.scores import format_steps
from marking import rubric_digest
from pipeline import groups
from pipeline.groups import GroupDesk, GroupMarked, WaitingGroup
from pipeline.review import pads_of
from web.access import MARKING, allowed
from web.context import exam_at_hand, me, tools

bp = Blueprint("groups", __name__, url_prefix="/exams/<exam_id>/items/<number>/groups")

_MOST_MEMBERS = 5000


@bp.get("")
@allowed(MARKING)
def show(exam_id: str, number: str) -> ResponseReturnValue:
    """The page; its script fetches the groups."""
    exam = exam_at_hand(exam_id)
    desk = groups.group_desk(tools(), exam_id, number)
    return render_template("groups.html", exam=exam, item=desk.item)


@bp.get("/state.json")
@allowed(MARKING)
def state(exam_id: str, number: str) -> ResponseReturnValue:
    """The groups as they stand, with what to score and how far the work has come."""
    exam_at_hand(exam_id)
    return jsonify(_desk_json(groups.group_desk(tools(), exam_id, number)))


@bp.post("/start")
@allowed(MARKING)
def start(exam_id: str, number: str) -> ResponseReturnValue:
    """Owe the groups, or owe them again with the marks given since."""
    exam_at_hand(exam_id)
    groups.ask_groups(tools(), exam_id, number)
    return jsonify(asked=True)


@bp.post("/mark")
@allowed(MARKING)
def mark(exam_id: str, number: str) -> ResponseReturnValue:
    """The same mark for the members sent; those pulled out are then judged by themselves."""
    exam_at_hand(exam_id)
    given = _given()
    tb, by = tools(), me().login
    standard = given.get("standard")
    done = groups.mark_group(
        tb,
        exam_id,
        number,
        str(given.get("group", ""))[:80],
        _numbers(given, "members"),
        _numbers(given, "awards"),
        by,
        rubric=standard if isinstance(standard, str) else "",
    )
    return jsonify(_done_json(done))


@bp.post("/alone")
@allowed(MARKING)
def alone(exam_id: str, number: str) -> ResponseReturnValue:
    """Pull an answer out of its group, or put it back."""
    exam_at_hand(exam_id)
    given = _given()
    back = given.get("back") is True
    groups.pull_out(tools(), exam_id, number, str(given.get("page", ""))[:80], me().login, back=back)
    return jsonify(back=back)


@bp.post("/undo")
@allowed(MARKING)
def undo(exam_id: str, number: str) -> ResponseReturnValue:
    """Take one's last mark of a group back."""
    exam_at_hand(exam_id)
    return jsonify(_done_json(groups.undo_group(tools(), exam_id, number, me().login)))


def _given() -> dict[str, Any]:
    given = request.get_json(silent=True)
    return given if isinstance(given, dict) else {}


def _numbers(given: dict[str, Any], name: str) -> dict[str, int]:
    values = given.get(name)
    # A missing or empty score is never taken for 0: it has to be typed.
    if not isinstance(values, dict) or not all(type(value) is int for value in values.values()):
        raise BadInput("还有没给分的项。", "每一项都要给分，0 分也要输入。")
    if len(values) > _MOST_MEMBERS:
        raise BadInput("一次给分的作答太多。", "请分几次给分。")
    return {str(key): value for key, value in values.items()}


def _done_json(done: GroupMarked) -> dict[str, Any]:
    reasons = list(dict.fromkeys(why for _, why in done.left_out))
    return {"marked": list(done.marked), "left_out": [page for page, _ in done.left_out], "why": reasons[:3]}


def _desk_json(desk: GroupDesk) -> dict[str, Any]:
    item, exam = desk.item, desk.exam
    working, failed = desk.working, desk.failed
    pads: list[dict[str, Any]] = [
        {
            "id": pad.id,
            "name": pad.name,
            "full": pad.full_steps,
            "full_points": format_steps(pad.full_steps, exam.step),
            "given": None,
            "earlier": None,
            "proposed": None,
            "machine": None,
            "confidence": None,
            "reason": "",
            "evidence": [],
        }
        for pad in pads_of(item)
    ]
    return {
        "made": desk.report is not None,
        "embedded": desk.report is None or desk.report.embedded,
        "groups": [_group_json(desk, group) for group in desk.groups],
        "step": exam.step.value,
        "full": item.full_steps,
        "pads": pads,
        "standard": rubric_digest(item),
        "left": desk.left,
        "done": desk.done,
        "ungrouped": desk.ungrouped,
        "renewable": desk.renewable if desk.renewable >= groups.RENEW_AFTER else 0,
        "outdated": desk.outdated,
        "working": None if working is None else {"done": working.done, "total": working.total},
        "failed": "" if failed is None else failed.error,
    }


def _group_json(desk: GroupDesk, waiting: WaitingGroup) -> dict[str, Any]:
    group, number = waiting.group, desk.item.number
    return {
        "id": group.id,
        "kind": group.kind,
        "why": group.why,
        "words": list(group.words),
        "numbers": list(group.numbers),
        "directions": list(group.directions),
        "likely": [[criterion, format_steps(steps, desk.exam.step)] for criterion, steps in group.likely],
        "members": [
            {
                "page": member.page_id,
                "revision": revision,
                "text": member.text,
                "crop": url_for("pictures.answer", exam_id=desk.exam.id, page_id=member.page_id, item=number),
            }
            for member, revision in waiting.members
        ],
    }
