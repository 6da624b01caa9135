"""The marking queue: crops without names, beside the rubric and what the machine found."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from core.errors import BadInput, NotAllowed, NotFound
from core.exams import Exam
from core.marks import Mark, MarkState
from core.people import Role
from core.store import UnitOfWork
from pipeline import review
from web.access import MARKING, allowed
from web.context import exam_at_hand, me, page_at_hand, tools
from web.labels import FLAG_REASONS
from web.tasks import task_json

bp = Blueprint("marking", __name__)
_AHEAD = 4
_BACK = 30


@bp.get("/marking")
@allowed(MARKING)
def exams() -> ResponseReturnValue:
    """Exams with responses that wait."""
    tb = tools()
    with tb.store.read() as uow:
        known = uow.exams.all()
    waiting = {exam.id: sum(review.queue_summary(tb, exam.id).values()) for exam in known}
    return render_template("marking_exams.html", exams=known, waiting=waiting)


@bp.get("/exams/<exam_id>/marking")
@allowed(MARKING)
def choose(exam_id: str) -> ResponseReturnValue:
    """Items with counts, to begin with one of them or with all."""
    exam = exam_at_hand(exam_id)
    tb = tools()
    waiting = review.queue_summary(tb, exam_id)
    flagged = review.queue_summary(tb, exam_id, "flagged") if me().role is Role.OFFICE else {}
    with tb.store.read() as uow:
        done = _settled(uow, exam_id)
    doubtful = len(review.optional_queue(tb, exam_id)) if me().role is Role.OFFICE else 0
    return render_template(
        "marking_choose.html", exam=exam, waiting=waiting, flagged=flagged, done=done, doubtful=doubtful
    )


def _settled(uow: UnitOfWork, exam_id: str) -> dict[str, tuple[int, int]]:
    """Item → (settled by the machine, by people)."""
    counts: dict[str, list[int]] = {}
    for (_, item), mark in uow.marks.of_exam(exam_id, MarkState.FINAL).items():
        counts.setdefault(item, [0, 0])[mark.by != "machine"] += 1
    return {item: (machine, people) for item, (machine, people) in counts.items()}


@bp.get("/exams/<exam_id>/marking/desk")
@allowed(MARKING)
def desk(exam_id: str) -> ResponseReturnValue:
    """The desk itself; its script fetches the responses."""
    exam = exam_at_hand(exam_id)
    item = request.args.get("item", "")
    if item and item not in {i.number for i in exam.items}:
        raise NotFound(f"本场考试没有第 {item[:16]} 题。")
    single = request.args.get("page", "")
    if single:
        page_at_hand(exam_id, single)
    return render_template(
        "marking_desk.html", exam=exam, item=item, queue=_queue(), reasons=FLAG_REASONS, single=single
    )


def _queue() -> review.Queue:
    if request.args.get("queue") != "flagged":
        return "waiting"
    if me().role is not Role.OFFICE:
        raise NotAllowed("异常卷由考务处理。", "请返回阅卷列表。")
    return "flagged"


@bp.get("/exams/<exam_id>/marking/next.json")
@allowed(MARKING)
def next_tasks(exam_id: str) -> ResponseReturnValue:
    """The next responses, locked for this person, and how many are left."""
    exam = exam_at_hand(exam_id)
    item, queue = request.args.get("item") or None, _queue()
    have = request.args.getlist("have")
    skip = frozenset(_response_key(word) for word in have)
    tasks = review.next_tasks(tools(), exam_id, me().login, item, _AHEAD, queue, skip)
    waiting = review.queue_summary(tools(), exam_id, queue)
    left = waiting.get(item, 0) if item else sum(waiting.values())
    return jsonify(tasks=[task_json(exam, task) for task in tasks], left=left)


def _response_key(word: str) -> tuple[str, str]:
    page, _, item = word.partition("~")
    return page, item


@bp.get("/exams/<exam_id>/marking/mine.json")
@allowed(MARKING)
def mine(exam_id: str) -> ResponseReturnValue:
    """One's own last marks, newest first (回评)."""
    exam = exam_at_hand(exam_id)
    marks = review.last_marked(tools(), exam_id, me().login, _BACK)
    return jsonify(tasks=[task_json(exam, review.task(tools(), m.page_id, m.item)) for m in marks])


@bp.get("/exams/<exam_id>/marking/<page_id>/<item>.json")
@allowed(MARKING)
def one(exam_id: str, page_id: str, item: str) -> ResponseReturnValue:
    """One response: any for the office, for a marker one that waits or is their own."""
    exam = exam_at_hand(exam_id)
    _may_mark(page_id, item, exam)
    return jsonify(task_json(exam, review.task(tools(), page_id, item)))


def _may_mark(page_id: str, item: str, exam: Exam) -> Mark:
    """The current mark, if this person may change it.

    Raises:
        NotFound: no such response in this exam.
        NotAllowed: another marker's final mark, or one that someone else is working on.
    """
    page_at_hand(exam.id, page_id)
    with tools().store.read() as uow:
        mark = uow.marks.current(page_id, item)
        locked = (page_id, item) in uow.marks.locked_for_others(me().login)
    if mark is None:
        raise NotFound(f"没有这份作答 (第 {item[:16]} 题)。", "它可能已被移走, 请返回队列。")
    if me().role is not Role.OFFICE:
        if mark.state is MarkState.FINAL and mark.by != me().login:
            raise NotAllowed("这份作答已由他人评完。", "请继续评下一份。")
        if locked or (mark.flag and mark.by != me().login):
            raise NotAllowed("这份作答正由他人处理。", "请继续评下一份。")
    return mark


@bp.post("/exams/<exam_id>/marking/<page_id>/<item>/<action>")
@allowed(MARKING)
def act(exam_id: str, page_id: str, item: str, action: str) -> ResponseReturnValue:
    """Mark, undo, flag as 异常, or say which bubbles were meant; sent as JSON."""
    exam = exam_at_hand(exam_id)
    _may_mark(page_id, item, exam)
    given = request.get_json(silent=True)
    given = given if isinstance(given, dict) else {}
    tb, by = tools(), me().login
    match action:
        case "mark":
            mark = review.give_mark(tb, page_id, item, _awards(given), by, str(given.get("reason", ""))[:200])
        case "choice":
            mark = review.correct_choice(tb, page_id, item, str(given.get("labels", ""))[:8], by)
        case "flag":
            mark = review.flag(tb, page_id, item, str(given.get("reason", "")), by)
        case "undo":
            mark = review.undo(tb, page_id, item, by)
        case _:
            raise BadInput(f"不认识的操作 “{action[:20]}”。", "请使用页面上的按钮。")
    return jsonify(steps=mark.steps, revision=mark.revision, state=mark.state.value)


def _awards(given: dict[str, Any]) -> dict[str, int]:
    awards = given.get("awards")
    # A missing or empty score is never taken for 0: it has to be typed.
    if not isinstance(awards, dict) or not all(type(v) is int for v in awards.values()):
        raise BadInput("还有没给分的项。", "每一项都要给分，0 分也要输入。")
    return {str(key): value for key, value in awards.items()}
