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
_WIDEST, _NARROWEST = 1.4, 0.6  #: of the median character
_DIGIT_PX_MM = 0.3  #: a pixel of the digits' 28-pixel boxes, which were about as large as ours

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
    """The line cut into ``count`` characters at gaps, as evenly as the gaps allow.

    Nothing when they do not allow it: a cut through a character would spoil the sample.
    """
    inked = np.asarray((picture < 200).any(axis=0))
    columns = np.flatnonzero(inked)
    edges = np.flatnonzero(np.diff(inked[columns[0] : columns[-1] + 1].astype(np.int8))) + columns[0] + 1
    gaps = (edges[::2] + edges[1::2]) / 2
    places = np.concatenate(([columns[0]], gaps, [columns[-1] + 1]))
    cuts = _even_cuts(places, count)
    if cuts is None:
        return ()
    # Distances between the characters' middles are what a hand keeps even, not their widths.
    widths = np.diff(cuts)
    if widths.max() > _WIDEST * np.median(widths) or widths.min() < _NARROWEST * np.median(widths):
        return ()
    return tuple(_inked(picture[:, int(left) : int(right)]) for left, right in pairwise(cuts))


def _even_cuts(places: NDArray[np.float64], count: int) -> NDArray[np.float64] | None:
    """``count + 1`` of the places, first and last included, whose distances vary least (squares)."""
    if len(places) < count + 1:
        return None
    pitch = (places[-1] - places[0]) / count
    cost = (places[None, :] - places[:, None] - pitch) ** 2
    cost[np.tril_indices(len(places))] = np.inf
    best = np.full(len(places), np.inf)
    best[0], steps = 0.0, []
    for _ in range(count):
        through = best[:, None] + cost
        steps.append(through.argmin(axis=0))
        best = through.min(axis=0)
    chosen = [len(places) - 1]
    for step in reversed(steps):
        chosen.append(int(step[chosen[-1]]))
    return places[chosen[::-1]] if np.isfinite(best[-1]) else None


def paste_digit(ink: Ink, picture: Picture, box: BoxMm, rng: np.random.Generator) -> None:
    """Put a digit's picture into its box at its own size, smaller only where it would not fit."""
    _paste(ink, picture, box, rng, _DIGIT_PX_MM * INK_PX_PER_MM)


def paste_character(ink: Ink, picture: Picture, box: BoxMm, rng: np.random.Generator) -> None:
    """Put a character's picture into its cell, nearly as large as that is."""
    _paste(ink, picture, box, rng, np.inf)


def _paste(ink: Ink, picture: Picture, box: BoxMm, rng: np.random.Generator, largest: float) -> None:
    height, width = picture.shape
    fits = 0.86 * INK_PX_PER_MM * min(box.width_mm / width, box.height_mm / height)
    scale = min(largest, fits) * float(rng.uniform(0.9, 1.03))
    size = max(2, round(width * scale)), max(2, round(height * scale))
    drawn = cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC)
    free_x, free_y = box.width_mm * INK_PX_PER_MM - size[0], box.height_mm * INK_PX_PER_MM - size[1]
    left = round(box.x_mm * INK_PX_PER_MM + free_x * float(rng.uniform(0.35, 0.65)))
    top = round(box.y_mm * INK_PX_PER_MM + free_y * float(rng.uniform(0.35, 0.65)))
    patch = ink[top : top + size[1], left : left + size[0]]
    np.minimum(patch, drawn[: patch.shape[0], : patch.shape[1]], out=patch)
