"""Reading the writing regions of one page: print removed, lines found, all read in one go."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from core.cards import WritingKind, WritingRegion
from core.expectations import NOTHING_EXPECTED, Expectation
from core.pages import TextLine, TextReading
from ocr.engines.protocol import LineReading, TextEngine
from ocr.handwriting.ink import Ink, ink_of
from ocr.handwriting.remarks import CROSSED_OUT, PARTLY_CROSSED, is_blank, remark
from ocr.handwriting.rows import Row, find_rows
from ocr.handwriting.text_lines import text_line
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
    lines = _lines(found, readings)
    note = remark(found.ink, found.region)
    if found.region.kind is WritingKind.LINE and CROSSED_OUT in (note, _crossed(lines)):
        note, lines = CROSSED_OUT, _lines(found, readings, as_written=True)
    note = note or _crossed(lines)
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


def _lines(
    found: _Found, readings: Sequence[Sequence[LineReading]], *, as_written: bool = False
) -> tuple[TextLine, ...]:
    return tuple(
        text_line(found.ink, row.pieces, parts, as_written=as_written)
        for row, parts in zip(found.rows, readings, strict=True)
    )


def _crossed(lines: Sequence[TextLine]) -> str:
    """``crossed out``, ``partly crossed out`` or nothing, by the characters of the lines."""
    if not any(line.crossed for line in lines):
        return ""
    return PARTLY_CROSSED if any(line.text.strip() for line in lines) else CROSSED_OUT
