"""Scripts on which it is not clear which 选做题 was answered."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pipeline.optional_review import choose_optional, optional_queue
from web.access import OFFICE, allowed
from web.context import exam_at_hand, me, page_at_hand, tools

bp = Blueprint("optional", __name__, url_prefix="/exams/<exam_id>/optional")


@bp.get("")
@allowed(OFFICE)
def show(exam_id: str) -> ResponseReturnValue:
    """All scripts whose choice a person must say."""
    exam = exam_at_hand(exam_id)
    return render_template("optional.html", exam=exam, tasks=optional_queue(tools(), exam_id))


@bp.post("/<page_id>/<group_id>")
@allowed(OFFICE)
def choose(exam_id: str, page_id: str, group_id: str) -> ResponseReturnValue:
    """A person's word on which item counts."""
    exam_at_hand(exam_id)
    page_at_hand(exam_id, page_id)
    choose_optional(tools(), page_id, group_id, request.form.get("item", ""), me().login)
    flash(_("已确认选做题。"), "done")
    return redirect(url_for("optional.show", exam_id=exam_id))
