"""What the machine learned of an item from people's marks, and which proposals that changes."""

from __future__ import annotations

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from core.learning import LearningPoint
from pipeline.learning import (
    MILESTONES,
    adopt_learning,
    ask_learning,
    learning_desk,
    set_learning_policy,
)
from web.access import MARKING, OFFICE, allowed
from web.context import exam_at_hand, me, tools

bp = Blueprint("learning", __name__, url_prefix="/exams/<exam_id>/items/<number>/learning")

#: The curve's picture in px.
_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP = 560, 200, 44, 32, 22
#: Room between the frame and the first and last point.
_INSET = 28


@bp.get("")
@allowed(MARKING)
def show(exam_id: str, number: str) -> ResponseReturnValue:
    """The curve so far, the changes, and what can be done about them."""
    exam_at_hand(exam_id)
    desk = learning_desk(tools(), exam_id, number)
    curve = Markup(curve_svg(desk.report.curve)) if desk.report else ""  # noqa: S704  (numbers and our own words)
    return render_template(
        "learning.html", exam=desk.exam, item=desk.item, desk=desk, curve=curve, least=MILESTONES[0]
    )


@bp.get("/state.json")
@allowed(MARKING)
def state(exam_id: str, number: str) -> ResponseReturnValue:
    """How far the work under way has come, for the page that waits."""
    exam_at_hand(exam_id)
    working = learning_desk(tools(), exam_id, number).working
    return jsonify(
        busy=working is not None,
        done=working.done if working else 0,
        total=working.total if working else 0,
    )


@bp.post("/start")
@allowed(MARKING)
def start(exam_id: str, number: str) -> ResponseReturnValue:
    """Learn from the marks as they stand."""
    exam_at_hand(exam_id)
    ask_learning(tools(), exam_id, number)
    return redirect(url_for("learning.show", exam_id=exam_id, number=number))


@bp.post("/adopt")
@allowed(OFFICE)
def adopt(exam_id: str, number: str) -> ResponseReturnValue:
    """Make the changes that the page shows."""
    exam_at_hand(exam_id)
    adopt_learning(tools(), exam_id, number, me().login)
    flash(_("正在按老师评过的分更新建议分。"), "done")
    return redirect(url_for("learning.show", exam_id=exam_id, number=number))


@bp.post("/policy")
@allowed(OFFICE)
def policy(exam_id: str, number: str) -> ResponseReturnValue:
    """Whether proposals follow at once, or when the office has looked."""
    exam_at_hand(exam_id)
    ask_first = request.form.get("ask_first") == "yes"
    set_learning_policy(tools(), exam_id, ask_first, me().login)
    flash(_("以后先给考务看过再改。") if ask_first else _("以后学完就更新待评的建议分。"), "done")
    return redirect(url_for("learning.show", exam_id=exam_id, number=number))


def curve_svg(curve: tuple[LearningPoint, ...]) -> str:
    """Shares of marks foreseen exactly against the number of marks, as an SVG element."""
    inner_width, inner_height = _WIDTH - _LEFT - 16, _HEIGHT - _BOTTOM - _TOP
    step = (inner_width - 2 * _INSET) / max(1, len(curve) - 1)
    points = [
        (
            _LEFT + (inner_width / 2 if len(curve) == 1 else _INSET + n * step),
            _TOP + inner_height * (1 - point.same),
            point,
        )
        for n, point in enumerate(curve)
    ]
    grid = "".join(_grid_line(share, _TOP + inner_height * (1 - share)) for share in (0, 0.25, 0.5, 0.75, 1))
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y, _point in points)
    dots = "".join(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" class="curve-dot"/>'
        f'<text x="{x:.1f}" y="{max(11.0, y - 9):.1f}" text-anchor="middle" class="curve-value">{point.same:.0%}</text>'
        f'<text x="{x:.1f}" y="{_HEIGHT - 10}" text-anchor="middle" class="curve-mark">{point.k}</text>'
        for x, y, point in points
    )
    label = _("评过的份数与预测相同的比例")
    return (
        f'<svg class="learning-curve" role="img" aria-label="{label}" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        f'width="{_WIDTH}" height="{_HEIGHT}">{grid}<polyline points="{line}" class="curve-line"/>{dots}</svg>'
    )


def _grid_line(share: float, y: float) -> str:
    return (
        f'<line x1="{_LEFT}" y1="{y:.1f}" x2="{_WIDTH - 16}" y2="{y:.1f}" class="curve-grid"/>'
        f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end" class="curve-mark">{share:.0%}</text>'
    )
