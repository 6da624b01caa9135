"""Which of a line's characters are crossed out: what looks struck through, held against the reading."""

from __future__ import annotations

import math
from collections.abc import Sequence

from core.lattices import BLANK, Lattice, Step, packed, unpacked
from ocr.engines.protocol import LineChar, LineReading
from ocr.handwriting.strikes import BROAD_UNLESS_READ, Strike, strikes_in
from ocr.rasters import Grey

_LEAST = 1e-3
_SILENCE: Step = ((BLANK, 1.0),)

#: A part of a crop, as shares of its width.
Part = tuple[float, float]


def crossed_parts(crop: Grey, reading: LineReading) -> tuple[Part, ...]:
    """The parts of a crop that are crossed out, apart from each other, from left to right."""
    width = max(1, crop.shape[1])
    parts: list[Part] = []
    for strike in strikes_in(crop):
        left, right = strike.left / width, min(1.0, strike.right / width)
        if not _tells(strike, (left, right), reading.chars):
            continue
        if parts and left <= parts[-1][1]:
            parts[-1] = (parts[-1][0], max(right, parts[-1][1]))
        else:
            parts.append((left, right))
    return tuple(parts)


def is_within(char: LineChar, parts: Sequence[Part]) -> bool:
    """Whether a character's middle lies in one of the parts."""
    middle = (char.start + char.end) / 2
    return any(left <= middle <= right for left, right in parts)


def silenced(look: Lattice, parts: Sequence[Part]) -> Lattice:
    """A look at a line with nothing said in these parts of it."""
    if not parts:
        return look
    steps = unpacked(look)
    return packed(
        [
            _SILENCE if any(left <= (at + 0.5) / len(steps) <= right for left, right in parts) else step
            for at, step in enumerate(steps)
        ]
    )


def _tells(strike: Strike, part: Part, chars: Sequence[LineChar]) -> bool:
    if strike.unless_read >= 1.0:
        return True
    read = [math.log(max(_LEAST, char.probability)) for char in chars if is_within(char, [part])]
    if not read:  # in a narrow part a character's middle may only have been missed
        return strike.unless_read >= BROAD_UNLESS_READ
    return math.exp(sum(read) / len(read)) < strike.unless_read
