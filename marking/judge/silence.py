"""Readings with some of their characters turned to spaces, so that nothing in them still says the words."""

from __future__ import annotations

from collections.abc import Sequence

from core.lattices import BLANK, Lattice, Step, packed, unpacked
from core.pages import ReadChar, TextLine, TextReading

_NOTHING: Step = ((BLANK, 1.0),)


def silenced_reading(reading: TextReading, said: str) -> TextReading:
    """The reading as if it read ``said``: its own text, as long as before, with spaces in some places."""
    if said == reading.text:
        return reading
    told = iter(said.split("\n"))
    kept = {id(line) for line in reading.kept_lines}
    lines = tuple(_line(line, next(told)) if id(line) in kept else line for line in reading.lines)
    return reading.model_copy(update={"lines": lines})


def _line(line: TextLine, said: str) -> TextLine:
    """Other readings of a line that changes are dropped: they say the words, too."""
    if said == line.text:
        return line
    if "".join(char.text for char in line.chars) != line.text:
        return line.model_copy(update={"text": said, "chars": (), "alternatives": (), "looks": ()})
    chars = _chars(line.chars, said)
    looks = tuple(_look(look, line, chars) for look in line.looks)
    return line.model_copy(update={"text": said, "chars": chars, "alternatives": (), "looks": looks})


def _chars(chars: Sequence[ReadChar], said: str) -> tuple[ReadChar, ...]:
    changed = []
    offset = 0
    for char in chars:
        own = said[offset : offset + len(char.text)]
        changed.append(char if own == char.text else char.model_copy(update={"text": own}))
        offset += len(char.text)
    return tuple(changed)


def _look(look: Lattice, line: TextLine, chars: Sequence[ReadChar]) -> Lattice:
    """The look with nothing but blanks from the last character kept to the next.

    Steps lie in equal parts from the line's left edge to its right edge (as in ``marking.spotted``).
    """
    steps = unpacked(look)
    parts = _silent_parts(line, chars)
    width = line.box.width_mm / max(1, len(steps))
    middles = (line.box.x_mm + (at + 0.5) * width for at in range(len(steps)))
    return packed(
        [
            _NOTHING if any(left <= middle <= right for left, right in parts) else step
            for step, middle in zip(steps, middles, strict=True)
        ]
    )


def _silent_parts(line: TextLine, chars: Sequence[ReadChar]) -> list[tuple[float, float]]:
    """From edge to edge in mm, where the characters now are spaces that were none."""
    parts = []
    left, silent = line.box.x_mm, False
    for before, char in zip(line.chars, chars, strict=True):
        if char.text != before.text:
            silent = True
            continue
        if silent and before.text.strip():
            parts.append((left, char.x_mm))
            silent = False
        if not silent:
            left = char.x_mm + char.width_mm
    if silent:
        parts.append((left, line.box.right_mm))
    return parts
