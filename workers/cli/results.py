"""``zhupi release``, ``export`` and ``audit``."""

from __future__ import annotations

from pathlib import Path, PurePath
from typing import Any

import click
from tqdm import tqdm

from core.errors import MachineProblem, NotFound
from core.store import AuditLine, Output
from pipeline.requests import ask_release
from pipeline.toolbox import Toolbox
from workers.cli.terminal import exam_argument, json_option, opened, perform_owed_work, show, who

#: Folder of a release's files by their kind; other kinds lie at the top.
_FOLDERS = {"script": "scripts", "error_book": "error-books"}
#: What only the web pages read.
_FOR_THE_WEB = {"review_data"}
_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@exam_argument
@click.option("-o", "--output", type=_FOLDER, help="Write all files into this folder as well.")
@click.option("--note", default="", help="Why, for the audit log.")
@json_option
def release(exam_id: str, output: Path | None, note: str, as_json: bool) -> None:
    """Freeze EXAM's results and make all that goes back: scripts, workbook, error books, review."""
    with opened() as tb:
        ask_release(tb, exam_id, who(), note)
        perform_owed_work(tb, exam_id, "发布")
        number, outputs = _files_of(tb, exam_id, None)
        written = write_outputs(tb, outputs, output) if output else []
    where = [f"已写入 {output}"] if output else [f"用 zhupi export {exam_id} -o 文件夹 取出文件。"]
    result = {"exam": exam_id, "release": number, "files": _listed(outputs), "written": written}
    show(result, [f"第 {number} 次发布, {len(outputs)} 个文件。", *where], as_json)


@click.command()
@exam_argument
@click.option("-o", "--output", type=_FOLDER, required=True, help="The folder to write into.")
@click.option("--release", "number", type=int, help="Which release [the last].")
@json_option
def export(exam_id: str, output: Path, number: int | None, as_json: bool) -> None:
    """Write the files of EXAM's release into a folder."""
    with opened() as tb:
        chosen, outputs = _files_of(tb, exam_id, number)
        written = write_outputs(tb, outputs, output)
    result = {"exam": exam_id, "release": chosen, "written": written}
    show(result, [f"第 {chosen} 次发布的 {len(written)} 个文件在 {output}"], as_json)


def _files_of(tb: Toolbox, exam_id: str, number: int | None) -> tuple[int, tuple[Output, ...]]:
    with tb.store.read() as uow:
        uow.exams.get(exam_id)
        done = [r.revision for r in uow.outputs.releases(exam_id) if number in (None, r.revision)]
        if not done:
            raise NotFound(f"考试 {exam_id} 没有{'这次' if number else ''}发布。", "先运行 zhupi release。")
        outputs = uow.outputs.of_release(exam_id, done[0])
    return done[0], tuple(output for output in outputs if output.kind not in _FOR_THE_WEB)


def write_outputs(tb: Toolbox, outputs: tuple[Output, ...], folder: Path) -> list[str]:
    """Write the files below the folder; returns their paths.

    Raises:
        MachineProblem: the folder cannot be written.
    """
    written = []
    for output in tqdm(outputs, desc="写文件", unit="个", disable=None, leave=False):
        path = folder / _FOLDERS.get(output.kind, "") / PurePath(output.name).name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(tb.blobs.get(output.blob))
        except OSError as error:
            raise MachineProblem(
                f"{path}: 无法写入 ({error.strerror})。", "请检查磁盘空间和文件夹权限。"
            ) from error
        written.append(str(path))
    return written


def _listed(outputs: tuple[Output, ...]) -> list[dict[str, Any]]:
    return [{"kind": o.kind, "name": o.name, "candidate": o.candidate_id} for o in outputs]


@click.command()
@exam_argument
@click.option("--verify", is_flag=True, help="Prove that no line of the log was changed or taken out.")
@click.option("--limit", default=50, show_default=True, help="How many lines, the newest first.")
@json_option
def audit(exam_id: str, verify: bool, limit: int, as_json: bool) -> None:
    """Who changed what in EXAM, when and why."""
    with opened() as tb, tb.store.read() as uow:
        uow.exams.get(exam_id)
        lines = uow.audit.lines(exam_id, limit=limit)
        broken = uow.audit.first_broken() if verify else None
    plain = [line.model_dump(mode="json") for line in lines]
    result = {"exam": exam_id, "lines": plain} | ({"first_broken": broken} if verify else {})
    proven = ["记录完整, 没有改动。"] if verify and broken is None else []
    show(result, [*map(_audit_line, lines), *proven], as_json)
    if broken is not None:
        raise MachineProblem(
            f"审计记录从第 {broken} 行起对不上: 有人改动过数据库。", "请用备份核对数据库, 并查明原因。"
        )


def _audit_line(line: AuditLine) -> str:
    change = f"{line.before} → {line.after}" if line.before else line.after
    why = f" ({line.why})" if line.why else ""
    return f"{line.at:%Y-%m-%d %H:%M:%S}Z {line.by} {line.action} {line.subject} {change}{why}".rstrip()
