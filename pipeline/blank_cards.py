"""Asking for a card made of a blank scan: an existing card of the school, with regions drawn on it.

First ``ask_blank_pages`` has the scan of the blank card taken apart, then its pages
(``blank_scan_pages``) are shown to a person who draws on them, then ``ask_blank_card`` has the card
made of what was drawn. No image is opened for reading here, so that the web may import it.
"""

from __future__ import annotations

import io
import json
import math
from pathlib import Path, PurePath
from typing import Any

from PIL import Image

from core.errors import BadInput, CardInvalid, Conflict
from core.jobs import JobKind
from pipeline.requests import owe
from pipeline.toolbox import Toolbox

#: ``Output.kind`` of a blank card's pages, kept under release 0.
BLANK_SCAN = "blank_scan"
LEAST_DPI, MOST_DPI = 50.0, 1200.0
_MOST_REGIONS = 500
_REGIONS_LIMIT_BYTES = 1024 * 1024
_MOST_MM = 1000.0
_SIDES = ("x_mm", "y_mm", "width_mm", "height_mm")


def ask_blank_pages(tb: Toolbox, exam_id: str, name: str, path: Path, by: str) -> str:
    """Owe taking the scan of a blank card (PDF, TIFF, picture or ZIP) apart; returns the job id.

    Args:
        tb: where it is kept.
        exam_id: whose card it shall be.
        name: of the file, as the person knows it.
        path: the uploaded file; it is left alone.
        by: the login of who asks.

    Raises:
        NotFound: no such exam.
        BadInput: the file is empty.
        MachineProblem: the disk is full.
    """
    plain = PurePath(name).name[:200] or "blank card"
    if path.stat().st_size == 0:
        raise BadInput(f"{plain} 是空文件 (0 字节)。", "请重新扫描空白答题卡后上传。")
    with tb.store.read() as uow:
        uow.exams.get(exam_id)
    return owe(tb, JobKind.READ_BLANK, exam_id, {"blob": tb.blobs.put_file(path), "name": plain, "by": by})


def blank_scan_pages(tb: Toolbox, exam_id: str) -> tuple[str, ...]:
    """The blobs (grey PNG) of the blank card's pages in order; empty before any was taken in.

    Raises:
        NotFound: no such exam.
    """
    with tb.store.read() as uow:
        uow.exams.get(exam_id)
        pages = uow.outputs.of_release(exam_id, 0, BLANK_SCAN)
    return tuple(page.blob for page in sorted(pages, key=lambda page: int(page.candidate_id)))


def blank_scan_dpi(tb: Toolbox, exam_id: str) -> float:
    """The resolution that the blank scan's file declares; 0 where it does not, or there is none."""
    pages = blank_scan_pages(tb, exam_id)
    if not pages:
        return 0.0
    with Image.open(io.BytesIO(tb.blobs.get(pages[0]))) as page:
        return round(float(page.info.get("dpi", (0.0, 0.0))[0]), 1)


def ask_blank_card(tb: Toolbox, exam_id: str, regions_json: str, dpi: float, by: str) -> str:
    """Owe the card made of the blank scan and the regions drawn on it; returns the job id.

    Args:
        tb: where it is kept.
        exam_id: whose card it shall be.
        regions_json: a list of ``ocr.blank_scan.DrawnRegion`` as JSON; boxes in millimetres.
        dpi: resolution of the blank scan.
        by: the login of who asks.

    Raises:
        NotFound: no such exam.
        Conflict: no blank scan has been taken in.
        CardInvalid: the regions cannot be right; what needs the engine to tell is told by the job.
    """
    pages = blank_scan_pages(tb, exam_id)
    if not pages:
        raise Conflict("还没有空白答题卡的扫描页。", "请先上传空白答题卡的扫描件。")
    if not LEAST_DPI <= dpi <= MOST_DPI:
        raise CardInvalid(
            f"扫描分辨率是 {dpi:g} dpi, 应在 {LEAST_DPI:g} 到 {MOST_DPI:g} 之间。",
            "请填写扫描时的分辨率, 如 200。",
        )
    _check(regions_json, len(pages))
    blob = tb.blobs.put(regions_json.encode())
    args = {"regions": blob, "pages": list(pages), "dpi": dpi, "by": by}
    return owe(tb, JobKind.BLANK_CARD, exam_id, args)


def _check(regions_json: str, pages: int) -> None:
    """What can be told of drawn regions without the engine.

    Raises:
        CardInvalid: names the region (from 1) and what is wrong with it.
    """
    if len(regions_json.encode()) > _REGIONS_LIMIT_BYTES:
        raise CardInvalid("画出的区域超过 1 MB。", "请删去多余的区域。")
    try:
        regions = json.loads(regions_json)
    except (ValueError, RecursionError) as error:
        raise CardInvalid(f"区域不是合法的 JSON: {error}。", "请在画图页面上重新保存。") from error
    if not isinstance(regions, list) or not regions:
        raise CardInvalid("还没有画出任何区域。", "请至少画出一个填涂区或书写区。")
    if len(regions) > _MOST_REGIONS:
        raise CardInvalid(f"画了 {len(regions)} 个区域, 最多 {_MOST_REGIONS} 个。", "请删去多余的区域。")
    for number, region in enumerate(regions, start=1):
        problem = _problem(region, pages)
        if problem:
            raise CardInvalid(f"第 {number} 个区域: {problem}。", "请改正后再保存。")


def _problem(region: Any, pages: int) -> str:
    if not isinstance(region, dict):
        return "应是一个对象"
    page, kind, box = region.get("page"), region.get("kind"), region.get("box")
    if type(page) is not int or not 1 <= page <= pages:
        return f"页码是 {page!r}, 空白卡有 {pages} 页"
    if not isinstance(kind, str) or not kind:
        return "没有写明类别"
    if not isinstance(box, dict) or not all(_is_length(box.get(side)) for side in _SIDES):
        return "位置应是四个毫米数 (x_mm, y_mm, width_mm, height_mm)"
    if min(box["width_mm"], box["height_mm"]) <= 0:
        return f"大小是 {box['width_mm']:g} × {box['height_mm']:g} 毫米"
    return ""


def _is_length(value: Any) -> bool:
    return type(value) in (int, float) and math.isfinite(value) and abs(value) <= _MOST_MM
