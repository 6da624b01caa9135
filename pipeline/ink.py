"""Where there is ink on a rectified page, in cells of half a millimetre (Pillow and numpy alone)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.cards import PX_PER_MM, CardPage, PrintedKind, WritingKind, WritingRegion
from core.geometry import BoxMm

Cells = NDArray[np.bool_]

#: Side of a cell.
CELL_MM = 0.5
_PX_PER_CELL = round(PX_PER_MM * CELL_MM)
_BLOCK = 16  #: cells over which paper is taken as equally bright
_DARKER = 26  #: grey levels below the paper that make a cell ink (a pen's stroke fills it by half)
_DARKER_PRINT = 6
#: A row or column that is dark this far is a line: a frame, a rule, a cell's edge.
_RULE_SHARE = 0.45
_EDGE_MM = 3.0  #: how far inside a box its frame may be found
_RIM_MM = 1.0  #: on which nothing is looked for; less than what is left below the last ink
_THICKEST_LINE_MM = 2.5  #: thickened
_PRINT_SPARE_MM = 0.6  #: printed words may lie so far from where the card says
_KEEP_MM = 4.0  #: left below and right of the last ink
_BLANK_STRIP_MM = 12.0  #: what is left of a box with nothing in it
_FEWEST_CELLS = 2  #: in a row or column; a single dark cell is dust


def page_cells(page: Image.Image, *, blank_card: bool = False) -> Cells:
    """Ink of a whole rectified page, print included: rows × columns of cells, from the left top.

    Args:
        page: grey, at ``PX_PER_MM``.
        blank_card: it has no noise, and its finest grey lines count, since a scanner may darken them.
    """
    return _dark(page.reduce(_PX_PER_CELL), _DARKER_PRINT if blank_card else _DARKER)


def _dark(grey: Image.Image, darker: int) -> Cells:
    """Cells that are clearly darker than the paper around them."""
    values = np.asarray(grey, dtype=np.int16)
    rows, columns = values.shape
    padded = np.pad(values, ((0, -rows % _BLOCK), (0, -columns % _BLOCK)), mode="edge")
    blocks = padded.reshape(padded.shape[0] // _BLOCK, _BLOCK, padded.shape[1] // _BLOCK, _BLOCK)
    paper = blocks.max(axis=(1, 3), keepdims=True)
    dark: Cells = (blocks < paper - darker).reshape(padded.shape)[:rows, :columns]
    return dark


def written_part(ink: Cells, print_: Cells | None, box: BoxMm, page: CardPage, item: str) -> BoxMm:
    """The part of ``box`` to show: without the empty bottom, and without the right when half is empty.

    Ink is never cut off; of a box without any a small strip is left. Print does not count as ink.

    Args:
        ink: cells of the rectified page.
        print_: cells of the blank card, where the card keeps one.
        box: where the item stands, frame included.
        page: says where words are printed.
        item: whose regions lie in the box.
    """
    regions = [r for r in page.writing if r.item == item]
    if not regions:
        return box
    cells = _handwriting(ink, print_, box, page)
    rows, columns = (np.flatnonzero(cells.sum(axis=axis) >= _FEWEST_CELLS) for axis in (1, 0))
    one_line = all(r.kind is WritingKind.LINE for r in regions)
    tall = _needed(rows, box.height_mm, _BLANK_STRIP_MM)
    wide = _needed(columns, box.width_mm, box.width_mm / 2)
    return BoxMm(
        x_mm=box.x_mm,
        y_mm=box.y_mm,
        width_mm=wide if wide <= box.width_mm / 2 and not _has_grid(regions) else box.width_mm,
        height_mm=box.height_mm if one_line else tall,
    )


def _has_grid(regions: list[WritingRegion]) -> bool:
    return any(r.kind is WritingKind.GRID for r in regions)


def _needed(inked: NDArray[np.intp], full_mm: float, blank_mm: float) -> float:
    """How far from the box's edge the picture must reach to hold all ink."""
    if inked.size == 0:
        return min(full_mm, blank_mm)
    return min(full_mm, max(float(inked[-1] + 1) * CELL_MM + _KEEP_MM, min(full_mm, blank_mm)))


def _handwriting(ink: Cells, print_: Cells | None, box: BoxMm, page: CardPage) -> Cells:
    """Ink in the box that is no print: not on the blank card, no printed word, no line along an edge."""
    own = _span(box)
    cells = ink[own].copy()
    if print_ is not None:
        cells &= ~_thickened(print_[own])
    else:
        cells[_thin_runs(cells.mean(axis=1) > _RULE_SHARE), :] = False
        cells[:, _thin_runs(cells.mean(axis=0) > _RULE_SHARE)] = False
    for words in page.printed:
        if words.kind is PrintedKind.TEXT and words.text:
            rows, columns = _span(words.extent.grown(_PRINT_SPARE_MM))
            top, left = own[0].start, own[1].start
            cells[_from(rows, top), _from(columns, left)] = False
    return _without_frame(cells)


def _without_frame(cells: Cells) -> Cells:
    """Without what lies on the edges, and without lines near them, which may stand a little aslant."""
    edge, rim = round(_EDGE_MM / CELL_MM), round(_RIM_MM / CELL_MM)
    for across in (cells, cells.T):
        across[:rim], across[-rim:] = False, False
        lines = _thin_runs(_thickened(across).mean(axis=1) > _RULE_SHARE)
        lines[edge:-edge] = False
        across[lines, :] = False
    return cells


def _thin_runs(dense: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Of rows that are dark throughout, those too thin together to be writing."""
    out = np.zeros_like(dense)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], dense, [False])).astype(np.int8)))
    for start, stop in zip(edges[::2], edges[1::2], strict=True):
        out[start:stop] = (stop - start) * CELL_MM <= _THICKEST_LINE_MM
    return out


def _thickened(cells: Cells) -> Cells:
    """Ink and the cells next to it."""
    padded = np.pad(cells, 1)
    wide = padded[:, :-2] | padded[:, 1:-1] | padded[:, 2:]
    out: Cells = wide[:-2] | wide[1:-1] | wide[2:]
    return out


def _span(box: BoxMm) -> tuple[slice, slice]:
    """Rows and columns of a box."""
    edges = (box.y_mm, box.bottom_mm, box.x_mm, box.right_mm)
    top, bottom, left, right = (max(0, round(edge / CELL_MM)) for edge in edges)
    return slice(top, bottom), slice(left, right)


def _from(span: slice, start: int) -> slice:
    """The same cells, counted from ``start``."""
    return slice(max(0, span.start - start), max(0, span.stop - start))
