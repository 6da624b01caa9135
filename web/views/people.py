"""The office's page of accounts."""

from __future__ import annotations

import csv
import io
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.errors import BadInput, Conflict, ZhupiError
from core.people import Role
from core.store.base import utc_now
from pipeline.accounts import (
    NewAccount,
    create_students,
    create_user,
    make_user,
    one_time_password,
    reset_password,
    update_user,
)
from web.access import OFFICE, allowed
from web.context import me, tools
from web.downloads import download

bp = Blueprint("people", __name__, url_prefix="/people")


@bp.get("")
@allowed(OFFICE)
def listing() -> ResponseReturnValue:
    """All accounts, and forms to make new ones."""
    return _page()


def _page(made: NewAccount | None = None, problem: ZhupiError | None = None) -> str:
    with tools().store.read() as uow:
        users = uow.people.all()
        exams = uow.exams.all()
        rosters = [uow.candidates.roster(exam.id) for exam in exams]
    classes = sorted({c.class_name for roster in rosters for c in roster.candidates if c.class_name})
    order = list(Role)
    users = tuple(sorted(users, key=lambda u: (order.index(u.role), u.login)))
    return render_template(
        "people.html",
        users=users,
        classes=classes,
        exams=exams,
        made=made,
        problem=problem,
        form=request.form,
    )


@bp.post("/new")
@allowed(OFFICE)
def new() -> ResponseReturnValue:
    """Make one account and show its one-time password, once."""
    form = request.form
    password = one_time_password()
    try:
        user = make_user(
            form.get("login", ""),
            form.get("name", ""),
            form.get("role", ""),
            _classes(),
            form.get("number", ""),
            form.get("student_number", ""),
        )
        create_user(tools(), user, password, me().login)
    except (BadInput, Conflict) as error:
        return _page(problem=error), error.http_status
    return _page(NewAccount(user, password))


@bp.post("/<login>/update")
@allowed(OFFICE)
def update(login: str) -> ResponseReturnValue:
    """Change the name, the classes, or whether the account is open."""
    update_user(
        tools(),
        login,
        me().login,
        name=request.form.get("name", ""),
        classes=_classes(),
        active="active" in request.form,
    )
    flash(_("账号 %(login)s 已保存。", login=login), "done")
    return redirect(url_for("people.listing"))


@bp.post("/<login>/reset")
@allowed(OFFICE)
def reset(login: str) -> ResponseReturnValue:
    """Give a new one-time password and show it, once."""
    return _page(reset_password(tools(), login, me().login))


@bp.post("/students")
@allowed(OFFICE)
def students() -> ResponseReturnValue:
    """Accounts for a roster's candidates; the answer is the list of passwords to hand out."""
    exam_id = request.form.get("exam_id", "")
    made = create_students(tools(), exam_id, me().login)
    if not made:
        flash(_("没有新建：名单里的考生都已有账号，或者没有考号或姓名。"), "note")
        return redirect(url_for("people.listing"))
    today = utc_now().astimezone(ZoneInfo("Asia/Shanghai"))
    text = io.StringIO()
    sheet = csv.writer(text)
    sheet.writerow([_("班级"), _("姓名"), _("用户名"), _("初始密码")])
    for account in made:
        user = account.user
        row = [user.classes[0] if user.classes else "", user.name, user.login, account.password]
        sheet.writerow([_plain_cell(cell) for cell in row])
    return download(text.getvalue().encode("utf-8-sig"), f"{_('账号')}_{today:%Y-%m-%d}.csv", "text/csv")


def _plain_cell(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t") else cell


def _classes() -> tuple[str, ...]:
    words = request.form.get("classes", "").replace("，", ",").replace("、", ",").split(",")
    return tuple(dict.fromkeys(word.strip() for word in words if word.strip()))
