"""The marking queue: crops without names, beside the rubric and what the machine found."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from core.errors import BadInput, NotAllowed, NotFound
from core.exams import Exam, ItemKind
from core.marks import Mark, MarkState
from core.people import Role
from core.store import UnitOfWork
from pipeline import review
from pipeline.essays import ask_essays, essay_job, essay_report
from pipeline.optional_review import optional_queue
from web.access import MARKING, allowed
from web.context import exam_at_hand, me, page_at_hand, tools
from web.labels import FLAG_REASONS
from web.tasks import task_json

bp = Blueprint("marking", __name__)
#: How many responses one desk holds; essays take long, so fewer of them are kept from the others.
_AHEAD = 4
_ESSAYS_AHEAD = 2
_MOST_HELD = 50
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
    doubtful = len(optional_queue(tb, exam_id)) if me().role is Role.OFFICE else 0
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
    _owe_facts(exam, item)
    return render_template(
        "marking_desk.html",
        exam=exam,
        item=item,
        queue=_queue(),
        reasons=FLAG_REASONS,
        single=single,
        ahead=_ahead(exam, item),
    )


def _owe_facts(exam: Exam, number: str) -> None:
    """An essay's facts are worked out when its marking begins, once; nobody has to ask for them."""
    if number not in {i.number for i in exam.items if i.kind is ItemKind.ESSAY}:
        return
    tb = tools()
    with tb.store.read() as uow:
        known = essay_report(uow, exam.id, number) is not None or essay_job(uow, exam.id, number) is not None
    if not known:
        ask_essays(tb, exam.id, number)


def _ahead(exam: Exam, item: str | None) -> int:
    essays = {i.number for i in exam.items if i.kind is ItemKind.ESSAY}
    return _ESSAYS_AHEAD if item in essays else _AHEAD


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
    tasks = review.next_tasks(tools(), exam_id, me().login, item, _ahead(exam, item), queue, skip)
    waiting = review.queue_summary(tools(), exam_id, queue)
    left = waiting.get(item, 0) if item else sum(waiting.values())
    return jsonify(tasks=[task_json(exam, task) for task in tasks], left=left)


def _response_key(word: str) -> tuple[str, str]:
    page, _, item = word.partition("~")
    return page, item


@bp.post("/exams/<exam_id>/marking/keep")
@allowed(MARKING)
def keep(exam_id: str) -> ResponseReturnValue:
    """Keep the responses on one's desk from others while one works; tells which are lost."""
    exam_at_hand(exam_id)
    given = request.get_json(silent=True)
    words = given.get("responses") if isinstance(given, dict) else None
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise BadInput("没有说明是哪些作答。", "请刷新页面。")
    keys = [_response_key(word) for word in words[:_MOST_HELD]]
    lost = review.keep_tasks(tools(), keys, me().login)
    return jsonify(lost=[f"{page}~{item}" for page, item in lost])


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
    tb, by, seen, why = tools(), me().login, _seen(given), _note(given, "why")
    match action:
        case "mark":
            reason = _note(given, "reason")
            mark = review.give_mark(tb, page_id, item, _awards(given), by, reason, why=why, seen=seen)
        case "choice":
            labels = str(given.get("labels", ""))[:8]
            mark = review.correct_choice(tb, page_id, item, labels, by, why=why, seen=seen)
        case "flag":
            mark = review.flag(tb, page_id, item, str(given.get("reason", "")), by, seen=seen)
        case "undo":
            mark = review.undo(tb, page_id, item, by)
        case _:
            raise BadInput(f"不认识的操作 “{action[:20]}”。", "请使用页面上的按钮。")
    return jsonify(steps=mark.steps, revision=mark.revision, state=mark.state.value)


def _note(given: dict[str, Any], name: str) -> str:
    return str(given.get(name) or "").strip()[:200]


def _seen(given: dict[str, Any]) -> review.Seen | None:
    revision, standard = given.get("revision"), given.get("standard")
    if type(revision) is not int:
        return None
    return review.Seen(revision, standard if isinstance(standard, str) else "")


def _awards(given: dict[str, Any]) -> dict[str, int]:
    awards = given.get("awards")
    # A missing or empty score is never taken for 0: it has to be typed.
    if not isinstance(awards, dict) or not all(type(v) is int for v in awards.values()):
        raise BadInput("还有没给分的项。", "每一项都要给分，0 分也要输入。")
    return {str(key): value for key, value in awards.items()}
