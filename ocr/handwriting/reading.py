"""Reading the writing regions of one page: print removed, lines found, all read in one go."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np

from core.cards import WritingKind, WritingRegion
from core.expectations import NOTHING_EXPECTED, Expectation
from core.geometry import BoxMm
from core.lattices import Lattice, joined
from core.pages import ReadChar, TextLine, TextReading
from ocr.engines.protocol import LineReading, TextEngine
from ocr.handwriting.ink import Ink, ink_of
from ocr.handwriting.remarks import is_blank, remark
from ocr.handwriting.rows import Piece, Row, find_rows
from ocr.rasters import PageRaster

#: How far around a region strokes are followed, to see on which side of its edge most of them lies.
MARGIN_MM = {WritingKind.LINE: 3.0, WritingKind.BOX: 5.0, WritingKind.GRID: 1.0, WritingKind.RULED: 1.0}
ESSAY_KINDS = frozenset({WritingKind.GRID, WritingKind.RULED})
NOT_READ = "not read: essays are marked by a person"

Wanted = Callable[[WritingRegion], bool] | AbstractSet[WritingKind]
Expected = Callable[[WritingRegion], Expectation]


@dataclass(frozen=True)
class _Found:
    """One region before the engine: its ink and its lines."""

    region: WritingRegion
    ink: Ink
    ink_share: float  #: of the region's pixels
    blank: bool
    rows: tuple[Row, ...]


def read_regions(
    raster: PageRaster,
    blank: PageRaster | None,
    regions: Sequence[WritingRegion],
    engine: TextEngine,
    *,
    read: Wanted | None = None,
    read_essays: bool = False,
    expected: Expected = lambda _: NOTHING_EXPECTED,
) -> tuple[TextReading, ...]:
    """Read the handwriting in each region of a page.

    Args:
        raster: the scan in the card's frame.
        blank: the blank card in the same frame, to remove the print; without it only long straight
            lines are removed.
        regions: of this page.
        engine: reads the line crops; it is called once for the whole page.
        read: which regions to read (by a function or by kind); the others only tell whether they
            are blank. By default all.
        read_essays: read composition grids and ruled essays too, which takes long.
        expected: what can be expected in a region; it goes to the engine with each of its lines.

    Returns:
        One reading a region, in the order given.

    Raises:
        EngineUnavailable, ModelUnusable: from the engine.
    """
    found = [_look(raster, blank, region, _wanted(region, read, read_essays)) for region in regions]
    asked = [
        (piece.grey, expected(region.region))
        for region in found
        for row in region.rows
        for piece in row.pieces
    ]
    crops, hopes = [crop for crop, _ in asked], [hope for _, hope in asked]
    readings = iter(engine.read_lines(crops, hopes) if crops else ())
    return tuple(_reading(region, _taken(region, readings), engine.name) for region in found)


def _wanted(region: WritingRegion, read: Wanted | None, read_essays: bool) -> bool:
    if region.kind in ESSAY_KINDS and not read_essays:
        return False
    if read is None:
        return True
    return read(region) if callable(read) else region.kind in read


def _look(raster: PageRaster, blank: PageRaster | None, region: WritingRegion, wanted: bool) -> _Found:
    if region.kind in ESSAY_KINDS and not wanted:  # whether there is any writing, half the scale tells
        raster, blank = raster.halved, blank and blank.halved
    ink = ink_of(raster, blank, region.box, MARGIN_MM[region.kind])
    own = raster.window(region.box)
    share = round(ink.inside(region.box) / (own.height * own.width), 5)
    empty = is_blank(ink)
    rows = () if empty or not wanted else find_rows(ink, single=region.kind is WritingKind.LINE)
    return _Found(region, ink, share, empty, rows)


def _taken(found: _Found, readings: Iterator[LineReading]) -> list[list[LineReading]]:
    """The engine's readings of one region's pieces, row by row, taken off the front."""
    return [[next(readings) for _ in row.pieces] for row in found.rows]


def _reading(found: _Found, readings: list[list[LineReading]], engine: str) -> TextReading:
    lines = tuple(
        text_line(found.ink, row.pieces, parts) for row, parts in zip(found.rows, readings, strict=True)
    )
    note = remark(found.ink, found.region)
    if found.region.kind in ESSAY_KINDS and not found.rows and not found.blank:
        note = note or NOT_READ
    return TextReading(
        item=found.region.item,
        part=found.region.part,
        blank=found.blank,
        ink_share=found.ink_share,
        lines=lines,
        engine=engine if found.rows else "",
        note="" if found.blank else note,
    )


def text_line(ink: Ink, pieces: Sequence[Piece], readings: Sequence[LineReading]) -> TextLine:
    """One written line out of the readings of its pieces, placed on the card."""
    chars: list[ReadChar] = []
    for piece, reading in zip(pieces, readings, strict=True):
        if chars and _needs_space(chars[-1].text, reading.text):
            chars.append(ReadChar(text=" ", probability=1.0, x_mm=chars[-1].x_mm + chars[-1].width_mm))
        chars += placed(ink, piece, reading)
    return TextLine(
        text="".join(char.text for char in chars),
        box=row_box(ink, pieces),
        probability=_mean([r.probability for r in readings if r.text]),
        chars=tuple(chars),
        alternatives=readings[0].alternatives if len(readings) == 1 else (),
        looks=joined_looks(readings),
        right=all_right(readings),
    )


def all_right(readings: Sequence[LineReading]) -> float | None:
    """That every piece of a line is read right; not known where one of them does not say."""
    chances = [reading.right for reading in readings]
    known = [chance for chance in chances if chance is not None]
    return float(np.prod(known)) if known and len(known) == len(chances) else None


def joined_looks(readings: Sequence[LineReading]) -> tuple[Lattice, ...]:
    """The looks at a line that was read in pieces: as many as its least looked-at piece has."""
    many = min((len(reading.looks) for reading in readings), default=0)
    return tuple(joined([reading.looks[at] for reading in readings]) for at in range(many))


def placed(ink: Ink, piece: Piece, reading: LineReading) -> list[ReadChar]:
    """The characters with their places on the card in millimetres."""
    width, scale = piece.right - piece.left, ink.px_per_mm
    return [
        ReadChar(
            text=char.text,
            probability=char.probability,
            x_mm=round((ink.left_px + piece.left + char.start * width) / scale, 2),
            width_mm=round(max(0.0, char.end - char.start) * width / scale, 2),
        )
        for char in reading.chars
    ]


def row_box(ink: Ink, pieces: Sequence[Piece]) -> BoxMm:
    """The box around a line's pieces on the card."""
    return ink.box_mm(
        min(p.left for p in pieces),
        min(p.top for p in pieces),
        max(p.right for p in pieces),
        max(p.bottom for p in pieces),
    )


def _needs_space(before: str, after: str) -> bool:
    """Lines are cut at wide gaps, which are spaces between words of the Latin script."""
    return bool(after) and before.isascii() and before.isalnum() and after[0].isascii() and after[0].isalnum()


def _mean(probabilities: Sequence[float]) -> float:
    """Geometric mean, 0 of nothing."""
    if not probabilities:
        return 0.0
    return float(np.exp(np.mean(np.log(np.maximum(1e-6, probabilities)))))
