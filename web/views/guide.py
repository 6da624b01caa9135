"""Plain words for teachers: what the machine may decide, and how to read its confidence."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from core.people import Role
from web.access import allowed
from web.context import tools

bp = Blueprint("guide", __name__)
_READERS = frozenset({Role.OFFICE, Role.TEACHER, Role.MARKER})


@bp.get("/guide/machine")
@allowed(_READERS)
def machine() -> ResponseReturnValue:
    """What the machine settles in this school, and what its figures mean."""
    return render_template("guide_machine.html", settings=tools().settings)
