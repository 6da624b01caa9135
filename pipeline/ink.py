"""Where there is ink on a rectified page, in cells of half a millimetre (Pillow and numpy alone)."""

from __future__ import annotations

import io
import math

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
#: A row or column of a writing box that is dark this far is print: a frame, a rule, a cell's line.
_RULE_SHARE = 0.45
_KEEP_MM = 4.0  #: left below and right of the last ink
_BLANK_STRIP_MM = 12.0  #: what is left of a box with nothing in it
_FEWEST_CELLS = 2  #: in a row or column; a single dark cell is dust


def page_cells(jpeg: bytes) -> Cells:
    """Ink of a whole page, print included: rows × columns of cells, from the top left.

    A JPEG is decoded at a quarter of its size, so a page takes a few milliseconds.
    """
    image = Image.open(io.BytesIO(jpeg))
    size = (math.ceil(image.width / _PX_PER_CELL), math.ceil(image.height / _PX_PER_CELL))
    image.draft("L", size)
    return _dark(
        image.convert("L") if image.size == size else image.convert("L").resize(size, Image.Resampling.BOX)
    )


def cells_of(image: Image.Image) -> Cells:
    """Ink of a grey picture at ``PX_PER_MM``."""
    return _dark(image.reduce(_PX_PER_CELL))


def _dark(grey: Image.Image) -> Cells:
    """Cells that are clearly darker than the paper around them."""
    values = np.asarray(grey, dtype=np.int16)
    rows, columns = values.shape
    padded = np.pad(values, ((0, -rows % _BLOCK), (0, -columns % _BLOCK)), mode="edge")
    blocks = padded.reshape(padded.shape[0] // _BLOCK, _BLOCK, padded.shape[1] // _BLOCK, _BLOCK)
    paper = blocks.max(axis=(1, 3), keepdims=True)
    dark: Cells = (blocks < paper - _DARKER).reshape(padded.shape)[:rows, :columns]
    return dark


def written_part(picture: Image.Image, box: BoxMm, page: CardPage, item: str) -> BoxMm:
    """The part of ``box`` to show: without the empty bottom, and without the right when half is empty.

    Ink is never cut off; of a box without any a small strip is left. Print does not count as ink.

    Args:
        picture: the page's rectified raster.
        box: where the item stands, frame included.
        page: says where words are printed.
        item: whose regions lie in the box.
    """
    regions = [r for r in page.writing if r.item == item]
    if not regions:
        return box
    cells = _handwriting(picture, box, page)
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


def _handwriting(picture: Image.Image, box: BoxMm, page: CardPage) -> Cells:
    """Ink in the box that is neither a printed word nor a line across it."""
    left, top = max(0.0, box.x_mm), max(0.0, box.y_mm)
    corners = (left, top, box.right_mm, box.bottom_mm)
    cells = cells_of(picture.crop(tuple(round(c * PX_PER_MM) for c in corners)))  # type: ignore[arg-type] # four numbers
    for words in page.printed:
        if words.kind is PrintedKind.TEXT and words.text:
            cells[_span(words.extent, left, top)] = False
    lines_down = cells.mean(axis=0) > _RULE_SHARE
    lines_across = cells.mean(axis=1) > _RULE_SHARE
    cells[:, lines_down] = False
    cells[lines_across, :] = False
    return cells


def _span(box: BoxMm, left_mm: float, top_mm: float) -> tuple[slice, slice]:
    """The cells of a box (and a little more), counted from a corner."""
    grown = box.grown(0.6)
    x0, x1 = grown.x_mm - left_mm, grown.right_mm - left_mm
    y0, y1 = grown.y_mm - top_mm, grown.bottom_mm - top_mm
    rows = slice(max(0, round(y0 / CELL_MM)), max(0, round(y1 / CELL_MM)))
    return rows, slice(max(0, round(x0 / CELL_MM)), max(0, round(x1 / CELL_MM)))
