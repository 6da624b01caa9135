"""Writing an exam down, and changing it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath

from core.errors import BadInput, Conflict
from core.exam_files import read_exam, write_exam
from core.exams import Exam
from core.jobs import JobKind
from marking import changed_items
from marking.science.keys import refuse_unreadable_keys
from pipeline.toolbox import Toolbox

_PICTURE_LIMIT_BYTES = 8 * 1024 * 1024
_PICTURE_TYPES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


@dataclass(frozen=True)
class SavedExam:
    """The exam as kept. ``changed`` are the items whose key or criteria differ from before."""

    exam: Exam
    changed: tuple[str, ...]
    job_id: str = ""


def save_exam(tb: Toolbox, text: str, file_name: str, by: str, base_revision: int | None = None) -> SavedExam:
    """Keep the exam in this text as the next revision; what it touches is marked again by a job.

    Args:
        tb: where exams are kept.
        text: the whole exam as YAML.
        file_name: how messages call it.
        by: who saves it.
        base_revision: the revision that the text was made from; 0 for an exam that is to be new,
            ``None`` to put the text over whatever is there.

    Raises:
        ExamInvalid: the text is no valid exam, or a key cannot be read; nothing was changed.
        Conflict: somebody else has saved another revision in the meantime; nothing was changed.
    """
    exam = read_exam(text, file_name)
    refuse_unreadable_keys(exam, file_name)
    with tb.store.write() as uow:
        before = uow.exams.get(exam.id) if uow.exams.has(exam.id) else None
        if before is not None and _same(before, exam):
            return SavedExam(before, ())
        _refuse_moved_on(before, base_revision)
        kept = uow.exams.add(exam, by)
        changed = changed_items(before, kept) if before is not None else ()
        uow.audit.write(
            by, "exam.save", kept.id, f"revision {kept.revision}", after=kept.title, why=", ".join(changed)
        )
        job_id = ""
        if changed:
            args = {"items": list(changed), "revision": kept.revision}
            job_id = uow.jobs.ask(JobKind.MARK, kept.id, args)
    if job_id:
        tb.wake(job_id)
    return SavedExam(kept, changed, job_id)


def _refuse_moved_on(before: Exam | None, base_revision: int | None) -> None:
    now = before.revision if before is not None else 0
    if base_revision is None or base_revision == now:
        return
    if before is not None and base_revision == 0:
        raise Conflict(f"已有编号为 {before.id} 的考试。", "要修改它请打开后编辑；要新建请换一个编号 (id)。")
    raise Conflict(
        f"这份试卷已被改到第 {now} 版, 您改的是第 {base_revision} 版, 没有保存。",
        "请先复制您的改动, 打开最新的一版, 再改一次。",
    )


def _same(before: Exam, after: Exam) -> bool:
    return before.model_copy(update={"revision": after.revision}) == after


def exam_text(tb: Toolbox, exam_id: str) -> str:
    """The exam's last revision as the YAML that a person can edit."""
    with tb.store.read() as uow:
        return write_exam(uow.exams.get(exam_id))


def picture_put(tb: Toolbox, content: bytes, name: str) -> tuple[str, str]:
    """Keep a picture for a stem; returns (SHA-256, media type).

    Raises:
        BadInput: it is no PNG or JPEG, or larger than 8 MiB.
    """
    plain = PurePath(name).name
    if len(content) > _PICTURE_LIMIT_BYTES:
        raise BadInput(f"图片 {plain} 超过 8 MB。", "请缩小后再上传。")
    for magic, media_type in _PICTURE_TYPES.items():
        if content.startswith(magic):
            return tb.blobs.put(content), media_type
    raise BadInput(f"{plain} 不是 PNG 或 JPEG 图片。", "请另存为 PNG 或 JPEG 后上传。")
