"""A page on its card judged: from what was measured to advice, and to what may not be trusted.

The limits were chosen coarsely from ``benchmarks.robustness``: readings suffer visibly from a blur of half
a millimetre, from print less than forty grey levels dark, and wherever print is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from core.cards import CardPage
from core.geometry import BoxMm
from core.pages import Registration
from ocr.photos.light import paper_levels, shadow_of
from ocr.photos.losses import Losses, outside_picture, print_lost
from ocr.photos.records import REGIONS, Quality, Severity
from ocr.photos.sharpness import Clarity, clarity
from ocr.photos.sheet import Floats, Sheet, region_box, region_of, sheet_of, thumbnail
from ocr.rasters import Grey, PageRaster

BLUR_DOUBTFUL_MM, BLUR_RETAKE_MM = 0.42, 0.65
DISPLACED_DOUBTFUL_MM, DISPLACED_RETAKE_MM = 0.6, 1.0
DPI_DOUBTFUL = 105.0
DEPTH_DOUBTFUL, DEPTH_RETAKE = 40.0, 20.0
DEPTH_TO_NOISE = 2.5  #: print less than so many times darker than the paper's noise is doubtful
DARK_PAPER = 90.0  #: grey level of paper in a part, below which light is what is missing
LOST_RETAKE = 0.25  #: of all that is to be read touched by losses
PRINT_LOST_RETAKE = 0.1  #: of all print
_MOST_NAMED = 3  #: parts in one sentence
_BLOCKY = 2.2


@dataclass
class _Findings:
    """Advice and doubts while they are gathered."""

    advice: list[str] = field(default_factory=list)
    doubtful: list[BoxMm] = field(default_factory=list)
    severity: Severity = Severity.READABLE

    def add(self, severity: Severity, words: str, boxes: Iterable[BoxMm] = ()) -> None:
        if words not in self.advice:
            self.advice.append(words)
        self.doubtful += boxes
        if severity is Severity.RETAKE or self.severity is Severity.READABLE:
            self.severity = severity


def judge_page(
    image: Grey,
    raster: PageRaster,
    registration: Registration,
    page: CardPage,
    blank: PageRaster,
    displaced_mm: float = 0.0,
) -> Quality:
    """How well the page is to be seen.

    Args:
        image: grey pixels as scanned.
        raster: the rectified page.
        registration: where the page lies in the image.
        page: of the card.
        blank: the same page without ink, at the raster's scale.
        displaced_mm: how far print lies from its place all the same.
    """
    sheet = sheet_of(blank, page)
    thumb = thumbnail(raster)
    levels = paper_levels(thumb)
    clear = clarity(raster, sheet)
    losses = print_lost(thumb, levels, sheet)
    outside = outside_picture(registration, sheet.reading, (image.shape[0], image.shape[1]))
    paper = _paper_of_regions(levels)
    findings = _Findings()
    dpi = lowest_dpi(registration, page)
    if dpi < DPI_DOUBTFUL:
        findings.add(Severity.DOUBTFUL, f"请靠近一些: 分辨率只有 {dpi:.0f} dpi")
    if displaced_mm > DISPLACED_DOUBTFUL_MM:
        _judge_bends(findings, displaced_mm, sheet)
    damaged = _judge_losses(findings, losses, outside, sheet, page)
    rest = sheet.used - damaged
    _judge_blur(findings, clear.blur_mm, rest, page)
    _judge_depth(findings, clear, paper, rest, page)
    blockiness = blockiness_of(image)
    if blockiness > _BLOCKY and findings.severity is not Severity.READABLE:
        findings.add(Severity.DOUBTFUL, "请发送原图: 图片压缩过度")
    return Quality(
        severity=findings.severity,
        advice=tuple(findings.advice),
        dpi=round(dpi, 1),
        blur_mm=tuple(np.round(clear.blur_mm, 3).tolist()),
        depth=tuple(np.round(clear.depth, 1).tolist()),
        noise=round(clear.noise, 2),
        paper=tuple(np.round(paper, 1).tolist()),
        shadow=round(shadow_of(levels), 3),
        blockiness=round(blockiness, 2),
        lost=_as_boxes(losses.lost),
        glare=_as_boxes(losses.glare),
        doubtful=tuple(dict.fromkeys(findings.doubtful)),
    )


def lowest_dpi(registration: Registration, page: CardPage) -> float:
    """Pixels of the image an inch of the card, where the page is farthest away."""
    matrix = np.array(registration.image_from_card, dtype=np.float64).reshape(3, 3)
    corners = np.array([[x, y] for x in (0.0, page.width_mm) for y in (0.0, page.height_mm)])
    scales = []
    for step in ((1.0, 0.0), (0.0, 1.0)):
        seen = cv2.perspectiveTransform(np.stack([corners, corners + step], axis=1), matrix)
        scales.append(np.linalg.norm(seen[:, 1] - seen[:, 0], axis=1))
    return float(np.min(scales) * 25.4)


def blockiness_of(image: Grey) -> float:
    """Steps across the borders of 8 × 8 blocks against those beside them, on every 16th row; about 1 if none."""
    some = image[::16].astype(np.int16)
    steps = np.abs(np.diff(some, axis=1))
    columns = steps.shape[1] // 8 * 8
    if columns == 0:
        return 1.0
    by_phase = steps[:, :columns].reshape(len(some), -1, 8).clip(0, 24).mean(axis=(0, 1))
    beside = np.delete(by_phase, 7)
    return float((by_phase[7] + 0.5) / (beside.mean() + 0.5))


def _paper_of_regions(levels: Floats) -> Floats:
    rows = np.array_split(np.arange(levels.shape[0]), 3)
    columns = np.array_split(np.arange(levels.shape[1]), 3)
    return np.array([float(np.median(levels[np.ix_(r, c)])) for r in rows for c in columns])


def _judge_bends(findings: _Findings, displaced_mm: float, sheet: Sheet) -> None:
    severity = Severity.RETAKE if displaced_mm > DISPLACED_RETAKE_MM else Severity.DOUBTFUL
    findings.add(severity, "请把纸压平后重拍: 页面弯折", _as_boxes(sheet.reading))


def _judge_blur(findings: _Findings, blur: Floats, parts: Set[int], page: CardPage) -> None:
    bad = [r for r in sorted(parts) if blur[r] > BLUR_DOUBTFUL_MM]
    if not bad:
        return
    severity = Severity.RETAKE if max(blur[r] for r in bad) > BLUR_RETAKE_MM else Severity.DOUBTFUL
    findings.add(severity, f"请重拍: {_named(bad)}模糊", (region_box(r, page) for r in bad))


def _judge_depth(findings: _Findings, clear: Clarity, paper: Floats, parts: Set[int], page: CardPage) -> None:
    """Print that hardly stands out: too little light, or too little ink."""
    depth, noise = clear.depth, clear.noise
    least = max(DEPTH_DOUBTFUL, DEPTH_TO_NOISE * noise)
    bad = [r for r in sorted(parts) if 0 <= depth[r] < least]
    if not bad:
        return
    severity = Severity.RETAKE if min(depth[r] for r in bad) < DEPTH_RETAKE else Severity.DOUBTFUL
    dark = [r for r in bad if paper[r] < DARK_PAPER]
    pale = [r for r in bad if r not in dark]
    if dark:
        findings.add(severity, f"请重拍: {_named(dark)}太暗", (region_box(r, page) for r in dark))
    if pale:
        words = "噪点太多" if noise * DEPTH_TO_NOISE > DEPTH_DOUBTFUL else "颜色太淡"
        findings.add(severity, f"请重拍: {_named(pale)}{words}", (region_box(r, page) for r in pale))


def _judge_losses(
    findings: _Findings, losses: Losses, outside: NDArray[np.bool_], sheet: Sheet, page: CardPage
) -> Set[int]:
    """Print that is missing; returns the parts in which it is."""
    parts: set[int] = set()
    torn, glare = (_touching(boxes, sheet.reading) for boxes in (losses.lost, losses.glare))
    hit = _overlaps(sheet.reading, np.concatenate([torn, glare])).any(axis=1) | outside
    much = hit.mean() > LOST_RETAKE or losses.share > PRINT_LOST_RETAKE
    severity = Severity.RETAKE if much else Severity.DOUBTFUL
    missed = sheet.reading[outside]
    for boxes, words in ((glare, "反光"), (torn, "缺失或被遮住"), (missed, "没有拍全")):
        if len(boxes):
            middles = (boxes[:, :2] + boxes[:, 2:]) / 2
            here = set(region_of(middles, page).tolist())
            parts |= here
            findings.add(severity, f"请重拍: {_named(sorted(here))}{words}", _as_boxes(boxes))
    return parts


def _touching(boxes: Floats, others: Floats) -> Floats:
    return boxes[_overlaps(boxes, others).any(axis=1)]


def _overlaps(boxes: Floats, others: Floats) -> NDArray[np.bool_]:
    """Which of the boxes share area with which of the others: ``(n, m)``."""
    starts = np.maximum(boxes[:, None, :2], others[None, :, :2])
    ends = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    return np.asarray((starts < ends).all(axis=2))


def _as_boxes(edges: Floats) -> tuple[BoxMm, ...]:
    return tuple(
        BoxMm(x_mm=left, y_mm=top, width_mm=right - left, height_mm=bottom - top)
        for left, top, right, bottom in edges.tolist()
    )


def overlap(a: BoxMm, b: BoxMm) -> bool:
    """Whether the boxes share any area."""
    return a.x_mm < b.right_mm and b.x_mm < a.right_mm and a.y_mm < b.bottom_mm and b.y_mm < a.bottom_mm


def _named(regions: Sequence[int]) -> str:
    """The parts in words; more than a few are "整页"."""
    return "、".join(REGIONS[r] for r in regions) if len(regions) <= _MOST_NAMED else "整页"
