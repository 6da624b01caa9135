"""Changing the standard of one item: what it would do is shown before anything is saved."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.errors import BadInput, Conflict, ExamInvalid
from core.exam_files import read_exam
from core.exam_files.one_item import Tree, item_text, item_tree, tree_of
from core.patches import Fate
from pipeline.patches import PatchDesk, adopt_patch, ask_preview, ask_wordings, patch_desk
from web.access import OFFICE, allowed
from web.context import exam_at_hand, me, tools
from web.standard_form import standard_of
from web.unseen import shown_preview
from web.views.editor import Problem, problems_of

bp = Blueprint("patches", __name__, url_prefix="/exams/<exam_id>")

#: Where the item stands in the exam.
_PLACE = re.compile(r"^sections\[\d+\]\.items\[\d+\]\.?")
_LONGEST_TEXT = 60_000
_LONGEST_WHY = 200


def fate_words() -> dict[Fate, str]:
    """What becomes of a mark, in words; those that are touched first."""
    return {
        Fate.REMARKED: _("已定的分改变"),
        Fate.SUGGESTED: _("待评的建议分改变"),
        Fate.RECHECK: _("人工分送回复核"),
        Fate.CONFIRMED: _("人工分不受影响"),
        Fate.SAME: _("机器评分不变"),
        Fate.OPEN: _("本来就在等人处理"),
    }


@bp.get("/standards")
@allowed(OFFICE)
def overview(exam_id: str) -> ResponseReturnValue:
    """All items, to change the standard of one."""
    return render_template("standards.html", exam=exam_at_hand(exam_id))


@bp.get("/items/<number>/standard")
@allowed(OFFICE)
def show(exam_id: str, number: str) -> ResponseReturnValue:
    """The item's standard as a form, the last preview, and what became of the last change."""
    exam_at_hand(exam_id)
    desk = patch_desk(tools(), exam_id, number)
    return _page(desk, _shown_tree(desk))


def _shown_tree(desk: PatchDesk) -> Tree:
    """As the preview has it, so that one goes on from there; else as it stands."""
    if desk.adoptable and desk.preview is not None:
        return item_tree(read_exam(tools().blobs.get(desk.preview.blob).decode()), desk.item.number)
    return item_tree(desk.exam, desk.item.number)


def _page(desk: PatchDesk, tree: Tree, problems: Any = (), text: str = "", refused: Any = None) -> str:
    desk = replace(desk, preview=shown_preview(desk.preview))
    proposed = desk.exam
    if desk.adoptable and desk.preview is not None:
        proposed = read_exam(tools().blobs.get(desk.preview.blob).decode())
    return render_template(
        "standard.html",
        exam=desk.exam,
        item=desk.item,
        desk=desk,
        tree=tree,
        text=text or item_text(tree),
        open_text=bool(text),
        problems=problems,
        refused=refused,
        proposed=proposed,
        fates=fate_words(),
        point=float(desk.exam.step.points),
    )


@bp.post("/items/<number>/standard")
@allowed(OFFICE)
def preview(exam_id: str, number: str) -> ResponseReturnValue:
    """Owe the preview of what was typed; nothing is saved."""
    exam = exam_at_hand(exam_id)
    tb = tools()
    typed = request.form.get("text", "")
    tree = item_tree(exam, number)
    try:
        tree = tree_of(_limited(typed), _("题目")) if typed else standard_of(tree, request.form)
        ask_preview(tb, exam_id, number, tree, me().login, _base_revision())
    except ExamInvalid as error:
        return _page(patch_desk(tb, exam_id, number), tree, _in_item(error), typed), 400
    except (BadInput, Conflict) as error:
        return _page(patch_desk(tb, exam_id, number), tree, (), typed, error), error.http_status
    return redirect(url_for("patches.show", exam_id=exam_id, number=number))


def _in_item(error: ExamInvalid) -> tuple[Problem, ...]:
    """What is wrong, by the item's own fields; its place among the others says nothing here."""
    return tuple(replace(p, path=_PLACE.sub("", p.path)) for p in problems_of(error))


def _limited(text: str) -> str:
    if len(text) > _LONGEST_TEXT:
        raise BadInput("这道题的文字太长。", "图片请用上传，不要粘贴在文字里。")
    return text.replace("\r\n", "\n")


def _base_revision() -> int:
    sent = request.form.get("base_revision", "")
    if not (sent.isascii() and sent.isdigit() and len(sent) <= 6):
        raise BadInput("没有收到所改的版本号。", "请刷新页面后重试。")
    return int(sent)


@bp.get("/items/<number>/standard/state.json")
@allowed(OFFICE)
def state(exam_id: str, number: str) -> ResponseReturnValue:
    """How far the work on this item's standard has come."""
    exam_at_hand(exam_id)
    job = patch_desk(tools(), exam_id, number).working
    if job is None:
        return jsonify(busy=False)
    return jsonify(busy=True, done=job.done, total=job.total)


@bp.post("/items/<number>/standard/adopt")
@allowed(OFFICE)
def adopt(exam_id: str, number: str) -> ResponseReturnValue:
    """Save the exam as previewed; what it touches is marked again."""
    exam_at_hand(exam_id)
    why = request.form.get("why", "").strip()[:_LONGEST_WHY]
    try:
        kept = adopt_patch(tools(), exam_id, number, request.form.get("blob", ""), me().login, why)
    except (BadInput, Conflict) as error:
        desk = patch_desk(tools(), exam_id, number)
        return _page(desk, _shown_tree(desk), refused=error), error.http_status
    flash(_("已采用，试卷现在是第 %(n)s 版。", n=kept.revision), "done")
    return redirect(url_for("patches.show", exam_id=exam_id, number=number))


@bp.post("/items/<number>/standard/wordings")
@allowed(OFFICE)
def wordings(exam_id: str, number: str) -> ResponseReturnValue:
    """Owe the search for wordings that people credited and the standard does not know."""
    exam_at_hand(exam_id)
    ask_wordings(tools(), exam_id, number)
    return redirect(url_for("patches.show", exam_id=exam_id, number=number))
