"""The ledger: every page in one state, every candidate accounted for, and what a person settles."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.errors import BadInput
from core.ledger import GroupBalance, Ledger, PageEntry
from core.pages import PageState
from core.results import CandidateStatus
from core.rosters import Candidate, Roster
from pipeline import repair
from pipeline.ledgers import everybody, exam_ledger
from pipeline.progress import accepted_missing
from pipeline.results import picture_notes
from pipeline.retry import failed_jobs
from pipeline.toolbox import Toolbox
from web.access import OFFICE, allowed
from web.context import exam_at_hand, me, page_at_hand, tools, wants_json

bp = Blueprint("ledger", __name__, url_prefix="/exams/<exam_id>")

_ASIDE = (PageState.HELD, PageState.DUPLICATE, PageState.STRAY, PageState.UNREADABLE)


@bp.get("/ledger")
@allowed(OFFICE)
def show(exam_id: str) -> ResponseReturnValue:
    """Balance per class and room, people without all their pages, pages set aside."""
    exam = exam_at_hand(exam_id)
    tb = tools()
    ledger = exam_ledger(tb, exam_id)
    with tb.store.read() as uow:
        roster = uow.candidates.roster(exam_id)
        entries = uow.pages.entries(exam_id)
        cards = uow.cards.of_exam(exam_id)
        statuses = uow.candidates.statuses(exam_id)
        noted = uow.pages.noted(exam_id)
    people = _people(roster, entries)
    by_id = {c.id: c for c in people}
    sides = max((len(card.pages) for card in cards), default=0)
    accepted = accepted_missing(ledger, statuses)
    return render_template(
        "ledger.html",
        exam=exam,
        ledger=ledger,
        candidates=by_id,
        missing=_missing(ledger, by_id, entries),
        aside={state: tuple(e for e in entries if e.state is state) for state in _ASIDE},
        placed=tuple(e for e in entries if e.state is PageState.PLACED),
        unclear=[
            (e, notes) for e in entries if e.page.id in noted and (notes := picture_notes(noted[e.page.id]))
        ],
        names={e.page.id: e for e in entries},
        sides=sides,
        declared=[(by_id[c], status) for c, status in statuses.items() if c in by_id and c not in accepted],
        accepted=_lacking(accepted, by_id, entries, sides),
        groups=[(group, *_open_and_absent(ledger, group, people)) for group in ledger.groups],
        received=tuple(e for e in entries if e.state is PageState.RECEIVED),
        typed=not roster.candidates,
        failed=failed_jobs(tb, exam_id),
    )


def _people(roster: Roster, entries: tuple[PageEntry, ...]) -> tuple[Candidate, ...]:
    """The roster, and who was placed by 考号 alone (everybody, where there is no roster)."""
    return everybody(roster.candidates, {e.candidate_id for e in entries if e.state is PageState.PLACED})


def _missing(
    ledger: Ledger, by_id: dict[str, Candidate], entries: tuple[PageEntry, ...]
) -> list[tuple[Candidate, tuple[int, ...]]]:
    """Candidates with pages missing, each with the sides that are there."""
    placed = _sides_there(entries)
    wanted = [by_id[c] for c in (*ledger.incomplete, *ledger.unseen) if c in by_id]
    return [(candidate, tuple(sorted(placed.get(candidate.id, ())))) for candidate in wanted]


def _sides_there(entries: tuple[PageEntry, ...]) -> dict[str, set[int]]:
    placed: dict[str, set[int]] = {}
    for entry in entries:
        if entry.state is PageState.PLACED:
            placed.setdefault(entry.candidate_id, set()).add(entry.card_page)
    return placed


def _lacking(
    accepted: tuple[str, ...], by_id: dict[str, Candidate], entries: tuple[PageEntry, ...], sides: int
) -> list[tuple[Candidate, tuple[int, ...]]]:
    """Candidates whose missing pages are accepted, each with the sides that are not there."""
    placed = _sides_there(entries)
    return [
        (by_id[c], tuple(n for n in range(1, sides + 1) if n not in placed.get(c, ())))
        for c in accepted
        if c in by_id
    ]


def _open_and_absent(ledger: Ledger, group: GroupBalance, people: tuple[Candidate, ...]) -> tuple[int, int]:
    """Of one class and room: candidates who still wait for pages or a word, and those absent."""
    here = {c.id for c in people if (c.class_name, c.room) == (group.class_name, group.room)}
    return len(here & {*ledger.incomplete, *ledger.unseen}), len(here & set(ledger.absent))


@bp.get("/candidates.json")
@allowed(OFFICE)
def candidates(exam_id: str) -> ResponseReturnValue:
    """The roster, for fields that complete a name or number."""
    exam_at_hand(exam_id)
    with tools().store.read() as uow:
        roster = uow.candidates.roster(exam_id)
        placed = uow.pages.entries(exam_id, [PageState.PLACED])
    scripts = {e.candidate_id for e in placed}
    return jsonify(
        [
            {"id": c.id, "name": c.name, "number": c.number, "class": c.class_name, "has": c.id in scripts}
            for c in _people(roster, placed)
        ]
    )


def _assign(tb: Toolbox, page: str) -> None:
    repair.settle_identity(tb, page, _candidate(), me().login, _why())


def _place(tb: Toolbox, page: str) -> None:
    side = request.form.get("side", type=int) or 0
    repair.place_page(tb, page, side, _candidate(), me().login, _why())


def _duplicate(tb: Toolbox, page: str) -> None:
    repair.mark_duplicate(tb, page, _wanted("of"), me().login, _why())


def _stray(tb: Toolbox, page: str) -> None:
    repair.mark_stray(tb, page, me().login, _why())


def _unreadable(tb: Toolbox, page: str) -> None:
    repair.mark_unreadable(tb, page, me().login, _why())


def _hold(tb: Toolbox, page: str) -> None:
    repair.hold_again(tb, page, me().login, _why())


_ACTIONS: dict[str, Callable[[Toolbox, str], None]] = {
    "assign": _assign,
    "place": _place,
    "duplicate": _duplicate,
    "stray": _stray,
    "unreadable": _unreadable,
    "hold": _hold,
}


def _wanted(name: str) -> str:
    value = request.form.get(name, "").strip()
    if not value:
        raise BadInput("没有选择考生或页面。", "请先选择，再确认。")
    return value


def _candidate() -> str:
    """The chosen candidate's id, or the 考号 typed where there is no roster."""
    wanted = _wanted("candidate")
    return unicodedata.normalize("NFKC", wanted).replace(" ", "")


