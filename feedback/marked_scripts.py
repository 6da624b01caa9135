"""Marked scripts: the candidate's own pages with red ink on them, one PDF a candidate.

The scan is embedded as it came (a JPEG keeps its very bytes) and only turned upright by quarters;
all ink is vector above it, placed through the page's homography.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from core.cards import Card
from core.errors import NotFound
from core.exams import Exam
from core.pages import Registration
from core.results import CandidateResult
from core.rosters import Candidate
from feedback._projection import Projection, project
from feedback._red_ink import Ink, Note, page_ink
from feedback._sheets import set_document

__all__ = ["ScriptPage", "marked_script", "script_file_name"]

_RED = "#cf1322"
_LINE_MM = 0.5


@dataclass(frozen=True)
class ScriptPage:
    """One scanned side: its bytes as they came, and how the card lies in it.

    ``width_px`` and ``height_px`` are the image's as decoded (after EXIF orientation, if any), the
    frame in which ``registration.image_from_card`` gives its pixels. ``ink`` says which half millimetres
    of the card (rows × columns from its left top) are dark, print and writing alike; red ink keeps clear
    of them.
    """

    card_page: int
    image: bytes
    media_type: Literal["image/jpeg", "image/png"]
    width_px: int
    height_px: int
    registration: Registration
    ink: NDArray[np.bool_] | None = None


def marked_script(result: CandidateResult, exam: Exam, card: Card, pages: Sequence[ScriptPage]) -> bytes:
    """The candidate's marked pages in card order.

    Raises:
        NotFound: there is no page to draw on (an absent candidate).
        MachineProblem: a font is missing, or a scan's bytes are no picture.
    """
    who = result.candidate
    if not pages:
        raise NotFound(f"{who.name}（{who.number}）没有答题卡图像。", "请在收卷清单中补扫或标记缺考。")
    files: dict[str, bytes] = {}
    there = sorted(pages, key=lambda p: p.card_page)
    numbers = [page.card_page for page in there]
    inks = [page_ink(result, exam, card, card.page(p.card_page), p.ink, numbers) for p in there]
    sheets = [
        _sheet(card, page, ink, index, files)
        for index, (page, ink) in enumerate(zip(there, inks, strict=True))
    ]
    title = f"{exam.title} {who.class_name} {who.name}".strip()
    return set_document("marked_script.typ", {"title": title, "author": who.name, "pages": sheets}, files)


def script_file_name(candidate: Candidate) -> str:
    """``班级_姓名_考号.pdf``: safe on every file system; unique, since the 考号 (or else the id) is."""
    parts = (candidate.class_name, candidate.name, candidate.number or candidate.id)
    return "_".join(_safe(part) for part in parts if part) + ".pdf"


def _safe(part: str) -> str:
    """Without separators, reserved signs, control characters and outer dots; at most 40 characters."""
    return re.sub(r'[\\/:*?"<>|_\s\x00-\x1f\x7f]+', "-", part).strip(".-")[:40] or "-"


def _sheet(
    card: Card,
    page: ScriptPage,
    ink: Ink,
    index: int,
    files: dict[str, bytes],
) -> dict[str, Any]:
    """One page as data; puts the scan and its ink among the files."""
    printed = card.page(page.card_page)
    frame = project(
        page.registration.image_from_card,
        (printed.width_mm, printed.height_mm),
        page.width_px,
        page.height_px,
    )
    scan, overlay = f"scan-{index}.{page.media_type.removeprefix('image/')}", f"ink-{index}.svg"
    files[scan], files[overlay] = page.image, _svg(ink, frame)
    width, height = frame.page_mm
    return {
        "width": width,
        "height": height,
        "scan": scan,
        "ink": overlay,
        "turns": frame.quarter_turns,
        "image": [page.width_px * frame.mm_per_px, page.height_px * frame.mm_per_px],
        "notes": [_note(note, frame) for note in ink.notes],
        "spoken": "；".join(ink.spoken),
    }


def _note(note: Note, frame: Projection) -> dict[str, Any]:
    x, y = frame.point(note.x_mm, note.y_mm)
    grown = frame.scale(note.x_mm, note.y_mm)
    return {
        "x": x,
        "y": y,
        "text": note.text,
        "size": note.size_mm * grown,
        "width": note.width_mm * grown,
        "lean": frame.lean_deg(note.x_mm, note.y_mm),
    }


def _svg(ink: Ink, frame: Projection) -> bytes:
    """The strokes as one path, in the page's millimetres."""
    width, height = frame.page_mm
    path = "".join(
        "M" + "L".join("{:.2f} {:.2f}".format(*frame.point(x, y)) for x, y in stroke)
        for stroke in ink.strokes
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.2f}mm" height="{height:.2f}mm"'
        f' viewBox="0 0 {width:.2f} {height:.2f}"><path d="{path or "M0 0"}" fill="none" stroke="{_RED}"'
        f' stroke-width="{_LINE_MM}" stroke-linecap="round" stroke-linejoin="round"/></svg>'
    ).encode()
