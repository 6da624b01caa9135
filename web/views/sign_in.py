"""Logging in and out, the password, the language, and where each role begins."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.errors import ZhupiError
from core.people import Role
from pipeline.accounts import authenticate, change_password, session_stamp
from web.access import EVERYBODY, PUBLIC, allowed, start_session
from web.context import me, safe_next, tools
from web.language import COOKIE, LANGUAGES

bp = Blueprint("sign_in", __name__)
_YEAR_S = 365 * 24 * 3600

_HOMES = {
    Role.OFFICE: "exams.listing",
    Role.TEACHER: "exams.listing",
    Role.MARKER: "marking.exams",
    Role.STUDENT: "mine.listing",
}


@bp.get("/")
@allowed(EVERYBODY)
def home() -> ResponseReturnValue:
    """Each role's first page."""
    return redirect(url_for(_HOMES[me().role]))


@bp.get("/login")
@allowed(PUBLIC)
def login() -> ResponseReturnValue:
    """The log-in form."""
    return render_template("login.html", login="", next=request.args.get("next", ""))


@bp.post("/login")
@allowed(PUBLIC)
def log_in() -> ResponseReturnValue:
    """Try the password; a good one begins a new session."""
    name, password = request.form.get("login", ""), request.form.get("password", "")
    target = request.form.get("next", "")
    try:
        user = authenticate(tools(), name, password, request.remote_addr or "")
    except ZhupiError as error:
        page = render_template("login.html", login=name[:40], next=target, problem=error)
        return page, error.http_status
    _begin(user.login)
    return redirect(safe_next(target, url_for("sign_in.home")))


@bp.post("/logout")
@allowed(EVERYBODY)
def logout() -> ResponseReturnValue:
    """End the session."""
    session.clear()
    return redirect(url_for("sign_in.login"))


@bp.route("/password", methods=["GET", "POST"])
@allowed(EVERYBODY)
def password() -> ResponseReturnValue:
    """Change one's own password; other sessions of the account end."""
    if request.method == "GET":
        return render_template("password.html")
    form = request.form
    try:
        if form.get("new", "") != form.get("again", ""):
            return render_template("password.html", mismatch=True), 400
        change_password(tools(), me().login, form.get("old", ""), form.get("new", ""))
    except ZhupiError as error:
        return render_template("password.html", problem=error), error.http_status
    _begin(me().login)
    flash(_("密码已更改。"), "done")
    return redirect(url_for("sign_in.home"))


@bp.post("/language")
@allowed(PUBLIC)
def language() -> ResponseReturnValue:
    """Switch the language and come back."""
    wanted = request.form.get("language", "")
    response = make_response(redirect(safe_next(request.form.get("next"), "/")))
    if wanted in LANGUAGES:
        response.set_cookie(
            COOKIE, wanted, max_age=_YEAR_S, samesite="Lax", secure=tools().settings.https, httponly=True
        )
    return response


def _begin(login_name: str) -> None:
    user, stamp = session_stamp(tools(), login_name)
    if user is not None:
        start_session(user, stamp)