def _why() -> str:
    return request.form.get("why", "").strip()[:200]


def _require_why() -> None:
    """Raises:
    BadInput: what was settled is to change, and nobody says why.
    """
    if not _why():
        raise BadInput("没有写明原因。", "改动已经确认的归属或状态, 请写一句原因。")


@bp.post("/pages/<page_id>/<action>")
@allowed(OFFICE)
def settle(exam_id: str, page_id: str, action: str) -> ResponseReturnValue:
    """What a person decides about a page."""
    exam_at_hand(exam_id)
    entry = page_at_hand(exam_id, page_id)
    if action not in _ACTIONS:
        raise BadInput(f"不认识的操作 “{action[:20]}”。", "请使用页面上的按钮。")
    if action == "duplicate":
        page_at_hand(exam_id, _wanted("of"))
    if entry.state is PageState.PLACED:
        _require_why()
    _ACTIONS[action](tools(), page_id)
    if wants_json():
        return jsonify(done=True)
    flash(_("已处理。"), "done")
    return redirect(url_for("ledger.show", exam_id=exam_id))


@bp.post("/candidates/declare")
@allowed(OFFICE)
def declare_chosen(exam_id: str) -> ResponseReturnValue:
    """Declare whom the form's own field names, also somebody whose pages are all there."""
    return declare(exam_id, _candidate())


@bp.post("/candidates/<candidate_id>/declare")
@allowed(OFFICE)
def declare(exam_id: str, candidate_id: str) -> ResponseReturnValue:
    """A candidate was absent, is void, or is present although pages are missing."""
    exam_at_hand(exam_id)
    status = request.form.get("status", "")
    if status not in set(CandidateStatus):
        raise BadInput(f"不认识的状态 “{status[:20]}”。", "请使用页面上的按钮。")
    with tools().store.read() as uow:
        known = candidate_id in uow.candidates.statuses(exam_id)
    if known:
        _require_why()
    repair.declare(tools(), exam_id, candidate_id, CandidateStatus(status), me().login, _why())
    flash(_("已登记。"), "done")
    return redirect(url_for("ledger.show", exam_id=exam_id))


@bp.post("/candidates/<candidate_id>/take-back")
@allowed(OFFICE)
def take_back(exam_id: str, candidate_id: str) -> ResponseReturnValue:
    """What was declared of a candidate no longer holds."""
    exam_at_hand(exam_id)
    repair.take_back_status(tools(), exam_id, candidate_id, me().login, _why())
    flash(_("已撤销登记。"), "done")
    return redirect(url_for("ledger.show", exam_id=exam_id))
