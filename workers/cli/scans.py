"""``zhupi ingest``, ``recognise``, ``mark`` and ``ledger``."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import click
from tqdm import tqdm

from core.errors import BadInput, ZhupiError
from core.ledger import Ledger
from core.pages import PageState
from pipeline.ledgers import exam_ledger
from pipeline.progress import exam_progress
from pipeline.requests import ask_remark, take_in
from pipeline.toolbox import Toolbox
from workers.cli.terminal import (
    exam_argument,
    json_option,
    opened,
    perform_owed_work,
    show,
    wait_for_workers,
    who,
)

_WORDS = {
    PageState.RECEIVED: "处理中",
    PageState.PLACED: "已归档",
    PageState.DUPLICATE: "重复",
    PageState.STRAY: "异页",
    PageState.UNREADABLE: "无法辨认",
    PageState.HELD: "待处理",
}


@click.command()
@exam_argument
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@json_option
def ingest(exam_id: str, files: tuple[Path, ...], as_json: bool) -> None:
    """Take in scan FILES for EXAM; the same file twice changes nothing."""
    taken: list[dict[str, Any]] = []
    refused: list[ZhupiError] = []
    with opened() as tb:
        with tb.store.read() as uow:
            uow.exams.get(exam_id)
        for path in tqdm(files, desc="收卷", unit="个", disable=None, leave=False):
            try:
                taken.append(_take_in_one(tb, exam_id, path))
            except ZhupiError as error:
                refused.append(error)
    lines = [f"{t['file']}: {'以前已经收过, 没有变化' if t['already'] else '已收下'}" for t in taken]
    problems = [{"message": e.message, "remedy": e.remedy} for e in refused]
    show({"exam": exam_id, "taken": taken, "refused": problems}, lines, as_json)
    if refused:
        for earlier in refused[:-1]:
            click.echo(f"{earlier.message}\n{earlier.remedy}", err=True)
        raise refused[-1]


def _take_in_one(tb: Toolbox, exam_id: str, path: Path) -> dict[str, Any]:
    try:
        result = take_in(tb, exam_id, path.name, path, who())
    except OSError as error:
        raise BadInput(f"{path}: 无法读取 ({error.strerror})。", "请检查文件名和权限。") from error
    return {"file": path.name, "stack": result.stack.id, "already": result.already}


@click.command()
@exam_argument
@click.option("--wait", is_flag=True, help="Wait for running workers in place of working here.")
@json_option
def recognise(exam_id: str, wait: bool, as_json: bool) -> None:
    """Read what came in for EXAM, settle whose it is, and mark it; what had failed is tried again."""
    with opened() as tb:
        exam_progress(tb, exam_id)  # the exam is there
        with tb.store.write() as uow:
            uow.jobs.owe_failed_again(exam_id)
        _work(tb, exam_id, wait, "识别")
        _show_progress(tb, exam_id, as_json)


@click.command()
@exam_argument
@click.argument("items", nargs=-1)
@click.option("--wait", is_flag=True, help="Wait for running workers in place of working here.")
@json_option
def mark(exam_id: str, items: tuple[str, ...], wait: bool, as_json: bool) -> None:
    """Mark ITEMS (all by default) of EXAM again by machine; marks given by people stay."""
    with opened() as tb:
        with tb.store.read() as uow:
            known = {item.number for item in uow.exams.get(exam_id).items}
        unknown = [item for item in items if item not in known]
        if unknown:
            raise BadInput(
                f"考试 {exam_id} 没有第 {unknown[0]} 题。", f"题号有: {', '.join(sorted(known))}。"
            )
        ask_remark(tb, exam_id, items)
        _work(tb, exam_id, wait, "评分")
        _show_progress(tb, exam_id, as_json)


def _work(tb: Toolbox, exam_id: str, wait: bool, what: str) -> None:
    if wait:
        wait_for_workers(tb, exam_id, what, time.sleep)
    else:
        perform_owed_work(tb, exam_id, what)


def _show_progress(tb: Toolbox, exam_id: str, as_json: bool) -> None:
    progress = exam_progress(tb, exam_id)
    marks = f"{progress.settled_marks} 份作答已有成绩, {progress.proposed_marks} 份待评"
    show(progress, [progress.sentence, marks, *progress.failed_jobs], as_json)


@click.command()
@exam_argument
@json_option
def ledger(exam_id: str, as_json: bool) -> None:
    """Where every page of EXAM is, and whether the account balances."""
    with opened() as tb:
        account = exam_ledger(tb, exam_id)
    verdict = {"balanced": account.balanced, "releasable": account.releasable}
    show({**account.model_dump(mode="json"), **verdict}, _ledger_lines(account), as_json)


def _ledger_lines(account: Ledger) -> list[str]:
    states = ", ".join(f"{_WORDS[state]} {n}" for state, n in account.by_state.items() if n)
    groups = [
        f"{' '.join(filter(None, (g.class_name, g.room))) or '全体'}: {g.candidates} 人, 应收 {g.expected} = "
        f"实收 {g.received} + 缺页 {g.missing} + 缺考 {g.absent}"
        for g in account.groups
    ]
    verdict = "台账已平, 可以发布。" if account.releasable else "台账未平, 还不能发布。"
    return [f"收到 {account.pages_in} 页: {states or '无'}", *groups, verdict]
