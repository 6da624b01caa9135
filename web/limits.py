"""How much may be sent: little by default, a file only to the views that take one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from flask import Flask, current_app, g, request

from web.context import tools

View = TypeVar("View", bound=Callable[..., Any])

MIB = 1024 * 1024
#: Somebody who is not logged in sends a name and a password.
STRANGER_LIMIT_BYTES = 64 * 1024
#: The longest text of a form or of a page's own script: a whole exam.
TEXT_LIMIT_BYTES = 8 * MIB
#: Beside the file: the form around it.
_AROUND_BYTES = 64 * 1024

#: View → MiB of the file it takes; 0: as the setting ``upload_limit_mib`` says.
_FILES: WeakKeyDictionary[Callable[..., Any], int] = WeakKeyDictionary()


def takes_file(limit_mib: int = 0) -> Callable[[View], View]:
    """Let the view take a file of up to ``limit_mib`` (0: the installation's upload limit)."""

    def mark(view: View) -> View:
        _FILES[view] = limit_mib
        return view

    return mark


def install(app: Flask) -> None:
    """Bound every request before anything of its body is read."""
    app.before_request(_bound)


def _bound() -> None:
    request.max_content_length = _limit_bytes()


def _limit_bytes() -> int:
    if g.get("user") is None:
        return STRANGER_LIMIT_BYTES
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None or view not in _FILES:
        return TEXT_LIMIT_BYTES
    upload_mib = tools().settings.upload_limit_mib
    return min(_FILES[view] or upload_mib, upload_mib) * MIB + _AROUND_BYTES
