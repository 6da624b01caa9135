"""A student's own released results, error book and marked script; nobody else's."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from core.errors import NotFound
from core.results import CandidateResult, ExamResults
from core.rosters import Candidate
from core.store import Release
from web.access import STUDENT, allowed
from web.context import me, tools
from web.views.release import PERSONAL_KINDS, output_file

bp = Blueprint("mine", __name__, url_prefix="/mine")


@bp.get("")
@allowed(STUDENT)
def listing() -> ResponseReturnValue:
    """The student's exams that have been released."""
    shown = []
    for exam_id, candidate in _own_exams():
        release = _released(exam_id)
        if release is None:
            continue
        results, own = _own_result(release, candidate)
        if own is not None:
            shown.append((release, results, own))
    return render_template("mine.html", shown=shown)


def _own_exams() -> tuple[tuple[str, Candidate], ...]:
    with tools().store.read() as uow:
        same_number = uow.candidates.exams_of_number(me().candidate_number)
    return tuple((exam_id, candidate) for exam_id, candidate in same_number if me().is_candidate(candidate))


def _released(exam_id: str) -> Release | None:
    """The exam's last release whose files are all made."""
    with tools().store.read() as uow:
        releases = uow.outputs.releases(exam_id)
    return next((r for r in releases if r.finished_at is not None), None)


def _own_result(release: Release, candidate: Candidate) -> tuple[ExamResults, CandidateResult | None]:
    results = ExamResults.model_validate_json(tools().blobs.get(release.results_blob))
    of_id = next((c for c in results.candidates if c.candidate.id == candidate.id), None)
    # The roster may have changed since: the result has to be this student's by its own words, too.
    own = of_id if of_id is not None and me().is_candidate(of_id.candidate) else None
    return results.model_copy(update={"candidates": () if own is None else (own,)}), own


def _own(exam_id: str) -> tuple[Release, ExamResults, CandidateResult]:
    """The release, the exam as released, and the student's own result in it.

    Raises:
        NotFound: the student did not sit the exam, or it has not been released.
    """
    candidate = next((c for known, c in _own_exams() if known == exam_id), None)
    release = _released(exam_id) if candidate is not None else None
    if candidate is None or release is None:
        raise NotFound("没有这场考试的成绩。", "成绩发布后可以在“我的成绩”里看到。")
    results, own = _own_result(release, candidate)
    if own is None:
        raise NotFound("没有这场考试的成绩。", "请与任课教师联系。")
    return release, results, own


@bp.get("/<exam_id>")
@allowed(STUDENT)
def show(exam_id: str) -> ResponseReturnValue:
    """The student's own result, item by item, as released."""
    release, results, own = _own(exam_id)
    with tools().store.read() as uow:
        outputs = uow.outputs.of_release(exam_id, release.revision)
    kinds = [o.kind for o in outputs if o.candidate_id == own.candidate.id and o.kind in PERSONAL_KINDS]
    return render_template("mine_exam.html", exam=results.exam, result=own, kinds=kinds, release=release)


@bp.get("/<exam_id>/<kind>.pdf")
@allowed(STUDENT)
def file(exam_id: str, kind: str) -> ResponseReturnValue:
    """The student's own marked script or error book."""
    release, _results, result = _own(exam_id)
    if kind not in PERSONAL_KINDS:
        raise NotFound("没有这个文件。", "请从“我的成绩”下载。")
    with tools().store.read() as uow:
        outputs = uow.outputs.of_release(exam_id, release.revision, kind)
    own = next((o for o in outputs if o.candidate_id == result.candidate.id), None)
    if own is None:
        raise NotFound("没有这个文件。", "请与任课教师联系。")
    return output_file(own)
