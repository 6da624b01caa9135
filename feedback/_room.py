"""Free room on a card page: a map of what is printed, written and already drawn, in half millimetres."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.cards import CardPage, PrintedKind
from core.geometry import BoxMm

#: Side of a cell of the map.
CELL_MM = 0.5
#: A move up or down counts as this many times its length: ink belongs to its line.
_ACROSS_WEIGHT = 2.0
#: One covered cell is worse than any move on a page.
_COVERED_WEIGHT = 1e6
#: One cell of so many may be dark: dust.
_DUST = 500

Cells = NDArray[np.bool_]


@dataclass(frozen=True)
class Place:
    """Where something may stand, and whether nothing is under it."""

    box: BoxMm
    free: bool


class Room:
    """What of a page is taken. Places are found beside what is there, and taken in their turn."""

    def __init__(self, page: CardPage, ink: Cells | None) -> None:
        """A page's map.

        Args:
            page: its bubbles are always taken; its printed words too where no ink is known.
            ink: rows × columns of cells that are dark on the rectified scan, print and writing alike.
        """
        shape = math.ceil(page.height_mm / CELL_MM), math.ceil(page.width_mm / CELL_MM)
        self._taken: Cells = np.zeros(shape, dtype=np.bool_)
        if ink is not None:
            rows, columns = min(shape[0], ink.shape[0]), min(shape[1], ink.shape[1])
            self._taken[:rows, :columns] = ink[:rows, :columns]
        else:
            for printed in page.printed:
                if printed.kind is PrintedKind.TEXT and printed.text:
                    self.take(printed.extent)
        for bubbles in page.bubbles:
            for bubble in bubbles.bubbles:
                self.take(bubble.box)

    def take(self, box: BoxMm) -> None:
        """Nothing more is put here."""
        left, top, right, bottom = _cells(box)
        self._taken[top:bottom, left:right] = True

    def place(self, width_mm: float, height_mm: float, x_mm: float, y_mm: float, within: BoxMm) -> Place:
        """The free place nearest to (x, y), its left top corner; the one that covers least if none is free.

        Args:
            width_mm: of what is to be put down.
            height_mm: of it.
            x_mm: where it would stand best.
            y_mm: where it would stand best.
            within: it stays inside of this box (as far as the box is larger than it).
        """
        left, top, right, bottom = _cells(within)
        left, top = min(left, self._taken.shape[1] - 1), min(top, self._taken.shape[0] - 1)
        window = self._taken[top:bottom, left:right]
        wide = min(max(1, math.ceil(width_mm / CELL_MM)), window.shape[1])
        tall = min(max(1, math.ceil(height_mm / CELL_MM)), window.shape[0])
        covered = _sums(window, wide, tall)
        dx = (np.arange(covered.shape[1]) + left) * CELL_MM - x_mm
        dy = ((np.arange(covered.shape[0]) + top) * CELL_MM - y_mm) * _ACROSS_WEIGHT
        cost = covered * _COVERED_WEIGHT + np.abs(dx)[None, :] + np.abs(dy)[:, None]
        row, column = np.unravel_index(int(cost.argmin()), cost.shape)
        return Place(
            BoxMm(
                x_mm=(left + int(column)) * CELL_MM,
                y_mm=(top + int(row)) * CELL_MM,
                width_mm=width_mm,
                height_mm=height_mm,
            ),
            free=bool(covered[row, column] * _DUST <= wide * tall),
        )


def _cells(box: BoxMm) -> tuple[int, int, int, int]:
    """Left, top, right and bottom cell (the last two beyond), at least one cell."""
    left, top = max(0, round(box.x_mm / CELL_MM)), max(0, round(box.y_mm / CELL_MM))
    return (
        left,
        top,
        max(left + 1, round(box.right_mm / CELL_MM)),
        max(top + 1, round(box.bottom_mm / CELL_MM)),
    )


def _sums(window: Cells, wide: int, tall: int) -> NDArray[np.int64]:
    """How many taken cells lie under each position of a ``tall`` × ``wide`` piece."""
    total = np.zeros((window.shape[0] + 1, window.shape[1] + 1), dtype=np.int64)
    total[1:, 1:] = window.cumsum(axis=0, dtype=np.int64).cumsum(axis=1)
    return total[tall:, wide:] - total[:-tall, wide:] - total[tall:, :-wide] + total[:-tall, :-wide]
