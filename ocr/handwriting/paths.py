"""Long thin paths through ink: what rule lines, borders and strokes drawn through words have in common.

A path goes from left to right through dark pixels and may rise or fall by one pixel in ``step``
columns, so that a slanted or slightly curved line is one path, while the strokes of writing, which
turn, are not. Lengths come from one sweep each way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Lengths = NDArray[np.int32]
Rows = NDArray[np.intp]

#: So much of a block's width is dark where a path goes through it, unless it is looked for more strictly.
FILLED = 0.6
#: A search for paths ends after so many.
MOST_PATHS = 200


@dataclass(frozen=True)
class Path:
    """One path: in the block columns from ``first`` on, the row of each."""

    first: int
    rows: Rows

    @property
    def columns(self) -> slice:
        return slice(self.first, self.first + len(self.rows))


@dataclass(frozen=True)
class Paths:
    """Paths through a mask, in blocks one pixel high and ``step`` pixels wide.

    ``there`` and ``back`` say how many blocks the longest path has that comes to a block from the
    left and from the right, itself included; 0 where none may go. Both are ``(height, blocks)``.
    """

    there: Lengths
    back: Lengths
    step: int

    @property
    def lengths_px(self) -> Lengths:
        """The longest path through each block."""
        whole = self.there + self.back - 1
        return np.asarray(np.where(self.there > 0, whole, 0) * self.step, dtype=np.int32)

    def traced(self, row: int, block: int) -> Path:
        """The longest path through a block that has one, as level as the dark allows."""
        left = _followed(self.there, row, block, -1)[::-1]
        right = _followed(self.back, row, block, 1)
        rows = np.array([*left, row, *right], dtype=np.intp)
        return Path(block - len(left), rows)


def level_paths(mask: Mask, step: int, *, filled: float = FILLED, mended: int = 0) -> Paths:
    """Nearly level paths through a mask of ink.

    Args:
        mask: ``(height, width)``, dark is true.
        step: a path turns by at most one pixel in so many columns.
        filled: a path may go where so much of a block's width is dark.
        mended: close holes of fewer than so many blocks.
    """
    height, blocks = mask.shape[0], mask.shape[1] // step
    if not height or not blocks:
        nothing = np.zeros((height, blocks), dtype=np.int32)
        return Paths(nothing, nothing, step)
    even = mask[:, : blocks * step].astype(np.uint8) * 255
    share = cv2.resize(even, (blocks, height), interpolation=cv2.INTER_AREA)
    dark = (share >= filled * 255).astype(np.uint8)
    if mended:
        line = np.ones((1, mended), np.uint8)
        dark = np.asarray(cv2.morphologyEx(dark, cv2.MORPH_CLOSE, line), dtype=np.uint8)
    return Paths(_runs(dark), _runs(dark[:, ::-1])[:, ::-1], step)


def _runs(dark: NDArray[np.uint8]) -> Lengths:
    """How many blocks the longest path has that comes to each block from the left."""
    height, blocks = dark.shape
    columns = np.ascontiguousarray(dark.T).astype(np.int32)
    runs = np.zeros((blocks, height), dtype=np.int32)
    before = np.zeros(height + 2, dtype=np.int32)
    for at in range(blocks):
        best = np.maximum(np.maximum(before[:-2], before[2:]), before[1:-1])
        runs[at] = (best + 1) * columns[at]
        before[1:-1] = runs[at]
    return np.asarray(runs.T)


def _followed(runs: Lengths, row: int, block: int, by: int) -> list[int]:
    """The rows of a path from a block on, to one side."""
    rows: list[int] = []
    left, height = int(runs[row, block]) - 1, len(runs)
    while left > 0:
        block += by
        ways = (row, row - 1, row + 1)
        row = max((way for way in ways if 0 <= way < height), key=lambda way: runs[way, block] >= left)
        rows.append(row)
        left -= 1
    return rows


def longest_first(paths: Paths, least_px: float, apart_px: int) -> Iterator[Path]:
    """The paths of at least this length, the longest first, none within ``apart_px`` of an earlier one.

    Branches of a path come too, along which it was reached; the caller tells them by their shape. Ends
    after ``MOST_PATHS``.
    """
    lengths = paths.lengths_px.copy()
    for _ in range(MOST_PATHS if lengths.size else 0):
        row, block = np.unravel_index(int(np.argmax(lengths)), lengths.shape)
        if lengths[row, block] < max(1.0, least_px):
            return
        path = paths.traced(int(row), int(block))
        yield path
        for column, at in enumerate(path.rows, path.first):
            lengths[max(0, at - apart_px) : at + apart_px + 1, column] = 0


def reaches(dark: Mask) -> tuple[Rows, Rows]:
    """For each pixel the first and the last row of the dark run of its column that it is in.

    For pixels that are not dark the last is before the first.
    """
    rows = np.arange(len(dark))[:, None]
    above = np.maximum.accumulate(np.where(dark, -1, rows), axis=0)
    below = np.minimum.accumulate(np.where(dark, len(dark), rows)[::-1], axis=0)[::-1]
    return above + 1, below - 1
