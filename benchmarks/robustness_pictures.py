"""Pictures of the robustness benchmark: a contact sheet of each fault and one chart of all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np

from benchmarks.faults import FAULTS, Fault, Grey
from ocr.intake import decode_grey

_TILE_PX = 520  #: height of a picture on a contact sheet
_GAP_PX, _CAPTION_PX = 12, 34
_CELL, _LABEL, _ROW = 64, 210, 34  #: of the chart, px
_COLOURS = {"settled": "#3f8f5f", "person": "#e0b34a", "held": "#9a9a9a", "wrong": "#c0392b"}


class Counted(Protocol):
    """What the pictures need of a count."""

    strength: float
    pages: int
    held: int
    right: int
    doubtful: int
    wrong: int
    identity_wrong: int


def contact_sheet(path: Path, fault: Fault, page: Grey, other: Grey, counts: Sequence[Counted]) -> None:
    """The page at each strength, with what became of all pages written below."""
    tiles = []
    for at, count in enumerate(counts):
        spoilt = fault.apply(page, other, count.strength, np.random.default_rng([1, at]))
        seen = decode_grey(spoilt.jpeg)
        factor = _TILE_PX / seen.shape[0]
        small = cv2.resize(seen, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        tiles.append(_captioned(np.asarray(small, np.uint8), _caption(count)))
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.hstack(tiles))


def _caption(count: Counted) -> str:
    return f"{count.strength:g}: {count.right} right {count.doubtful} asked {count.wrong} wrong {count.held} held"


def _captioned(tile: Grey, words: str) -> Grey:
    framed = np.full((tile.shape[0] + _CAPTION_PX + _GAP_PX, tile.shape[1] + _GAP_PX), 255, np.uint8)
    framed[: tile.shape[0], : tile.shape[1]] = tile
    where = (2, tile.shape[0] + 22)
    size = min(0.45, 0.45 * tile.shape[1] / (8.0 * len(words)))
    cv2.putText(framed, words, where, cv2.FONT_HERSHEY_SIMPLEX, size, 0, 1, cv2.LINE_AA)
    return framed


def chart(path: Path, results: Mapping[str, Sequence[Counted]], clean: Counted) -> None:
    """A row a fault, a cell a strength: which share of the answers is settled, asked for, held, or wrong."""
    faults = [fault for fault in FAULTS if fault.name in results]
    columns = max((len(results[fault.name]) for fault in faults), default=1)
    width, height = _LABEL + columns * _CELL + 20, len(faults) * _ROW + 70
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        'font-family="sans-serif" font-size="11">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
        *_legend(),
    ]
    for row, fault in enumerate(faults):
        top = 40 + row * _ROW
        title = escape(f"{fault.title}, {fault.unit}")
        parts.append(f'<text x="{_LABEL - 8}" y="{top + 18}" text-anchor="end">{title}</text>')
        for column, count in enumerate(results[fault.name]):
            parts += _cell(_LABEL + column * _CELL, top, count, clean)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([*parts, "</svg>", ""]), encoding="utf-8")


def _legend() -> list[str]:
    words = {
        "settled": "settled by the machine, right",
        "person": "to a person",
        "held": "page held",
        "wrong": "settled wrong",
    }
    parts = []
    for at, (key, text) in enumerate(words.items()):
        x = 12 + (0, 190, 280, 370)[at]
        parts.append(f'<rect x="{x}" y="12" width="12" height="12" fill="{_COLOURS[key]}"/>')
        parts.append(f'<text x="{x + 17}" y="22">{text}</text>')
    return parts


def _cell(x: int, y: int, count: Counted, clean: Counted) -> list[str]:
    """A bar of the answers of all pages; those of held pages are what is left."""
    total = max(1, clean.right + clean.doubtful + clean.wrong)
    shares = {
        "settled": count.right / total,
        "wrong": (count.wrong + count.identity_wrong) / total,
        "person": count.doubtful / total,
    }
    shares["held"] = max(0.0, 1 - sum(shares.values()))
    parts, at = [], float(x)
    for key, share in shares.items():
        wide = share * (_CELL - 6)
        if wide > 0:
            parts.append(
                f'<rect x="{at:.1f}" y="{y + 4}" width="{wide:.1f}" height="12" fill="{_COLOURS[key]}"/>'
            )
        at += wide
    label = f'<text x="{x + (_CELL - 6) / 2:.0f}" y="{y + 28}" text-anchor="middle" fill="#555">'
    return [*parts, f"{label}{count.strength:g}</text>"]
