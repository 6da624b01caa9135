"""Machine and people on one item: how often they agree, where not, and how far to trust a confidence."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.errors import NotFound
from core.exams import Exam, Item
from core.jobs import JobKind
from core.licences import AgreementReport, item_scope
from marking.calibration import Calibration
from pipeline.agreement import kept_report, licensable
from pipeline.requests import owe
from web.access import MARKING, allowed
from web.charts import reliability_chart, risk_chart
from web.context import exam_at_hand, safe_next, tools

bp = Blueprint("agreement", __name__, url_prefix="/exams/<exam_id>")
#: Where the fitted calibration is drawn.
_PLACES = tuple(n / 40 for n in range(1, 40))


@bp.get("/items/<item>/agreement")
@allowed(MARKING)
def show(exam_id: str, item: str) -> ResponseReturnValue:
    """The item's report as it was last made."""
    exam = exam_at_hand(exam_id)
    definition = _item(exam, item)
    with tools().store.read() as uow:
        report = kept_report(uow, exam_id, item_scope(item))
        marked = uow.marks.count_by_people(exam_id, item)
        busy = bool(uow.jobs.open_of_exam(exam_id))
    return render_template(
        "agreement.html",
        exam=exam,
        item=definition,
        licensable=licensable(definition.kind),
        report=report,
        marked=marked,
        busy=busy,
        table=_table(report) if report else (),
        difference=_difference(exam, report),
        trust=_reliability(report) if report and report.bins else None,
        curve=risk_chart(report.curve, 0.02) if report and report.curve else None,
    )


@bp.post("/agreement")
@allowed(MARKING)
def renew(exam_id: str) -> ResponseReturnValue:
    """Owe new reports: of one item, or of all."""
    exam = exam_at_hand(exam_id)
    item = request.form.get("item", "")
    if item:
        _item(exam, item)
    owe(tools(), JobKind.ANALYSE, exam_id, {"what": "agreement", **({"item": item} if item else {})})
    flash(_("正在重新统计，几秒后刷新页面就能看到。"), "done")
    otherwise = url_for("agreement.show", exam_id=exam_id, item=item or exam.items[0].number)
    return redirect(safe_next(request.form.get("next"), otherwise))


def _item(exam: Exam, number: str) -> Item:
    try:
        return exam.item(number)
    except KeyError as error:
        raise NotFound(f"本场考试没有第 {number[:16]} 题。", "请从阅卷页打开。") from error


def _table(report: AgreementReport) -> tuple[tuple[int, tuple[tuple[int, int, int], ...]], ...]:
    """Rows by the machine's steps of cells (person's steps, how many, shade 0 … 5); only steps that occur."""
    counts = {(machine, person): n for machine, person, n in report.all_pairs.confusion}
    steps = sorted({step for pair in counts for step in pair})
    most = max(counts.values(), default=1)

    def cell(machine: int, person: int) -> tuple[int, int, int]:
        n = counts.get((machine, person), 0)
        return person, n, 0 if n == 0 else 1 + round(4 * (n / most) ** 0.5)

    return tuple((machine, tuple(cell(machine, person) for person in steps)) for machine in steps)


def _difference(exam: Exam, report: AgreementReport | None) -> float | None:
    """How many points the machine gives more than people, on average."""
    steps = report.all_pairs.mean_difference if report else None
    return None if steps is None else steps * float(exam.step.value)


def _reliability(report: AgreementReport) -> object:
    calibration = Calibration(report.shift, report.slope)
    return reliability_chart(report.bins, [(place, calibration.probability(place)) for place in _PLACES])
