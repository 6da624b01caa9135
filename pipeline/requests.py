"""Asking for long work: the request is kept and the job owed in one transaction, then a worker woken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any
from uuid import uuid4

from core.errors import BadInput, Conflict
from core.jobs import JobKind
from core.ledger import Stack
from core.store.base import utc_now
from pipeline.arrivals import being_split
from pipeline.frozen import scripts_of
from pipeline.results import read_state, release_blockers_in, results_of
from pipeline.toolbox import Toolbox


@dataclass(frozen=True)
class TakenIn:
    """A stack of scans that is safe. ``already``: the same file had been uploaded before, and was read or is."""

    stack: Stack
    already: bool


def take_in(tb: Toolbox, exam_id: str, name: str, path: Path, by: str) -> TakenIn:
    """Keep an uploaded file's bytes and owe its reading; the same file twice changes nothing.

    A file whose reading broke off is read again: what had been taken out of it stays as it is.

    Raises:
        NotFound: no such exam.
        BadInput: the file is empty.
        MachineProblem: the disk is full.
    """
    plain = PurePath(name).name[:200] or "scan"
    if path.stat().st_size == 0:
        raise BadInput(f"{plain} 是空文件 (0 字节)。", "请检查扫描仪是否保存成功, 重新上传。")
    with tb.store.read() as uow:
        uow.exams.get(exam_id)
    blob = tb.blobs.put_file(path)
    with tb.store.write() as uow:
        known = uow.pages.stack_with_blob(exam_id, blob)
        if known is not None and (known.complete or being_split(uow, known)):
            return TakenIn(known, already=True)
        stack = known or Stack(id=uuid4().hex, exam_id=exam_id, name=plain, blob=blob, by=by, at=utc_now())
        if known is None:
            uow.pages.add_stack(stack)
        else:
            uow.pages.update_stack(known.id, error="", dismissed_by="")
        before = known.error if known is not None else ""
        uow.audit.write(by, "stack.take_in", exam_id, stack.id, before=before, after=plain)
        job_id = uow.jobs.ask(JobKind.SPLIT_STACK, exam_id, {"stack_id": stack.id})
    tb.wake(job_id)
    return TakenIn(stack, already=False)


def ask_card(tb: Toolbox, exam_id: str, by: str) -> str:
    """Owe the design of a new revision of the exam's card; returns the job id."""
    return owe(tb, JobKind.DESIGN_CARD, exam_id, {"by": by})


def ask_template(tb: Toolbox, exam_id: str, content: bytes, by: str) -> str:
    """Owe the import of an OMRChecker template (a ZIP of its folder) as the exam's card."""
    return owe(tb, JobKind.IMPORT_TEMPLATE, exam_id, {"blob": tb.blobs.put(content), "by": by})


def ask_remark(tb: Toolbox, exam_id: str, items: tuple[str, ...] = ()) -> str:
    """Owe marking again of these items (all when empty); marks given by people stay."""
    return owe(tb, JobKind.MARK, exam_id, {"items": list(items)})


def ask_settle(tb: Toolbox, exam_id: str) -> str:
    """Owe settling identities again (after a roster change, say)."""
    return owe(tb, JobKind.SETTLE, exam_id, {})


def ask_release(tb: Toolbox, exam_id: str, by: str, note: str = "") -> str:
    """Freeze the results and the pages behind them as they stand, and owe all that goes back to people.

    Raises:
        Conflict: the ledger does not balance, or responses wait for a mark; the message lists them.
    """
    with tb.store.write() as uow:  # one transaction: what is frozen is what was checked
        state = read_state(uow, exam_id)
        blockers = release_blockers_in(uow, exam_id, state)
        if blockers:
            raise Conflict("还不能发布: " + "; ".join(blockers) + "。", "请先处理上述事项。")
        results = results_of(state).model_copy(update={"scripts": scripts_of(state)})
        blob = tb.blobs.put(results.model_dump_json().encode())
        release = uow.outputs.add_release(exam_id, by, blob, note)
        uow.audit.write(by, "release", exam_id, f"release {release}", after=blob, why=note)
        job_id = uow.jobs.ask(JobKind.RELEASE, exam_id, {"release": release})
    tb.wake(job_id)
    return job_id


def owe(tb: Toolbox, kind: JobKind, exam_id: str, args: Mapping[str, Any]) -> str:
    """Owe a job of an exam and wake a worker; returns the job id.

    Raises:
        NotFound: no such exam.
    """
    with tb.store.write() as uow:
        uow.exams.get(exam_id)
        job_id = uow.jobs.ask(kind, exam_id, args)
    tb.wake(job_id)
    return job_id
