"""The class review as a page to project: figures, items by what a lesson can gain, answers without names."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from feedback.charts import histogram, item_bars
from feedback.class_review import build_review
from feedback.statistics import class_names, statistics_of
from pipeline.thresholds import thresholds_of
from web.access import STAFF, allowed
from web.context import exam_at_hand, tools
from web.scope import results_seen

bp = Blueprint("lesson", __name__, url_prefix="/exams/<exam_id>/lesson")


@bp.get("")
@allowed(STAFF)
def show(exam_id: str) -> ResponseReturnValue:
    """The slides of one class, or of all."""
    exam = exam_at_hand(exam_id)
    chosen = request.args.get("class", "")
    everything = results_seen(exam_id)
    results = results_seen(exam_id, chosen) if chosen else everything
    classes = class_names(everything)
    if not results.present:
        return render_template("lesson_none.html", exam=exam)
    review = build_review(results, statistics_of(results, thresholds_of(tools().settings)))
    in_order = {item.number: n for n, item in enumerate(exam.items)}
    # The charts escape every word that they draw.
    charts = {
        "bands": Markup(histogram(review.bands)),  # noqa: S704
        "items": Markup(item_bars(sorted(review.items, key=lambda i: in_order.get(i.item, 0)))),  # noqa: S704
    }
    items = {item.number: item for item in results.exam.items}
    return render_template(
        "lesson.html",
        exam=results.exam,
        review=review,
        charts=charts,
        items=items,
        classes=classes,
        chosen=chosen,
    )
