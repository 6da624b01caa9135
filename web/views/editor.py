"""Changing an exam: by form or as YAML, with pictures and a preview."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import yaml
from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from pydantic import ValidationError

from core.errors import BadInput, Conflict, ExamInvalid, NotFound
from core.exam_files import read_exam
from core.exams import Exam, ItemBase, Picture
from pipeline.exams import SavedExam, exam_text, picture_put, save_exam
from web.access import MARKING, OFFICE, STAFF, allowed
from web.context import exam_at_hand, me, tools
from web.downloads import download
from web.downloads import picture as picture_answer
from web.filters import markdown
from web.limits import takes_file
from web.uploads import SMALL_FILE_MIB, small_upload

bp = Blueprint("editor", __name__, url_prefix="/exams/<exam_id>")

_FORM_LIMIT_BYTES = 4 * 1024 * 1024
_PLACE = re.compile(r"^.*? 第 (?P<line>\d+) 行(?: (?P<path>[^：]*))?：(?P<words>.*)$")


@dataclass(frozen=True)
class Problem:
    """One thing wrong with an exam: its line (from 1; 0 unknown), its field, what to change."""

    line: int
    path: str
    words: str


def problems_of(error: ExamInvalid) -> tuple[Problem, ...]:
    """The lines of the error's message, taken apart."""
    found = []
    for line in error.message.splitlines():
        match = _PLACE.match(line)
        if match:
            found.append(Problem(int(match["line"]), match["path"] or "", match["words"]))
        elif not line.endswith("处错误："):
            found.append(Problem(0, "", line))
    return tuple(found)


@bp.get("/edit")
@allowed(OFFICE)
def form(exam_id: str) -> ResponseReturnValue:
    """The exam as a form."""
    return render_template("editor.html", exam=exam_at_hand(exam_id))


@bp.post("/edit")
@allowed(OFFICE)
def save(exam_id: str) -> ResponseReturnValue:
    """Keep the form (sent as JSON in the shape of the YAML file) as the next revision."""
    tree = _tree()
    tree["id"] = exam_id
    base = _base_revision(tree.pop("base_revision", None))
    text = yaml.safe_dump(tree, allow_unicode=True, sort_keys=False)
    try:
        saved = save_exam(tools(), text, "试卷", me().login, base)
    except ExamInvalid as error:
        return jsonify(problems=[vars(p) for p in problems_of(error)], message=error.message), 400
    return jsonify(_saved(saved))


def _base_revision(sent: object) -> int:
    """The revision that the page showed when the person began to change it."""
    if isinstance(sent, int | str) and re.fullmatch(r"[0-9]{1,6}", str(sent)):
        return int(sent)
    raise BadInput("没有收到所改的版本号。", "请先复制您的改动, 刷新页面后重试。")


def _saved(saved: SavedExam) -> dict[str, Any]:
    exam = saved.exam
    return {
        "revision": exam.revision,
        "title": exam.title,
        "about": " · ".join(filter(None, (exam.subject, exam.grade, exam.date))),
        "remarked": list(_remarked(saved)),
        "moved_url": url_for("results.moved", exam_id=exam.id, revision=exam.revision),
        "progress_url": url_for("exams.progress", exam_id=exam.id),
    }


def _remarked(saved: SavedExam) -> tuple[str, ...]:
    """The items whose answers are marked again: none while no page has come in."""
    with tools().store.read() as uow:
        return saved.changed if any(uow.pages.counts(saved.exam.id).values()) else ()


def _tree() -> dict[str, Any]:
    if (request.content_length or 0) > _FORM_LIMIT_BYTES:
        raise BadInput("试卷内容超过 4 MB。", "图片请用上传，不要粘贴在文字里。")
    tree = request.get_json(silent=True)
    if not isinstance(tree, dict):
        raise BadInput("没有收到试卷内容。", "请刷新页面后重试。")
    return tree


@bp.post("/edit/preview")
@allowed(OFFICE)
def preview(exam_id: str) -> ResponseReturnValue:
    """Markdown fields of one item as HTML."""
    tree = _tree()
    try:
        pictures = tuple(Picture.model_validate(p) for p in tree.get("pictures") or [])
    except (ValidationError, TypeError) as error:
        raise BadInput("图片的信息不对。", "请重新上传图片。") from error
    item = ItemBase(number="0", full_steps=1, pictures=pictures)
    names = ("stem", "reference_answer", "explanation")
    return jsonify({name: str(markdown(str(tree.get(name) or ""), exam_id, item)) for name in names})


@bp.post("/pictures")
@allowed(OFFICE)
@takes_file(SMALL_FILE_MIB)
def add_picture(exam_id: str) -> ResponseReturnValue:
    """Keep a picture for a stem."""
    exam_at_hand(exam_id)
    content, name = small_upload(request.files.get("file"))
    blob, media_type = picture_put(tools(), content, name)
    url = url_for("editor.picture", exam_id=exam_id, blob=blob)
    return jsonify(name=name, blob=blob, media_type=media_type, url=url)


@bp.get("/pictures/<blob>")
@allowed(STAFF | MARKING)
def picture(exam_id: str, blob: str) -> ResponseReturnValue:
    """A picture of the exam; the office also sees one that it has just uploaded."""
    exam = exam_at_hand(exam_id)
    known = {p.blob: p.media_type for item in exam.items for p in item.pictures}
    if blob not in known and me().role != "office":
        raise NotFound("没有这张图片。")
    content = tools().blobs.get(blob)
    media_type = "image/png" if content.startswith(b"\x89PNG") else "image/jpeg"
    if media_type == "image/jpeg" and not content.startswith(b"\xff\xd8\xff"):
        raise NotFound("没有这张图片。")
    return picture_answer(content, media_type)


@bp.get("/yaml")
@allowed(OFFICE)
def text(exam_id: str) -> ResponseReturnValue:
    """The exam as YAML."""
    return _text_page(exam_at_hand(exam_id), exam_text(tools(), exam_id))


def _text_page(
    exam: Exam, words: str, problems: tuple[Problem, ...] = (), base: int = 0, moved: Conflict | None = None
) -> str:
    return render_template(
        "editor_text.html",
        exam=exam,
        text=words,
        problems=problems,
        base=base or exam.revision,
        moved=moved,
    )


@bp.post("/yaml")
@allowed(OFFICE)
def save_text(exam_id: str) -> ResponseReturnValue:
    """Keep the YAML as the next revision, or show it again with what is wrong in which line."""
    exam = exam_at_hand(exam_id)
    words = request.form.get("text", "").replace("\r\n", "\n")
    base = _base_revision(request.form.get("base_revision"))
    try:
        if read_exam(words, "试卷").id != exam_id:
            raise ExamInvalid(f"试卷 第 1 行 id：不能改动考试编号，应是 {exam_id}")
        saved = save_exam(tools(), words, "试卷", me().login, base)
    except ExamInvalid as error:
        return _text_page(exam, words, problems_of(error), base), 400
    except Conflict as error:
        return _text_page(exam, words, base=base, moved=error), error.http_status
    if _remarked(saved):
        return redirect(url_for("results.moved", exam_id=exam_id, revision=saved.exam.revision))
    flash(_("试卷现在是第 %(n)s 版。", n=saved.exam.revision), "done")
    return redirect(url_for("editor.text", exam_id=exam_id))


@bp.get("/exam.yaml")
@allowed(OFFICE)
def download_text(exam_id: str) -> ResponseReturnValue:
    """The YAML as a file."""
    return download(exam_text(tools(), exam_id).encode(), f"{exam_id}.yaml", "application/yaml")
