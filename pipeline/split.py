"""A stack of scans becomes pages: each has a ledger line the moment its bytes are safe."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

from core.errors import BadInput
from core.jobs import JobKind
from core.ledger import Stack
from core.pages import PageState, ScanPage
from ocr.intake import ScannedImage, open_scan
from pipeline.arrivals import PAGES_PER_JOB, on_its_way, owe_forgotten
from pipeline.toolbox import Toolbox


def split_stack(tb: Toolbox, stack_id: str, progress: Callable[[int, int], None]) -> None:
    """Take every page out of a stack and owe its recognition. Running it again adds only what is missing.

    Raises:
        BadInput: the file cannot be used at all; pages taken out before stay.
    """
    with tb.store.write() as uow:
        uow.pages.update_stack(stack_id, complete=False, error="")  # it may have broken off before
        stack = uow.pages.stack(stack_id)
        known = uow.pages.indexes_of_stack(stack_id)
    count = 0
    fresh: list[str] = []
    try:
        for scanned in open_scan(tb.blobs.get(stack.blob), stack.name):
            count += 1
            if scanned.index not in known:
                fresh += _take(tb, stack, scanned, count)
            if len(fresh) >= PAGES_PER_JOB:
                _owe(tb, stack.exam_id, fresh[:PAGES_PER_JOB])
                fresh = fresh[PAGES_PER_JOB:]
            progress(count, 0)
    except BadInput as error:
        _finish(tb, stack, max(count, len(known)), str(error))
        raise
    _finish(tb, stack, count, "")


def _take(tb: Toolbox, stack: Stack, scanned: ScannedImage, count: int) -> list[str]:
    """Keep one page, the stack's ``count``-th; returns its id when it is to be read."""
    blob = tb.blobs.put(scanned.content) if scanned.content else ""
    page = ScanPage(
        id=uuid4().hex,
        exam_id=stack.exam_id,
        stack_id=stack.id,
        source_name=scanned.source_name,
        source_index=scanned.index,
        blob=blob,
        media_type=scanned.media_type,
        width_px=scanned.width_px,
        height_px=scanned.height_px,
        dpi=scanned.dpi,
    )
    with tb.store.write() as uow:
        uow.pages.update_stack(stack.id, pages=count)
        if scanned.problem:
            uow.pages.add(page, PageState.UNREADABLE, scanned.problem)
            return []
        same = uow.pages.with_blob(stack.exam_id, blob)
        if same:
            uow.pages.add(page, PageState.DUPLICATE, "与已有页面逐字节相同", duplicate_of=same)
            return []
        uow.pages.add(page, PageState.RECEIVED)
    return [page.id]


def _owe(tb: Toolbox, exam_id: str, page_ids: list[str]) -> None:
    with tb.store.write() as uow:
        job_id = uow.jobs.ask(JobKind.RECOGNISE, exam_id, {"page_ids": page_ids})
    tb.wake(job_id)


def _finish(tb: Toolbox, stack: Stack, count: int, error: str) -> None:
    """Note what the file held, and owe what is left: also what an interrupted run took out but never owed."""
    with tb.store.write() as uow:
        uow.pages.update_stack(stack.id, pages=count, complete=not error, error=error)
        jobs = owe_forgotten(uow, stack)  # the last ones of this run among them
        if not jobs and not on_its_way(uow, stack.exam_id):
            jobs.append(uow.jobs.ask(JobKind.SETTLE, stack.exam_id, {}))
    for job_id in jobs:
        tb.wake(job_id)
