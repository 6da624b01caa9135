"""Pen strokes from a font: glyphs are thinned to their middle lines and followed as polylines.

Nobody's handwriting is copied: the shapes come from the machine's own font, and look written only
after ``demo.handwriting`` has bent them.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from core.errors import MachineProblem
from core.typesetting import font_folders

_EM_PX = 64
_MARGIN_PX = 8
_TILE_PX = _EM_PX + 2 * _MARGIN_PX
#: Files in order of preference and the face of a collection that holds simplified Chinese.
_FONT_FILES = (
    ("NotoSansCJK-Light.ttc", 2),
    ("NotoSansCJK-Regular.ttc", 2),
    ("SourceHanSansSC-Regular.otf", 0),
    ("wqy-microhei.ttc", 0),
)

Points = NDArray[np.float32]
Mask = NDArray[np.bool_]
Pixel = tuple[int, int]


@dataclass(frozen=True)
class Glyph:
    """A character as strokes: points ``(n, 2)`` in ems, x from the left, y down from the em's top."""

    strokes: tuple[Points, ...]
    advance: float  #: how far the next character starts, in ems


@functools.cache
def _font() -> ImageFont.FreeTypeFont:
    found: dict[str, Path] = {}
    for folder in font_folders():
        for path in Path(folder).rglob("*.[to]t[cf]"):
            found.setdefault(path.name, path)
    for name, index in _FONT_FILES:
        if name in found:
            return ImageFont.truetype(found[name], _EM_PX, index=index)
    raise MachineProblem(
        "No Chinese font file was found to write the demo's answers with.",
        "Install one (Debian: apt install fonts-noto-cjk or fonts-wqy-microhei), or run `make setup`.",
    )


_GLYPHS: dict[str, Glyph] = {}


def glyphs(characters: Iterable[str]) -> dict[str, Glyph]:
    """The strokes of these characters; thinned together, since one large picture is as fast as one small."""
    missing = sorted(set(characters) - _GLYPHS.keys())
    if missing:
        mosaic = np.zeros((_TILE_PX, _TILE_PX * len(missing)), dtype=bool)
        for index, character in enumerate(missing):
            mosaic[:, index * _TILE_PX : (index + 1) * _TILE_PX] = _drawn(character)
        thin = _thinned(mosaic)
        for index, character in enumerate(missing):
            tile = thin[:, index * _TILE_PX : (index + 1) * _TILE_PX]
            advance = _font().getlength(character) / _EM_PX
            _GLYPHS[character] = Glyph(tuple(_followed(tile)), float(advance))
    return _GLYPHS


def _drawn(character: str) -> Mask:
    tile = Image.new("L", (_TILE_PX, _TILE_PX))
    ascent = _font().getmetrics()[0]
    # Fonts differ in the room above the em; the baseline is put where Chinese fonts have it, at 0.88 em.
    top = _MARGIN_PX + 0.88 * _EM_PX - ascent
    ImageDraw.Draw(tile).text((_MARGIN_PX, top), character, fill=255, font=_font())
    return np.asarray(tile) > 110


def _thinned(mask: Mask) -> Mask:
    """Guo and Hall's thinning (CACM 1989), over the whole picture at once.

    Zhang and Suen's, which is better known, loses diagonals and dots that are two pixels wide.
    """
    image = np.pad(mask, 1)
    while True:
        before = int(image.sum())
        for first in (True, False):
            image[1:-1, 1:-1] &= ~_removable(image, first)
        if int(image.sum()) == before:
            return np.asarray(image[1:-1, 1:-1])


def _removable(image: Mask, first: bool) -> Mask:
    north, south = image[:-2, 1:-1], image[2:, 1:-1]
    west, east = image[1:-1, :-2], image[1:-1, 2:]
    north_east, south_east = image[:-2, 2:], image[2:, 2:]
    south_west, north_west = image[2:, :-2], image[:-2, :-2]
    pieces = (
        (~north & (north_east | east)).astype(np.uint8)
        + (~east & (south_east | south))
        + (~south & (south_west | west))
        + (~west & (north_west | north))
    )
    ring = (north, north_east, east, south_east, south, south_west, west, north_west)
    even = sum((ring[i - 1] | ring[i]).astype(np.uint8) for i in (0, 2, 4, 6))
    odd = sum((ring[i] | ring[i + 1]).astype(np.uint8) for i in (0, 2, 4, 6))
    count = np.minimum(even, odd)
    kept = (south | south_west | ~north_west) & west if first else (north | north_east | ~south_east) & east
    return np.asarray((pieces == 1) & (count >= 2) & (count <= 3) & ~kept)


def _followed(thin: Mask) -> list[Points]:
    """The middle lines as polylines between ends and crossings, smoothed, in ems."""
    neighbours = _graph(thin)
    left = {frozenset((p, q)) for p, around in neighbours.items() for q in around}
    starts = [p for p, around in neighbours.items() if len(around) != 2]
    paths = []
    for start in (*starts, *neighbours):  # the second round finds closed loops
        for second in neighbours[start]:
            if frozenset((start, second)) in left:
                paths.append(_walk(start, second, neighbours, left))
    dots = [[p, (p[0], p[1] + 1)] for p, around in neighbours.items() if not around]
    return [_smooth(path) for path in paths if len(path) > 2 or len(neighbours) < 6] + [
        _smooth(d) for d in dots
    ]


def _graph(thin: Mask) -> dict[Pixel, list[Pixel]]:
    """Pixels and their neighbours; a diagonal is no neighbour where a side way round exists."""
    pixels = {(int(y), int(x)) for y, x in np.argwhere(thin)}
    graph: dict[Pixel, list[Pixel]] = {}
    for y, x in sorted(pixels):
        around = [
            (y + dy, x + dx) for dy, dx in ((0, 1), (1, 0), (0, -1), (-1, 0)) if (y + dy, x + dx) in pixels
        ]
        for dy, dx in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
            if (y + dy, x + dx) in pixels and (y + dy, x) not in pixels and (y, x + dx) not in pixels:
                around.append((y + dy, x + dx))
        graph[y, x] = around
    return graph


def _walk(
    start: Pixel, second: Pixel, neighbours: dict[Pixel, list[Pixel]], left: set[frozenset[Pixel]]
) -> list[Pixel]:
    path = [start, second]
    left.discard(frozenset((start, second)))
    while len(neighbours[path[-1]]) == 2 and path[-1] != start:
        here = path[-1]
        ahead = [q for q in neighbours[here] if frozenset((here, q)) in left]
        if not ahead:
            break
        left.discard(frozenset((here, ahead[0])))
        path.append(ahead[0])
    return path


def _smooth(path: list[Pixel]) -> Points:
    points = np.array([(x, y) for y, x in path], dtype=np.float32)
    for _ in range(3):
        if len(points) > 2:
            points[1:-1] = (points[:-2] + 2 * points[1:-1] + points[2:]) / 4
    keep = np.unique(np.append(np.arange(0, len(points), 3), len(points) - 1))
    return np.asarray((points[keep] - _MARGIN_PX) / _EM_PX, dtype=np.float32)
