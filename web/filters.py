"""How values look on a page."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from markupsafe import Markup

from core.exams import Exam, ItemBase, ItemKind
from core.pages import ScanPage
from core.people import Role
from core.scores import ScoreStep, format_steps
from feedback.markdown import markdown_to_html
from feedback.statistics import GridCell, Statistics
from web.context import me
from web.sentence import sentence_of

_ALIGNED = re.compile(r'style="text-align:(left|right|center)"')
_ZONE = ZoneInfo("Asia/Shanghai")

KIND_NAMES = {
    ItemKind.SINGLE_CHOICE: _("单选题"),
    ItemKind.MULTIPLE_CHOICE: _("多选题"),
    ItemKind.TRUE_FALSE: _("判断题"),
    ItemKind.FILL: _("填空题"),
    ItemKind.SHORT_ANSWER: _("解答题"),
    ItemKind.ESSAY: _("作文"),
}
ROLE_NAMES = {
    Role.OFFICE: _("考务"),
    Role.MARKER: _("评卷员"),
    Role.TEACHER: _("任课教师"),
    Role.STUDENT: _("学生"),
}


def install(app: Flask) -> None:
    """Give the templates their filters and tests."""
    app.jinja_env.filters.update(
        points=points,
        when=when,
        percent=percent,
        figure=figure,
        grid_rows=grid_rows,
        kind_name=kind_name,
        role_name=role_name,
        markdown=markdown,
        sentence=sentence_of,
        scan_name=scan_name,
    )
    app.jinja_env.globals.update(Role=Role, ItemKind=ItemKind, has_role=has_role)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True


def points(steps: int | None, exam: Exam | ScoreStep) -> str:
    """Steps as points; a dash when there is no score."""
    if steps is None:
        return "–"
    return format_steps(steps, exam.step if isinstance(exam, Exam) else exam)


def when(moment: datetime | None) -> str:
    """A time as read in China, to the minute."""
    return "" if moment is None else moment.astimezone(_ZONE).strftime("%Y-%m-%d %H:%M")


def scan_name(page: ScanPage) -> str:
    """The file and its page, once: some names of pages say the page themselves."""
    number = page.source_index + 1
    if re.search(rf"第 ?{number} ?页$", page.source_name):
        return page.source_name
    place = gettext("第 %(n)s 页", n=number)
    return f"{page.source_name} · {place}"


def percent(share: float | None, digits: int = 1) -> str:
    """A share in [0, 1] as a percentage."""
    return "–" if share is None else f"{share * 100:.{digits}f}%"


def figure(value: float | None, form: str = "%.1f") -> str:
    """A figure in this printf form; a dash where the sample is too small for it."""
    return "–" if value is None else form % value


def grid_rows(statistics: Statistics) -> list[tuple[str, list[GridCell | None]]]:
    """The 双向细目表: per knowledge point one cell (or none) for each ability level."""
    cells = {(cell.knowledge, cell.ability): cell for cell in statistics.grid}
    rows = dict.fromkeys(cell.knowledge for cell in statistics.grid)
    return [(row, [cells.get((row, level.name)) for level in statistics.abilities]) for row in rows]


def kind_name(kind: ItemKind) -> Any:
    """What teachers call this kind of item."""
    return KIND_NAMES[kind]


def role_name(role: Role) -> Any:
    """What a school calls this role."""
    return ROLE_NAMES[role]


def has_role(*roles: Role) -> bool:
    """Whether the person logged in has one of these roles."""
    user = me()
    return user is not None and user.role in roles


def markdown(text: str, exam_id: str, item: ItemBase | None = None) -> Markup:
    """Markdown with maths as HTML; pictures by their blob."""
    known = {p.name: p.blob for p in item.pictures} if item is not None else {}

    def address(name: str) -> str:
        blob = known.get(name, "")
        return url_for("editor.picture", exam_id=exam_id, blob=blob) if blob else ""

    # The writer aligns cells of tables by style attributes, which our policy forbids; all quotes of the
    # text itself are escaped, so that only its own attributes match.
    made = _ALIGNED.sub(r'class="\1"', markdown_to_html(text, address))
    # feedback.markdown escapes all of the text itself
    return Markup(made)  # noqa: S704
