"""What a recogniser thought possible on a line, step by step, as a value that can be kept.

Nearly every step of a line is surely blank and costs one byte here; a step with characters costs six
bytes for each. The whole is deflated and written in base 85, about half a kilobyte for twenty
characters, so that it can stay with the reading for as long as the mark may be questioned.
"""

from __future__ import annotations

import base64
import math
import struct
import zlib
from collections.abc import Sequence

from core.base import Record

#: Stands for "no character here".
BLANK = ""
#: The characters of one step with their probabilities, most probable first.
Step = tuple[tuple[str, float], ...]

_SILENCE: Step = ((BLANK, 1.0),)
_CELL = struct.Struct("<IH")
_LOG_UNIT = 1000.0
_LARGEST = 0xFFFF


class Lattice(Record):
    """One look at one line. ``packed`` is read by :func:`unpacked`."""

    packed: str


def packed(steps: Sequence[Step]) -> Lattice:
    """Pack the steps; probabilities keep three digits of their natural logarithm.

    Raises:
        ValueError: a step has more than 255 characters.
    """
    return Lattice(packed=base64.b85encode(zlib.compress(b"".join(map(_packed_step, steps)), 6)).decode())


def _packed_step(step: Step) -> bytes:
    if len(step) == 1 and step[0][0] == BLANK:
        return b"\0"
    cells = (
        _CELL.pack(ord(char) if char else 0, min(_LARGEST, round(-math.log(max(p, 1e-28)) * _LOG_UNIT)))
        for char, p in step
    )
    return bytes([len(step)]) + b"".join(cells)


def unpacked(lattice: Lattice) -> tuple[Step, ...]:
    """The steps that were packed; a step that was surely blank has probability one."""
    content = zlib.decompress(base64.b85decode(lattice.packed))
    steps: list[Step] = []
    at = 0
    while at < len(content):
        count, at = content[at], at + 1
        cells = (_CELL.unpack_from(content, at + _CELL.size * n) for n in range(count))
        step = tuple((chr(code) if code else BLANK, math.exp(-log / _LOG_UNIT)) for code, log in cells)
        steps.append(step or ((BLANK, 1.0),))
        at += _CELL.size * count
    return tuple(steps)


def joined(lattices: Sequence[Lattice]) -> Lattice:
    """One line out of its pieces from left to right, with a step between them that says nothing."""
    if len(lattices) == 1:
        return lattices[0]
    steps: list[Step] = []
    for lattice in lattices:
        steps += [_SILENCE, *unpacked(lattice)] if steps else unpacked(lattice)
    return packed(steps)
