"""Real handwriting pictures from a data folder: digits, and Chinese characters cut from lines."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from core.geometry import BoxMm
from demo.handwriting import INK_PX_PER_MM, Ink

_DIGITS = "digits-nsysu-exam"
_LINES = "cn-hwdb-composed-lines"
_SMALLEST_GAP_SHARE = 0.5

Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class Samples:
    """Pictures of ink, 0 black on 255, by what they show; empty where the data folder lacks a set."""

    digits: dict[str, tuple[Picture, ...]]
    lines: tuple[tuple[str, tuple[Picture, ...]], ...]  #: a line's text and its characters' pictures

    @classmethod
    def none(cls) -> Samples:
        return cls({}, ())

    @classmethod
    def read(cls, folder: Path | None) -> Samples:
        """The sets that the folder has; none when there is no folder."""
        if folder is None:
            return cls.none()
        return cls(_read_digits(folder / _DIGITS), _read_lines(folder / _LINES))


def _rows(folder: Path) -> list[list[str]]:
    table = folder / "labels.tsv"
    if not table.is_file():
        return []
    with table.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))[1:]


def _grey(path: Path) -> Picture | None:
    picture = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    return None if picture is None else np.asarray(picture, dtype=np.uint8)


def _read_digits(folder: Path) -> dict[str, tuple[Picture, ...]]:
    found: dict[str, list[Picture]] = {}
    for name, digit in _rows(folder):
        picture = _grey(folder / name)
        if picture is not None and int(picture.min()) < 200:
            found.setdefault(digit, []).append(_inked(picture))
    return {digit: tuple(pictures) for digit, pictures in found.items()}


def _inked(picture: Picture) -> Picture:
    """The picture with paper at white, its ink stretched to a pen's darkness, cut to the ink."""
    ink = 255.0 - picture.astype(np.float32)
    ink = np.clip((ink - 12) / max(float(ink.max()) - 12, 1.0), 0, 1)
    rows, columns = np.flatnonzero((ink > 0.25).any(axis=1)), np.flatnonzero((ink > 0.25).any(axis=0))
    cut = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return np.asarray(255 - 215 * np.sqrt(cut), dtype=np.uint8)


def _read_lines(folder: Path) -> tuple[tuple[str, tuple[Picture, ...]], ...]:
    lines = []
    for name, text in _rows(folder):
        picture = _grey(folder / name)
        if picture is None:
            continue
        characters = _cut_at_gaps(picture, len(text))
        if characters:
            lines.append((text, characters))
    return tuple(lines)


def _cut_at_gaps(picture: Picture, count: int) -> tuple[Picture, ...]:
    """The line cut into ``count`` characters at its widest gaps; nothing when they are not that clear."""
    inked = (picture < 200).any(axis=0)
    edges = np.flatnonzero(np.diff(inked.astype(np.int8)))
    gaps = sorted(
        ((end - start, (start + end) // 2) for start, end in zip(edges[1:-1:2], edges[2:-1:2], strict=False)),
        reverse=True,
    )
    if len(gaps) < count - 1:
        return ()
    cuts = [0, *sorted(int(middle) for _, middle in gaps[: count - 1]), picture.shape[1]]
    widths = np.diff(cuts)
    if widths.max() > 2.2 * np.median(widths) or widths.min() < _SMALLEST_GAP_SHARE * np.median(widths):
        return ()
    return tuple(_inked(picture[:, left:right]) for left, right in pairwise(cuts))


def paste(ink: Ink, picture: Picture, box: BoxMm, rng: np.random.Generator, share: float = 0.78) -> None:
    """Put a picture into a box, as large as ``share`` of it allows, not quite in its middle."""
    height, width = picture.shape
    scale = share * float(rng.uniform(0.88, 1.05)) * INK_PX_PER_MM
    scale *= min(box.width_mm / width, box.height_mm / height)
    size = max(2, round(width * scale)), max(2, round(height * scale))
    drawn = cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC)
    free_x, free_y = box.width_mm * INK_PX_PER_MM - size[0], box.height_mm * INK_PX_PER_MM - size[1]
    left = round(box.x_mm * INK_PX_PER_MM + free_x * float(rng.uniform(0.35, 0.65)))
    top = round(box.y_mm * INK_PX_PER_MM + free_y * float(rng.uniform(0.35, 0.65)))
    patch = ink[top : top + size[1], left : left + size[0]]
    np.minimum(patch, drawn[: patch.shape[0], : patch.shape[1]], out=patch)
