"""Changing the standard of one item: asked for, looked at, adopted. The work itself is ``patching``'s."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.errors import BadInput, Conflict
from core.exam_files import read_exam, write_exam
from core.exam_files.one_item import exam_with, item_of
from core.exams import Exam, Item
from core.jobs import Job, JobKind, JobState
from core.patches import MissedWordings, PatchDone, PatchPreview
from core.store import UnitOfWork
from marking.rubric_changes import rubric_changes
from marking.rubrics import rubric_digest
from pipeline.toolbox import Toolbox

_OPEN = (JobState.QUEUED, JobState.RUNNING)


@dataclass(frozen=True)
class PatchDesk:
    """What the page of one item shows: the item, the last preview, what became of the last change."""

    exam: Exam
    item: Item
    preview: PatchPreview | None
    done: PatchDone | None
    wordings: MissedWordings | None
    working: Job | None  #: a preview, an adoption or a search that is under way
    failed: Job | None  #: the last one, where it broke off

    @property
    def adoptable(self) -> bool:
        """Whether the preview is of the exam as it stands, so that it may be adopted."""
        shown = self.preview
        return shown is not None and not shown.refused and shown.base_revision == self.exam.revision


def patch_desk(tb: Toolbox, exam_id: str, number: str) -> PatchDesk:
    """Everything about changing this item.

    Raises:
        NotFound: no such exam or item.
    """
    with tb.store.read() as uow:
        exam = uow.exams.get(exam_id)
        item = item_of(exam, number)
        jobs = [job for job in uow.jobs.of_exam(exam_id) if _is_of(job, number)]
        preview = uow.analyses.current(exam_id, "patch", number)
        done = uow.analyses.current(exam_id, "patch_done", number)
        wordings = uow.analyses.current(exam_id, "wordings", number)
    jobs.sort(key=lambda job: job.created_at)
    return PatchDesk(
        exam=exam,
        item=item,
        preview=PatchPreview.model_validate_json(preview.doc) if preview else None,
        done=PatchDone.model_validate_json(done.doc) if done else None,
        wordings=MissedWordings.model_validate_json(wordings.doc) if wordings else None,
        working=next((job for job in jobs if job.state in _OPEN), None),
        failed=jobs[-1] if jobs and jobs[-1].state is JobState.FAILED else None,
    )


def _is_of(job: Job, number: str) -> bool:
    return job.kind is JobKind.ANALYSE and job.args.get("what") == "patch" and job.args.get("item") == number


def ask_preview(
    tb: Toolbox, exam_id: str, number: str, tree: Mapping[str, Any], by: str, base_revision: int
) -> str:
    """Owe the preview of the item as this tree has it; nothing of it is saved. Returns the job id.

    Args:
        tb: where exams are kept.
        exam_id: which exam.
        number: of the item.
        tree: the item in the shape of the exam file.
        by: who asks.
        base_revision: the exam's revision that the person saw.

    Raises:
        NotFound: no such exam or item.
        BadInput: number or kind were changed, or no mark depends on what was changed.
        ExamInvalid: the item is not valid.
        Conflict: the exam has been changed meanwhile.
    """
    with tb.store.read() as uow:
        exam = uow.exams.get(exam_id)
    _refuse_moved_on(exam, base_revision)
    changed = exam_with(exam, number, tree)
    old, new = item_of(exam, number), item_of(changed, number)
    if rubric_digest(old) == rubric_digest(new):
        raise BadInput("没有改动任何影响评分的内容。", "题干、解析等文字请到“试卷”页修改。")
    blob = tb.blobs.put(write_exam(changed).encode())
    args = {"step": "preview", "item": number, "blob": blob, "base_revision": base_revision, "by": by}
    return _owe(tb, exam_id, args)


def ask_wordings(tb: Toolbox, exam_id: str, number: str) -> str:
    """Owe the search for wordings that people credited and the standard does not know; returns the job id."""
    return _owe(tb, exam_id, {"step": "wordings", "item": number})


def adopt_patch(tb: Toolbox, exam_id: str, number: str, blob: str, by: str, why: str) -> Exam:
    """Save the exam as previewed and owe the marking of what it touches.

    Args:
        tb: where everything is kept.
        exam_id: which exam.
        number: of the item.
        blob: of the preview that the person looked at.
        by: who adopts it.
        why: for the audit log.

    Returns:
        The exam as kept.

    Raises:
        NotFound: no such exam or item.
        BadInput: no reason was given.
        Conflict: the exam, or the preview, is no longer what the person looked at; nothing was changed.
    """
    if not why.strip():
        raise BadInput("请写明为什么改评分标准。", "一句话即可，会记入日志。")
    with tb.store.write() as uow:
        exam, preview = _agreed(uow, exam_id, number, blob)
        new = read_exam(tb.blobs.get(blob).decode(), "试卷")
        kept = uow.exams.add(new, by)
        subject = f"revision {kept.revision}"
        uow.audit.write(by, "exam.save", exam_id, subject, after=kept.title, why=number)
        told = "；".join(rubric_changes(item_of(exam, number), item_of(kept, number), kept.step))
        seen = f"{preview.responses} responses, {preview.touched} touched"
        uow.audit.write(by, "patch.adopt", exam_id, subject, before=seen, after=told, why=why.strip())
        args = {
            "what": "patch",
            "step": "adopt",
            "item": number,
            "base_revision": preview.base_revision,
            "revision": kept.revision,
            "by": by,
            "why": why.strip(),
        }
        job_id = uow.jobs.ask(JobKind.ANALYSE, exam_id, args)
    tb.wake(job_id)
    return kept


def _agreed(uow: UnitOfWork, exam_id: str, number: str, blob: str) -> tuple[Exam, PatchPreview]:
    """The exam and the preview, if they are what the person looked at."""
    exam = uow.exams.get(exam_id)
    item_of(exam, number)
    kept = uow.analyses.current(exam_id, "patch", number)
    preview = PatchPreview.model_validate_json(kept.doc) if kept is not None else None
    if preview is None or preview.refused or preview.blob != blob:
        raise Conflict("这次改动的预览已经换成了别的。", "请看现在的预览后再采用。")
    _refuse_moved_on(exam, preview.base_revision)
    return exam, preview


def _refuse_moved_on(exam: Exam, base_revision: int) -> None:
    if exam.revision != base_revision:
        raise Conflict(
            f"试卷已被改到第 {exam.revision} 版, 您看的是第 {base_revision} 版, 没有保存。",
            "请在最新的一版上再改一次, 重新预览。",
        )


def _owe(tb: Toolbox, exam_id: str, args: Mapping[str, Any]) -> str:
    with tb.store.write() as uow:
        uow.exams.get(exam_id)
        job_id = uow.jobs.ask(JobKind.ANALYSE, exam_id, {"what": "patch", **args})
    tb.wake(job_id)
    return job_id
