"""Who may open what: each view says so, and a view that says nothing opens to nobody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from flask import Flask, Response, current_app, g, redirect, request, session, url_for
from werkzeug.wrappers import Response as BaseResponse

from core.errors import NotAllowed
from core.people import Role, User
from pipeline.accounts import session_stamp
from web.context import tools, wants_json

View = TypeVar("View", bound=Callable[..., Any])

OFFICE = frozenset({Role.OFFICE})
STAFF = frozenset({Role.OFFICE, Role.TEACHER})
MARKING = frozenset({Role.OFFICE, Role.MARKER})
STUDENT = frozenset({Role.STUDENT})
EVERYBODY = frozenset(Role)
#: Open without an account.
PUBLIC: frozenset[Role] = frozenset()

_ROLES: WeakKeyDictionary[Callable[..., Any], frozenset[Role]] = WeakKeyDictionary()
#: What a person with a one-time password may open before it is changed.
_BEFORE_CHANGE = {"sign_in.password", "sign_in.logout", "sign_in.language", "static"}


def allowed(roles: frozenset[Role]) -> Callable[[View], View]:
    """Open the view to these roles (``PUBLIC``: to anyone)."""

    def mark(view: View) -> View:
        _ROLES[view] = roles
        return view

    return mark


def roles_of(app: Flask, endpoint: str) -> frozenset[Role] | None:
    """The roles an endpoint is open to; ``None`` when nobody said, which opens it to nobody."""
    if endpoint == "static":
        return PUBLIC
    return _ROLES.get(app.view_functions[endpoint])


def install(app: Flask) -> None:
    """Check every request before its view runs."""
    app.before_request(_check)


def start_session(user: User, stamp: str) -> None:
    """Begin a session anew; nothing of an earlier one is kept."""
    session.clear()
    session.permanent = True
    session["login"] = user.login
    session["stamp"] = stamp


def _check() -> BaseResponse | None:
    g.user = None
    endpoint = request.endpoint
    if endpoint is None or endpoint == "static":
        return None
    g.user = _person()
    roles = roles_of(current_app, endpoint)
    if roles == PUBLIC:
        return None
    if g.user is None:
        return _ask_to_log_in()
    if roles is None or g.user.role not in roles:
        raise NotAllowed("您的账号不能打开这一页。", "如有需要，请与考务联系。")
    if g.user.one_time and endpoint not in _BEFORE_CHANGE:
        return redirect(url_for("sign_in.password"))
    return None


def _person() -> User | None:
    login = session.get("login")
    if not isinstance(login, str):
        return None
    user, stamp = session_stamp(tools(), login)
    if user is None or not user.active or stamp != session.get("stamp"):
        session.clear()
        return None
    return user


def _ask_to_log_in() -> BaseResponse:
    if wants_json() or request.method != "GET":
        return Response('{"message": "请重新登录。", "remedy": ""}', 401, mimetype="application/json")
    return redirect(url_for("sign_in.login", next=request.full_path.rstrip("?")))
