"""Red ink as strokes: a small hand of ticks, crosses and digits, drawn in card millimetres."""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterable

Point = tuple[float, float]
Stroke = tuple[Point, ...]

_SMOOTH_STEPS = 5  #: points drawn between two given ones
_DIGIT_GAP = 0.14  #: between two characters, in heights

#: Strokes in a cell of height 1, x to the right, y down. A stroke is smoothed through its points.
_GLYPHS: dict[str, tuple[Stroke, ...]] = {
    "0": (((0.34, 0.02), (0.12, 0.2), (0.05, 0.6), (0.2, 0.96), (0.44, 0.88), (0.55, 0.45), (0.42, 0.08),
           (0.26, 0.06)),),
    "1": (((0.12, 0.2), (0.32, 0.0)), ((0.32, 0.0), (0.31, 0.5), (0.27, 1.0))),
    "2": (((0.06, 0.26), (0.2, 0.04), (0.46, 0.1), (0.46, 0.38), (0.26, 0.7), (0.02, 0.97)),
          ((0.02, 0.97), (0.3, 0.92), (0.58, 0.96))),
    "3": (((0.08, 0.1), (0.32, 0.01), (0.5, 0.18), (0.4, 0.4), (0.2, 0.47)),
          ((0.2, 0.47), (0.46, 0.54), (0.52, 0.78), (0.32, 0.98), (0.03, 0.9))),
    "4": (((0.34, 0.0), (0.18, 0.34), (0.03, 0.63)), ((0.03, 0.63), (0.62, 0.6)), ((0.43, 0.34), (0.39, 1.0))),
    "5": (((0.14, 0.04), (0.09, 0.44)), ((0.09, 0.44), (0.36, 0.38), (0.53, 0.64), (0.38, 0.94), (0.04, 0.94)),
          ((0.14, 0.04), (0.54, 0.02))),
    "6": (((0.46, 0.02), (0.18, 0.32), (0.06, 0.7), (0.24, 0.98), (0.5, 0.84), (0.45, 0.58), (0.24, 0.53),
           (0.09, 0.7)),),
    "7": (((0.04, 0.07), (0.56, 0.03)), ((0.56, 0.03), (0.36, 0.46), (0.22, 1.0))),
    "8": (((0.49, 0.14), (0.28, 0.01), (0.1, 0.18), (0.28, 0.45), (0.5, 0.72), (0.3, 0.98), (0.07, 0.78),
           (0.27, 0.48), (0.5, 0.17)),),
    "9": (((0.5, 0.2), (0.28, 0.02), (0.08, 0.24), (0.22, 0.48), (0.46, 0.34), (0.51, 0.18)),
          ((0.51, 0.18), (0.48, 0.6), (0.36, 1.0))),
    ".": (((0.08, 0.92), (0.12, 0.98)),),
    "+": (((0.04, 0.56), (0.5, 0.53)), ((0.28, 0.3), (0.27, 0.8))),
    "−": (((0.04, 0.56), (0.5, 0.53)),),
}  # fmt: skip
_WIDTHS = {"1": 0.42, ".": 0.22}
_WIDTH = 0.6

_TICK = (((0.0, 0.55), (0.14, 0.7), (0.3, 1.0)), ((0.3, 1.0), (0.55, 0.48), (1.05, 0.0)))
_HALF = (*_TICK, ((0.42, 0.02), (0.98, 0.58)))
_CROSS = (((0.04, 0.06), (0.5, 0.46), (0.94, 1.0)), ((0.96, 0.0), (0.5, 0.5), (0.02, 0.96)))


def tick(x_mm: float, y_mm: float, height_mm: float, seed: str = "") -> tuple[Stroke, ...]:
    """✓ with its top left corner at the point."""
    return _drawn(_TICK, x_mm, y_mm, height_mm, seed)


def half_tick(x_mm: float, y_mm: float, height_mm: float, seed: str = "") -> tuple[Stroke, ...]:
    """A tick that is struck through once: 半对."""
    return _drawn(_HALF, x_mm, y_mm, height_mm, seed)


def cross(x_mm: float, y_mm: float, height_mm: float, seed: str = "") -> tuple[Stroke, ...]:
    """✗ with its top left corner at the point."""
    return _drawn(_CROSS, x_mm, y_mm, height_mm, seed)


def digits(text: str, x_mm: float, y_mm: float, height_mm: float) -> tuple[Stroke, ...]:
    """A number ("12.5", "+2") with its top left corner at the point."""
    strokes: list[Stroke] = []
    for place, char in enumerate(text):
        strokes += _drawn(_GLYPHS[char], x_mm, y_mm, height_mm, f"{place}{char}")
        x_mm += (_WIDTHS.get(char, _WIDTH) + _DIGIT_GAP) * height_mm
    return tuple(strokes)


def digits_width(text: str, height_mm: float) -> float:
    """How wide :func:`digits` draws a number, in millimetres."""
    return sum(_WIDTHS.get(c, _WIDTH) + _DIGIT_GAP for c in text) * height_mm - _DIGIT_GAP * height_mm


def ring(x_mm: float, y_mm: float, width_mm: float, height_mm: float) -> tuple[Stroke, ...]:
    """A ring around a box, closed a little beyond its beginning as a hand does."""
    cx, cy = x_mm + width_mm / 2, y_mm + height_mm / 2
    points = []
    for step in range(27):
        angle = math.radians(-110 + step * 15)
        grow = 1 + 0.004 * step
        points.append(
            (cx + grow * width_mm / 2 * math.cos(angle), cy + grow * height_mm / 2 * math.sin(angle))
        )
    return (tuple(points),)


def underline(x_mm: float, y_mm: float, width_mm: float) -> tuple[Stroke, ...]:
    """A line that is straight enough."""
    sag = min(0.35, width_mm / 60)
    line = ((x_mm, y_mm), (x_mm + width_mm / 2, y_mm + sag), (x_mm + width_mm, y_mm - sag / 2))
    return (_smooth(line),)


def _drawn(shape: Iterable[Stroke], x: float, y: float, height: float, seed: str) -> tuple[Stroke, ...]:
    """A shape at its place and size; no two seeds are drawn quite alike, the same one always is."""
    noise = zlib.crc32(seed.encode()) if seed else 0
    lean = ((noise & 255) / 255 - 0.5) * 0.12
    size = height * (1 + ((noise >> 8 & 255) / 255 - 0.5) * 0.1)
    return tuple(
        _smooth(tuple((x + size * (px - lean * (py - 0.5)), y + size * (py + lean * (px - 0.5))) for px, py in stroke))
        for stroke in shape
    )  # fmt: skip


def _smooth(points: Stroke) -> Stroke:
    """A Catmull–Rom curve through the points, as a fine polyline."""
    if len(points) < 3:
        return points
    ends = (points[0], *points, points[-1])
    out: list[Point] = []
    for i in range(1, len(ends) - 2):
        for step in range(_SMOOTH_STEPS):
            out.append(_between(ends[i - 1 : i + 3], step / _SMOOTH_STEPS))
    return (*out, points[-1])


def _between(four: tuple[Point, ...], t: float) -> Point:
    a, b, c, d = four

    def axis(i: int) -> float:
        return 0.5 * (
            2 * b[i]
            + (c[i] - a[i]) * t
            + (2 * a[i] - 5 * b[i] + 4 * c[i] - d[i]) * t * t
            + (3 * b[i] - a[i] - 3 * c[i] + d[i]) * t**3
        )

    return axis(0), axis(1)
