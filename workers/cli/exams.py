"""``zhupi exam``, ``zhupi roster`` and ``zhupi card``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from core.errors import BadInput, Conflict
from core.exam_files import read_exam, write_exam
from core.exams import Exam, Item, Picture
from core.scores import format_steps
from marking.science.keys import refuse_unreadable_keys
from pipeline.exams import picture_put, save_exam
from pipeline.requests import ask_card
from pipeline.rosters import import_roster
from pipeline.toolbox import Toolbox
from workers.cli.terminal import exam_argument, json_option, opened, perform_owed_work, show, who

_FILE = click.Path(exists=False, dir_okay=False, path_type=Path)


@click.group()
def exam() -> None:
    """Check exam files and keep them."""


@exam.command()
@click.argument("file", type=_FILE)
@json_option
def check(file: Path, as_json: bool) -> None:
    """Check an exam FILE (YAML) without keeping anything."""
    read = read_exam(_text(file), file.name)
    refuse_unreadable_keys(read, file.name)
    show(_summary(read), [f"{file.name}: 没有发现问题。", _sentence(read)], as_json)


@exam.command()
@click.argument("file", type=_FILE)
@json_option
def add(file: Path, as_json: bool) -> None:
    """Keep the exam in FILE (YAML), with the pictures beside it that it names."""
    text = _text(file)
    read = read_exam(text, file.name)
    with opened() as tb:
        if any(not p.blob for item in read.items for p in item.pictures):
            text = write_exam(_with_pictures(tb, read, file.parent))
        saved = save_exam(tb, text, file.name, who())
    summary = {**_summary(saved.exam), "changed": list(saved.changed)}
    changed = [f"改动了 {', '.join(saved.changed)} 题, 将重新评这些题。"] if saved.changed else []
    show(summary, [f"已保存考试 {saved.exam.id} (第 {saved.exam.revision} 版)。", *changed], as_json)


@click.group()
def roster() -> None:
    """Take in who sits an exam."""


@roster.command("add")
@exam_argument
@click.argument("file", type=_FILE)
@json_option
def add_roster(exam_id: str, file: Path, as_json: bool) -> None:
    """Merge the roster FILE (xlsx, xls, CSV, DBF) into EXAM's."""
    content = _bytes(file)
    with opened() as tb:
        reading = import_roster(tb, exam_id, content, file.name, who())
        with tb.store.read() as uow:
            total = len(uow.candidates.roster(exam_id).candidates)
    result = {"exam": exam_id, "candidates": total, "notes": list(reading.notes)}
    show(result, [f"名单现有 {total} 人。", *reading.notes], as_json)


@click.command()
@exam_argument
@click.option("-o", "--output", type=_FILE, help="Where to write the PDF [EXAM-card.pdf].")
@click.option("--named", is_flag=True, help="One copy per candidate, with name and number printed.")
@json_option
def card(exam_id: str, output: Path | None, named: bool, as_json: bool) -> None:
    """Design EXAM's answer sheet and write its PDF."""
    path = output or Path(f"{exam_id}-card.pdf")
    with opened() as tb:
        ask_card(tb, exam_id, who())
        perform_owed_work(tb, exam_id, "答题卡")
        with tb.store.read() as uow:
            newest = uow.cards.of_exam(exam_id)[0]
            outputs = uow.outputs.of_release(exam_id, 0, "card")
        blob = newest.pdf_blob
        if named:
            blob = next((o.blob for o in outputs if o.candidate_id == newest.id), "")
            if not blob:
                raise Conflict(
                    f"考试 {exam_id} 没有预印姓名的答题卡。",
                    "请在考试文件中设 card: number_layout: prenamed, 并先导入名单。",
                )
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(tb.blobs.get(blob))
    result = {"card": newest.id, "pages": len(newest.pages), "file": str(path)}
    show(result, [f"答题卡 {newest.id}, {len(newest.pages)} 面: {path}"], as_json)


def _with_pictures(tb: Toolbox, read: Exam, folder: Path) -> Exam:
    """The exam with the bytes of its pictures kept, read from files beside the exam file."""

    def kept(picture: Picture) -> Picture:
        if picture.blob:
            return picture
        blob, media_type = picture_put(tb, _bytes(folder / picture.name), picture.name)
        return Picture.model_validate({"name": picture.name, "blob": blob, "media_type": media_type})

    def whole(item: Item) -> Item:
        return item.model_copy(update={"pictures": tuple(map(kept, item.pictures))})

    sections = tuple(
        section.model_copy(update={"items": tuple(map(whole, section.items))}) for section in read.sections
    )
    return read.model_copy(update={"sections": sections})


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise BadInput(f"{file}: 无法读取 ({error.strerror})。", "请检查文件名和权限。") from error


def _text(file: Path) -> str:
    try:
        return _bytes(file).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(f"{file.name}: 第 {error.start} 字节不是 UTF-8。", "请另存为 UTF-8 编码。") from error


def _summary(read: Exam) -> dict[str, Any]:
    return {
        "exam": read.id,
        "title": read.title,
        "revision": read.revision,
        "items": len(read.items),
        "points": format_steps(read.full_steps, read.step),
    }


def _sentence(read: Exam) -> str:
    return f"《{read.title}》 {len(read.items)} 题, 满分 {format_steps(read.full_steps, read.step)} 分。"
