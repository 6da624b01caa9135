"""The class review as a page to project: figures, items by what a lesson can gain, answers without names."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from feedback.charts import histogram, item_bars
from feedback.class_review import ReviewItem, build_review
from feedback.statistics import class_names, statistics_of
from pipeline.thresholds import thresholds_of
from web.access import STAFF, allowed
from web.context import exam_at_hand, tools
from web.scope import results_seen

bp = Blueprint("lesson", __name__, url_prefix="/exams/<exam_id>/lesson")


#: Bars of one column of a slide, columns of one slide, and a column's width in units of the chart.
_BARS, _BAR_COLUMNS, _BAR_WIDTH = 11, 3, 200


def _columns(rows: Sequence[ReviewItem]) -> list[list[Sequence[ReviewItem]]]:
    """Slides of columns of items, all columns about as long, none too long to be read from afar."""
    count = -(-len(rows) // _BARS)
    length = -(-len(rows) // max(1, count))
    columns = [rows[i : i + length] for i in range(0, len(rows), max(1, length))]
    return [columns[i : i + _BAR_COLUMNS] for i in range(0, len(columns), _BAR_COLUMNS)]


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
    statistics = statistics_of(results, thresholds_of(tools().settings))
    review = build_review(results, statistics)
    in_order = {item.number: n for n, item in enumerate(exam.items)}
    # The charts escape every word that they draw.
    rows = sorted(review.items, key=lambda i: in_order.get(i.item, 0))
    charts = {
        "bands": Markup(histogram(review.bands, width=360, height=270)),  # noqa: S704
        "items": [
            [Markup(item_bars(column, width=_BAR_WIDTH)) for column in slide]  # noqa: S704
            for slide in _columns(rows)
        ],
    }
    items = {item.number: item for item in results.exam.items}
    return render_template(
        "lesson.html",
        exam=results.exam,
        review=review,
        charts=charts,
        items=items,
        parts={f.item: f.criteria for f in statistics.items},
        classes=classes,
        chosen=chosen,
    )
