"""Crossed-out words: how often they are told, and how often clean writing is taken for them.

``python -m benchmarks.crossed_out [--data ../shared/data] [--every N] [--french N]``

Every line of the three sets of lines is read as it is (any character told to be crossed out is a
mistake) and again with a part of it struck through, as long as 2 to 4 times the line is high, in each of
five manners (``benchmarks.struck_lines``). The lines go the product's way for free paper: rules removed,
one row, read, crossed-out parts told by shape and reading.

Thresholds in ``ocr.handwriting.strikes`` were chosen looking at these sets, coarsely, so the figures are a
little kinder than on other writers.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

from benchmarks._common import parse, save, skipped
from benchmarks.line_samples import missing, samples
from benchmarks.struck_lines import MANNERS, body_of, struck
from core.geometry import BoxMm
from ocr.engines import OnnxEngine
from ocr.engines.protocol import TextEngine
from ocr.handwriting.crossing import crossed_parts, is_within
from ocr.handwriting.ink import ink_of
from ocr.handwriting.rows import find_rows
from ocr.rasters import Grey, PageRaster

#: A picture of a line is taken to show so many millimetres of a page from top to bottom.
LINE_MM = 9.0
#: Struck parts are so long, in heights of the line's body.
LONG = (2.0, 4.0)
#: A part is told when what was told and what was struck share at least this much of both together.
SHARED = 0.5


@dataclass(frozen=True)
class Told:
    """One line: what was crossed out in pixels, how many characters were read, how many of them dropped."""

    parts: tuple[tuple[float, float], ...]
    characters: int
    dropped: int


def main(arguments: list[str] | None = None) -> int:
    """Measure, print the table, save the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--every", type=int, default=1, help="only every Nth line; nothing is saved then")
    parser.add_argument("--french", type=int, default=5, help="of the French lines only every Nth")
    options = parse(parser, arguments)
    engine, table = OnnxEngine(alternatives=0), {}
    if (gone := missing(options.data)) is not None:
        return skipped("crossed_out", gone)
    every = dict.fromkeys(("exam", "composed"), options.every) | {"french": options.every * options.french}
    for key, lines in samples(options.data, every).items():
        table[key] = measure([line.picture for line in lines], engine)
        print(key + ": " + ", ".join(f"{figure} {value:.4g}" for figure, value in table[key].items()))
    if options.every == 1:
        save("crossed_out", {f"{key}_{name}": v for key, row in table.items() for name, v in row.items()})
    return 0


def measure(pictures: Sequence[Grey], engine: TextEngine) -> dict[str, float]:
    """False share of clean lines and of their characters, and for each manner the share that is told."""
    clean = [told(picture, engine) for picture in pictures]
    result = {
        "lines": float(len(clean)),
        "false_lines": float(np.mean([bool(one.parts) for one in clean])),
        "false_characters": sum(o.dropped for o in clean) / max(1, sum(o.characters for o in clean)),
    }
    for manner in MANNERS:
        hits = list(_hits(pictures, manner, engine))
        result[f"told_{manner}"] = float(np.mean(hits)) if hits else 0.0
    return result


def _hits(pictures: Sequence[Grey], manner: str, engine: TextEngine) -> Iterator[bool]:
    rng = np.random.default_rng(len(manner))
    for picture in pictures:
        body = body_of(picture)
        long = rng.uniform(*LONG) * body.height
        if body.right - body.left < long + body.height:
            continue
        left = rng.uniform(body.left, body.right - long)
        part = (left, left + long)
        seen = told(struck(picture, body, manner, part, rng), engine)
        yield any(_shared(part, other) >= SHARED for other in seen.parts)


def told(picture: Grey, engine: TextEngine) -> Told:
    """What is told to be crossed out in a picture of one line."""
    scale = picture.shape[0] / LINE_MM
    page = PageRaster(picture, scale)
    whole = BoxMm(x_mm=0, y_mm=0, width_mm=picture.shape[1] / scale, height_mm=LINE_MM)
    ink = ink_of(page, None, whole, 0.0)
    parts, characters, dropped = [], 0, 0
    for row in find_rows(ink, single=True):
        readings = engine.read_lines([piece.grey for piece in row.pieces])
        for piece, reading in zip(row.pieces, readings, strict=True):
            width, found = piece.right - piece.left, crossed_parts(piece.grey, reading)
            parts += [
                (ink.left_px + piece.left + a * width, ink.left_px + piece.left + b * width) for a, b in found
            ]
            characters += len(reading.chars)
            dropped += sum(is_within(char, found) for char in reading.chars)
    return Told(tuple(parts), characters, dropped)


def _shared(one: tuple[float, float], other: tuple[float, float]) -> float:
    common = min(one[1], other[1]) - max(one[0], other[0])
    return max(0.0, common) / (max(one[1], other[1]) - min(one[0], other[0]))


if __name__ == "__main__":
    raise SystemExit(main())
