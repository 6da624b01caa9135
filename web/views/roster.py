"""The roster: pasted or uploaded, shown as understood, then kept."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.errors import RosterInvalid
from core.pages import PageState
from core.roster_files import RosterReading, read_pasted, read_roster
from pipeline.requests import ask_settle
from pipeline.rosters import generate_numbers, keep_roster, remove_candidate
from web.access import OFFICE, allowed
from web.context import exam_at_hand, me, plain_name, tools
from web.limits import takes_file
from web.uploads import SMALL_FILE_MIB, small_upload

bp = Blueprint("roster", __name__, url_prefix="/exams/<exam_id>/roster")


@bp.get("")
@allowed(OFFICE)
def show(exam_id: str) -> ResponseReturnValue:
    """The roster as it stands, and the form to add to it."""
    return _page(exam_id)


def _page(exam_id: str, **more: object) -> str:
    exam = exam_at_hand(exam_id)
    with tools().store.read() as uow:
        roster = uow.candidates.roster(exam_id)
        statuses = uow.candidates.statuses(exam_id)
        with_pages = {e.candidate_id for e in uow.pages.entries(exam_id, [PageState.PLACED])}
    return render_template(
        "roster.html",
        exam=exam,
        roster=roster,
        statuses=statuses,
        with_pages=with_pages,
        without_number=sum(not c.number for c in roster.candidates),
        **more,
    )


@bp.post("/preview")
@allowed(OFFICE)
@takes_file(SMALL_FILE_MIB)
def preview(exam_id: str) -> ResponseReturnValue:
    """What was understood, before anything is kept."""
    exam_at_hand(exam_id)
    pasted = request.form.get("text", "")
    file = request.files.get("file")
    try:
        if file is not None and file.filename:
            content, name = small_upload(file)
        else:
            content, name = pasted.encode(), ""
        reading = _read(content, name)
    except RosterInvalid as error:
        return _page(exam_id, pasted=pasted, problem=error), error.http_status
    blob = tools().blobs.put(content)
    return _page(exam_id, reading=reading, blob=blob, name=name, pasted=pasted)


def _read(content: bytes, name: str) -> RosterReading:
    return read_roster(content, name) if name else read_pasted(content.decode())


@bp.post("/keep")
@allowed(OFFICE)
def keep(exam_id: str) -> ResponseReturnValue:
    """Keep what the preview showed."""
    exam_at_hand(exam_id)
    name = request.form.get("name", "")
    content = tools().blobs.get(request.form.get("blob", ""))
    reading = keep_roster(tools(), exam_id, _read(content, plain_name(name) if name else ""), me().login)
    with tools().store.read() as uow:
        scanned = bool(uow.pages.counts(exam_id))
    if scanned:
        ask_settle(tools(), exam_id)
    flash(_("名单已保存，%(count)s 名考生。", count=len(reading.roster.candidates)), "done")
    return redirect(url_for("roster.show", exam_id=exam_id))


@bp.post("/numbers")
@allowed(OFFICE)
def number(exam_id: str) -> ResponseReturnValue:
    """Give a 考号 to everybody who has none."""
    exam_at_hand(exam_id)
    given = generate_numbers(tools(), exam_id, me().login)
    flash(_("已为 %(count)s 名考生生成考号。", count=len(given)), "done")
    return redirect(url_for("roster.show", exam_id=exam_id))


@bp.post("/<candidate_id>/remove")
@allowed(OFFICE)
def remove(exam_id: str, candidate_id: str) -> ResponseReturnValue:
    """Take somebody off the roster."""
    exam_at_hand(exam_id)
    gone = remove_candidate(tools(), exam_id, candidate_id, me().login)
    flash(_("%(name)s 已移出名单。", name=gone.name or gone.number), "done")
    return redirect(url_for("roster.show", exam_id=exam_id))
