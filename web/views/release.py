"""Releasing: what stands in the way, the work as it goes on, and everything that came out."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.errors import NotFound
from core.people import Role
from core.rosters import Candidate
from core.store import Output
from pipeline.arrivals import being_split, dismiss_stack
from pipeline.ledgers import ledger_in
from pipeline.progress import turnout
from pipeline.requests import ask_release
from pipeline.results import release_blockers
from web.access import OFFICE, STAFF, allowed
from web.context import exam_at_hand, may_see, me, safe_next, tools
from web.downloads import download, zipped

bp = Blueprint("release", __name__, url_prefix="/exams/<exam_id>/release")

_TYPES = {
    "pdf": "application/pdf",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
#: Of one candidate each, of one class each, and of the whole exam, which a teacher of some of its
#: classes may not have.
PERSONAL_KINDS = ("script", "error_book")
CLASS_KINDS = ("workbook_class", "csv_total_class", "csv_items_class", "review_class")
_WHOLE_KINDS = ("workbook", "csv_total", "csv_items", "review")


@dataclass(frozen=True)
class _Blocker:
    """What stands in the way, and the page where it is dealt with."""

    text: str
    url: str


_WORKING = "工作正在"
#: Words of a blocker → where it is dealt with; the ledger deals with the rest.
_PLACES = (
    ("没有读完", "scans.show"),
    ("扫描", "scans.show"),
    (_WORKING, "exams.today"),
    ("选做题", "optional.show"),
    ("待评", "marking.choose"),
    ("异常卷", "flagged"),
    ("没有成绩", "marking.choose"),
)


def _where(text: str, exam_id: str) -> str:
    endpoint = next((place for words, place in _PLACES if words in text), "ledger.show")
    if endpoint == "flagged":
        return url_for("marking.desk", exam_id=exam_id, queue="flagged")
    return url_for(endpoint, exam_id=exam_id)


@bp.get("")
@allowed(STAFF)
def show(exam_id: str) -> ResponseReturnValue:
    """Blockers, the last release and its files."""
    exam = exam_at_hand(exam_id)
    tb = tools()
    office = me().role is Role.OFFICE
    with tb.store.read() as uow:
        releases = uow.outputs.releases(exam_id)
        last = releases[0] if releases else None
        outputs = uow.outputs.of_release(exam_id, last.revision) if last else ()
        roster = uow.candidates.roster(exam_id).by_id()
        jobs = uow.jobs.open_of_exam(exam_id)
        unfinished = ledger_in(uow, exam_id).unfinished if office else ()
        broken = [stack for stack in unfinished if not being_split(uow, stack)]
    under_way = last is not None and last.finished_at is None and bool(jobs)
    seen = [o for o in outputs if _may_have(o, roster)]
    return render_template(
        "release.html",
        exam=exam,
        blockers=_blockers(exam_id, under_way) if office else (),
        under_way=under_way,
        turnout=turnout(tb, exam_id) if office else None,
        releases=releases,
        last=last,
        whole=[o for o in seen if o.kind in _WHOLE_KINDS],
        of_classes=sorted(
            (o for o in seen if o.kind in CLASS_KINDS),
            key=lambda o: (o.candidate_id, CLASS_KINDS.index(o.kind)),
        ),
        broken=broken,
        personal={kind: [o for o in seen if o.kind == kind] for kind in PERSONAL_KINDS},
        roster=roster,
        jobs=jobs,
    )


def _blockers(exam_id: str, under_way: bool) -> list[_Blocker]:
    """What stands in the way; a release's own work does not stand in its own way."""
    texts = [t for t in release_blockers(tools(), exam_id) if not (under_way and _WORKING in t)]
    return [_Blocker(text, _where(text, exam_id)) for text in texts]


def _may_have(output: Output, roster: dict[str, Candidate]) -> bool:
    """Anything for the office; for a teacher files of their students, and of exams all theirs."""
    if me().role is Role.OFFICE:
        return True
    if output.kind in _WHOLE_KINDS:
        return all(may_see(c) for c in roster.values())
    if output.kind in CLASS_KINDS:
        return output.candidate_id in me().classes
    candidate = roster.get(output.candidate_id)
    return candidate is not None and may_see(candidate)


@bp.post("")
@allowed(OFFICE)
def begin(exam_id: str) -> ResponseReturnValue:
    """Freeze the results and owe everything that goes back."""
    exam_at_hand(exam_id)
    ask_release(tools(), exam_id, me().login, request.form.get("note", "").strip()[:200])
    flash(_("成绩已定，正在制作红笔卷、错题本和讲评。"), "done")
    return redirect(url_for("release.show", exam_id=exam_id))


@bp.post("/stacks/<stack_id>/dismiss")
@allowed(OFFICE)
def dismiss(exam_id: str, stack_id: str) -> ResponseReturnValue:
    """A file that could not be read to its end is done with; its pages so far stay."""
    exam_at_hand(exam_id)
    with tools().store.read() as uow:
        if uow.pages.stack(stack_id).exam_id != exam_id:
            raise NotFound(f"本场考试没有扫描批次 {stack_id[:40]}。", "请从发布页打开。")
    dismiss_stack(tools(), stack_id, me().login, request.form.get("why", "").strip()[:200])
    flash(_("已处理。"), "done")
    return redirect(safe_next(request.form.get("next"), url_for("release.show", exam_id=exam_id)))


@bp.get("/<int:release>/<kind>")
@allowed(STAFF)
def whole(exam_id: str, release: int, kind: str) -> ResponseReturnValue:
    """A file of the whole exam, or all personal files of a kind as one ZIP."""
    exam = exam_at_hand(exam_id)
    outputs, roster = _outputs(exam_id, release, kind)
    if kind in PERSONAL_KINDS:
        words = _("红笔卷") if kind == "script" else _("错题本")
        files = [(o.name, o.blob) for o in outputs if _may_have(o, roster)]
        if not files:
            raise NotFound("还没有可以下载的文件。", "请等制作完成后再试。")
        name = f"{exam.title}_{words}.zip"
        return download(zipped(files, tools().blobs), name, "application/zip")
    chosen = [o for o in outputs if o.kind in _WHOLE_KINDS and _may_have(o, roster)]
    return _file(chosen)


@bp.get("/<int:release>/<kind>/<path:candidate_id>")
@allowed(STAFF)
def personal(exam_id: str, release: int, kind: str, candidate_id: str) -> ResponseReturnValue:
    """A candidate's marked script or error book, or a file of one class (``candidate_id`` its name)."""
    exam_at_hand(exam_id)
    outputs, roster = _outputs(exam_id, release, kind)
    return _file(
        [o for o in outputs if o.candidate_id == candidate_id and o.candidate_id and _may_have(o, roster)]
    )


def _outputs(exam_id: str, release: int, kind: str) -> tuple[tuple[Output, ...], dict[str, Candidate]]:
    with tools().store.read() as uow:
        known = {r.revision for r in uow.outputs.releases(exam_id)}
        if release not in known:
            raise NotFound(f"没有第 {release} 次发布。", "请从发布页下载。")
        roster = uow.candidates.roster(exam_id).by_id()
        return uow.outputs.of_release(exam_id, release, kind), roster


def _file(outputs: list[Output]) -> ResponseReturnValue:
    if not outputs:
        raise NotFound("没有这个文件。", "请从发布页下载。")
    return output_file(outputs[0])


def output_file(output: Output) -> ResponseReturnValue:
    """A file that was given out, under the name it was given."""
    media_type = _TYPES.get(output.name.rpartition(".")[2], "application/octet-stream")
    return download(tools().blobs.get(output.blob), output.name, media_type)
