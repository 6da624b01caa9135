"""Where each read character stands in its line.

A recogniser with connectionist temporal classification tells a character in the one step at which it is
surest, near the character's middle: on ``cn-hwdb-composed-lines`` that step's middle lies 0.02 of the
line's height beside the character's, but the step is only a fifth as wide as the character. So a
character reaches from there to the emptiest column between it and its neighbours, and no further than
its own ink.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ocr.engines.protocol import LineChar
from ocr.handwriting.crops import INK_BELOW
from ocr.rasters import Grey

#: A character reaches at most so far from its middle, as a share of the crop's height.
WIDE_REACH, NARROW_REACH = 0.65, 0.45
#: The border between two characters lies in the middle half of the way from one to the next.
BORDER_FROM = 0.25


def spans(crop: Grey, chars: Sequence[LineChar]) -> list[tuple[float, float]]:
    """Left and right edge of each character in pixels of the crop, in reading order.

    Args:
        crop: grey ``(height, width)``, ink dark, as it was read.
        chars: as read from it, left to right.
    """
    if not chars:
        return []
    height, width = crop.shape
    ink = np.count_nonzero(crop < INK_BELOW, axis=0)
    middles = [(char.start + char.end) / 2 * width for char in chars]
    borders = [0.0, *(_border(ink, a, b) for a, b in pairwise(middles)), float(width)]
    return [
        _inked(ink, max(left, middle - _reach(char) * height), min(right, middle + _reach(char) * height))
        for char, middle, (left, right) in zip(chars, middles, pairwise(borders), strict=True)
    ]


def _border(ink: NDArray[np.intp], before: float, after: float) -> float:
    """The emptiest column between two characters, of equals the one nearest to the middle."""
    first = round(before + BORDER_FROM * (after - before))
    last = max(first + 1, round(after - BORDER_FROM * (after - before)))
    some = ink[first:last]
    if not len(some):
        return (before + after) / 2
    far = np.abs(np.arange(first, first + len(some)) + 0.5 - (before + after) / 2)
    return first + 0.5 + float(np.lexsort((far, some))[0])


def _reach(char: LineChar) -> float:
    wide = any(unicodedata.east_asian_width(one) in "WF" for one in char.text)
    return WIDE_REACH if wide else NARROW_REACH


def _inked(ink: NDArray[np.intp], left: float, right: float) -> tuple[float, float]:
    """The part of a span from its first ink to its last; all of it where there is none."""
    first, last = max(0, round(left)), min(len(ink), round(right))
    columns = np.flatnonzero(ink[first:last])
    if not len(columns):
        return left, max(left, right)
    return float(first + columns[0]), float(first + columns[-1] + 1)
