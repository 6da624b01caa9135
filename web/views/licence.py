"""What the machine may settle alone: the head looks at the curve, chooses a point, takes it back."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.errors import BadInput, NotFound
from core.exams import Exam, ItemKind
from core.licences import AgreementReport, LicenceAction
from marking.calibration import LEVELS, next_look
from pipeline.agreement import kept_report, licensable, scopes_of
from pipeline.licences import (
    Choice,
    check_scope,
    current_choices,
    grant,
    measure,
    measured_scope,
    past_choices,
    seed_outcomes,
    settled_under,
    withdraw,
)
from web.access import OFFICE, allowed
from web.charts import risk_chart
from web.context import exam_at_hand, me, tools
from web.licence_words import action_words, point_words, scope_name

bp = Blueprint("licence", __name__, url_prefix="/exams/<exam_id>/licence")
_LEVEL = 0.02
_LONGEST = 200


@bp.get("")
@allowed(OFFICE)
def show(exam_id: str) -> ResponseReturnValue:
    """Every item and kind: what was measured, what is settled and by which right."""
    exam = exam_at_hand(exam_id)
    scopes = scopes_of(exam)
    with tools().store.read() as uow:
        reports = {scope: kept_report(uow, exam_id, scope) for scope in scopes}
        choices = current_choices(uow, exam_id)
        settled = settled_under(uow.marks.machine_marks(exam_id, [item.number for item in exam.items]))
    return render_template(
        "licence.html",
        exam=exam,
        rows=[
            (
                scope,
                exam.item(scopes[scope][0]),
                reports[scope],
                choices.get(scope),
                licensable(_kind(exam, scope)),
            )
            for scope in scopes
        ],
        settled=settled,
        usual=_usual(),
        scope_name=scope_name,
        needed=next_look(_LEVEL, ()).marks,
        level=_LEVEL,
    )


def _kind(exam: Exam, scope: str) -> ItemKind:
    return exam.item(scopes_of(exam)[scope][0]).kind


def _usual() -> dict[ItemKind, float | None]:
    """From which confidence on each kind settles by the settings."""
    chosen = tools().settings
    found: dict[ItemKind, float | None] = {ItemKind.ESSAY: None}
    for kind in ItemKind:
        setting = getattr(chosen, f"settle_{kind.value}", "never")
        found[kind] = None if setting == "never" else float(setting)
    return found


@bp.get("/<scope>")
@allowed(OFFICE)
def scope(exam_id: str, scope: str) -> ResponseReturnValue:
    """The curve of one scope, the points to choose from, what was chosen."""
    exam = exam_at_hand(exam_id)
    if scope not in scopes_of(exam):
        raise NotFound(f"本场考试没有 {scope[:40]} 这一项。", "请从授权页选择。")
    locked = not licensable(_kind(exam, scope))
    with tools().store.read() as uow:
        report = kept_report(uow, exam_id, scope)
        choices = current_choices(uow, exam_id)
        now, past = choices.get(scope), past_choices(uow, exam_id, scope)
        granted = now is not None and now.choice.action is LicenceAction.GRANTED
        seeds = seed_outcomes(uow, exam_id, now) if now is not None and granted else ()
        busy = bool(uow.jobs.open_of_exam(exam_id))
    preferred = _preferred(report, now)
    return render_template(
        "licence_scope.html",
        exam=exam,
        scope=scope,
        name=scope_name(scope),
        items=scopes_of(exam)[scope],
        kind=_kind(exam, scope),
        locked=locked,
        report=report,
        now=now,
        granted=granted,
        measuring=choices.get(measured_scope(scope)),
        past=past,
        seeds=(len(seeds), sum(not pair.right for pair in seeds)),
        curve=_curve(report, preferred),
        busy=busy,
        preferred=preferred,
        suggested=_suggested(report),
        point_words=point_words,
        action_words=action_words,
    )


def _curve(report: AgreementReport | None, preferred: float | None) -> object:
    if report is None or not report.curve:
        return None
    level = preferred or _LEVEL
    entry = report.level(level)
    return risk_chart(report.curve, level, entry.point if entry else None)


def _preferred(report: AgreementReport | None, now: Choice | None) -> float | None:
    """The level that is ticked at first: the licensed one, or 2 %, or the strictest that may be chosen."""
    open_levels = [e.level for e in report.levels if e.point is not None] if report else []
    if now is not None and now.choice.action is LicenceAction.GRANTED and now.choice.grant is not None:
        return now.choice.grant.level if now.choice.grant.level in open_levels else None
    return _LEVEL if _LEVEL in open_levels else min(open_levels, default=None)


def _suggested(report: AgreementReport | None) -> int:
    """How many responses to have marked unseen: what 2 % needs and a little more, since not all are sure."""
    entry = report.level(_LEVEL) if report else None
    needed = entry.needed if entry else next_look(_LEVEL, ()).marks
    return max(50, round(needed * 1.5 / 10) * 10)


@bp.post("/<scope>/<action>")
@allowed(OFFICE)
def act(exam_id: str, scope: str, action: str) -> ResponseReturnValue:
    """Choose a point, take a choice back, or have responses marked unseen."""
    exam = exam_at_hand(exam_id)
    check_scope(exam, scope)
    form, by = request.form, me().login
    why = form.get("why", "").strip()[:_LONGEST]
    match action:
        case "grant":
            grant(tools(), exam_id, scope, _level(form.get("level", "")), form.get("digest", ""), by, why)
            flash(_("已授权。符合条件的作答正在定分，抽查的仍由教师评。"), "done")
        case "withdraw":
            withdraw(tools(), exam_id, scope, by, why)
            flash(_("已撤回。由机器定分、还没有发布的作答会回到待评。"), "done")
        case "measure":
            measure(tools(), exam_id, scope, _count(form.get("count", "")), by)
            flash(_("已安排。抽到的作答在阅卷台上不显示机器判的分。"), "done")
        case _:
            raise BadInput(f"不认识的操作 “{action[:20]}”。", "请使用页面上的按钮。")
    return redirect(url_for("licence.scope", exam_id=exam_id, scope=scope))


def _level(words: str) -> float:
    level = next((level for level in LEVELS if words == f"{level:g}"), None)
    if level is None:
        raise BadInput("还没有选错判率。", "请先选其中一项。")
    return level


def _count(words: str) -> int:
    if not words.isascii() or not words.isdigit() or len(words) > 6:
        raise BadInput(f"份数 “{words[:12]}” 不是整数。", "请填一个整数，0 表示停止抽取。")
    return int(words)
