"""Real lines of handwriting struck through as hands do it: drawn strokes in the line's own pen and grey."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.handwriting.paper import STRONG, darkness_of, smoothed
from ocr.handwriting.strikes import pen_px
from ocr.rasters import Grey

Points = NDArray[np.float64]
_BODY_TAIL = 0.03
_SUBPIXEL = 4


@dataclass(frozen=True)
class Body:
    """Where a line's writing is in its picture, how wide its pen, how dark its ink."""

    left: int
    right: int
    top: int
    bottom: int
    pen: float
    grey: int

    @property
    def height(self) -> int:
        return self.bottom - self.top


def body_of(picture: Grey) -> Body:
    """The body of a picture of one line with writing in it."""
    mask = np.asarray(smoothed(darkness_of(picture)) > STRONG)
    reached = np.cumsum(mask.sum(axis=1)) / max(1, mask.sum())
    top, bottom = (int(np.searchsorted(reached, share)) for share in (_BODY_TAIL, 1 - _BODY_TAIL))
    columns = np.flatnonzero(mask.any(axis=0))
    grey = int(np.percentile(picture[top : bottom + 1], 2))
    return Body(int(columns[0]), int(columns[-1]) + 1, top, bottom + 1, max(1.5, pen_px(mask)), grey)


def struck(
    picture: Grey, body: Body, manner: str, part: tuple[float, float], rng: np.random.Generator
) -> Grey:
    """The picture with a part of it, in pixels from left to right, crossed out in this manner."""
    drawn = picture.copy()
    for stroke in MANNERS[manner](body, part, rng):
        points = np.round(stroke * 2**_SUBPIXEL).astype(np.int32)
        cv2.polylines(
            drawn, [points], False, body.grey, max(1, round(body.pen - 0.5)), cv2.LINE_AA, _SUBPIXEL
        )
    return drawn


def _wobbly(
    part: tuple[float, float], y: float, body: Body, rng: np.random.Generator, slope: float
) -> Points:
    """A stroke from left to right that a hand meant to be straight."""
    count = 12
    along = np.linspace(0, 1, count)
    waver = np.convolve(rng.normal(0, 0.04 * body.height, count + 4), np.ones(5) / 5, "valid") * 2
    x = part[0] + (part[1] - part[0]) * along
    return np.stack([x, y + slope * (along - 0.5) * (part[1] - part[0]) + waver], axis=1)


def _line(body: Body, part: tuple[float, float], rng: np.random.Generator) -> list[Points]:
    middle = (body.top + body.bottom) / 2 + rng.normal(0, 0.06) * body.height
    return [_wobbly(part, middle, body, rng, rng.normal(0, 0.02))]


def _double(body: Body, part: tuple[float, float], rng: np.random.Generator) -> list[Points]:
    middle, slope = (body.top + body.bottom) / 2, float(rng.normal(0, 0.02))
    apart = rng.uniform(0.12, 0.2) * body.height
    return [_wobbly(part, middle + side * apart, body, rng, slope) for side in (-1, 1)]


def _to_and_fro(body: Body, part: tuple[float, float], rng: np.random.Generator) -> list[Points]:
    passes = int(rng.integers(3, 6))
    heights = np.linspace(body.top + 0.2 * body.height, body.bottom - 0.2 * body.height, passes)
    lines = [_wobbly(part, y, body, rng, 0.0) for y in heights]
    return [np.concatenate([line if at % 2 == 0 else line[::-1] for at, line in enumerate(lines)])]


def _zigzag(body: Body, part: tuple[float, float], rng: np.random.Generator) -> list[Points]:
    height = body.height
    count = max(4, round((part[1] - part[0]) / (rng.uniform(0.18, 0.35) * height) * 2))
    x = np.linspace(*part, count) + rng.normal(0, 0.04 * height, count)
    turns = np.where(np.arange(count) % 2, body.top + 0.15 * height, body.bottom - 0.15 * height)
    return [np.stack([x, turns + rng.normal(0, 0.08 * height, count)], axis=1)]


def _hatching(body: Body, part: tuple[float, float], rng: np.random.Generator) -> list[Points]:
    height, strokes = body.height, []
    for x in np.arange(*part, rng.uniform(0.15, 0.3) * height):
        lean, drop = rng.uniform(0.2, 0.4) * height, rng.normal(0, 0.05) * height
        strokes.append(np.array([[x - lean, body.bottom - drop], [x + lean, body.top + drop]]))
    return strokes


Manner = Callable[[Body, tuple[float, float], np.random.Generator], list[Points]]
MANNERS: dict[str, Manner] = {
    "line": _line,
    "double": _double,
    "to_and_fro": _to_and_fro,
    "zigzag": _zigzag,
    "hatching": _hatching,
}
