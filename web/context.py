"""What every view needs: the tools, the person, the exam at hand."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import cast
from urllib.parse import urlsplit

from flask import current_app, g, request

from core.errors import NotAllowed, NotFound
from core.exams import Exam
from core.ledger import PageEntry
from core.people import Role, User
from core.rosters import Candidate
from pipeline.toolbox import Toolbox


def tools() -> Toolbox:
    """The toolbox of this application."""
    return cast(Toolbox, current_app.extensions["zhupi"])


def me() -> User:
    """Who is logged in. Only for views that are not public."""
    return cast(User, g.user)


def exam_at_hand(exam_id: str) -> Exam:
    """The exam, if this person may know of it.

    Raises:
        NotFound: no such exam, or (for a teacher) none of their classes sits it.
    """
    with tools().store.read() as uow:
        exam = uow.exams.get(exam_id)
        if me().role is Role.TEACHER:
            classes = {c.class_name for c in uow.candidates.roster(exam_id).candidates}
            if not classes & set(me().classes):
                raise NotFound(f"没有名为 {exam_id} 的考试。", "请从考试列表中打开。")
    return exam


def page_at_hand(exam_id: str, page_id: str) -> PageEntry:
    """The page's ledger line, if it is a page of this exam.

    Raises:
        NotFound: no such page in this exam.
    """
    with tools().store.read() as uow:
        entry = uow.pages.entry(page_id)
    if entry.page.exam_id != exam_id:
        raise NotFound(f"本场考试没有页面 {page_id[:40]}。", "请返回列表重新打开。")
    return entry


def may_see(candidate: Candidate) -> bool:
    """Whether this person may see the candidate's name and results."""
    user = me()
    if user.role is Role.TEACHER:
        return candidate.class_name in user.classes
    return user.role is Role.OFFICE


def require_seen(candidate: Candidate) -> None:
    """Raises:
    NotAllowed: the candidate is not in one of the teacher's classes.
    """
    if not may_see(candidate):
        raise NotAllowed("这位考生不在您任教的班级。", "请从成绩页打开自己班级的学生。")


def plain_name(name: str | None, otherwise: str = "file") -> str:
    """An uploaded file's name without any folder or control character, for showing only."""
    last = PurePosixPath((name or "").replace("\\", "/")).name
    kept = "".join(c for c in last if c.isprintable())
    return kept[-120:] or otherwise


def safe_next(target: str | None, otherwise: str) -> str:
    """Where to go next: only a path on this site."""
    if not target:
        return otherwise
    parts = urlsplit(target)
    if parts.netloc and parts.netloc != request.host:
        return otherwise
    path = parts.path
    if not path.startswith("/") or path.startswith(("//", "/\\")):
        return otherwise
    return f"{path}?{parts.query}" if parts.query else path


def wants_json() -> bool:
    """Whether the page's own script asks, so that an answer is JSON and not a page."""
    return request.headers.get("X-Requested-With") == "fetch" or request.is_json
